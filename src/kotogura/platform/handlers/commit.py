"""The handler of `functions/commit`: staged changes become the next generation."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kotogura.index.commit import Committer
from kotogura.platform.clock import pause
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.tenants.identity import TenantId


def commit_handler() -> Handler:
    """Return the handler that commits a staged change; see `Committed` for its answer."""
    parts = Parts.from_environment()
    committer = Committer(parts.generations, parts.staged, parts.ledger, parts.directory, pause)

    def work(event: Event) -> Mapping[str, Any]:
        tenant = TenantId(event["tenant"])
        committed = committer.commit(tenant, event["document_id"], event["sequencer"])
        return {"tenant": tenant, "document_id": event["document_id"], **asdict(committed)}

    return Telemetry().step(work)
