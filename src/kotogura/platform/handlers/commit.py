"""The handler of `functions/commit`: staged changes become the next generation."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from kotogura.index.commit import Committer
from kotogura.index.folding import Folding
from kotogura.index.pacing import Pacing
from kotogura.platform.clock import pause, seconds_since
from kotogura.platform.metrics import GENERATIONS, INGEST_LAG
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.semantics.segment_vectors import merge_vectors
from kotogura.tenants.identity import TenantId


def commit_handler() -> Handler:
    """Return the handler that commits a staged change; see `Committed` for what becomes of it.

    The answer to a change that is deferred is also the event to come back with after
    `wait_seconds`: `waited_for` names the generation behind which it waits. `uploaded_at`, when S3
    told of the change, may be given and comes back: from then to now is the ingest's lag.
    """
    parts = Parts.from_environment()
    telemetry = Telemetry()
    committer = Committer(
        parts.generations,
        parts.staged,
        parts.ledger,
        parts.directory,
        pause,
        pacing=Pacing(),
        fold=Folding(parts.files, partial(merge_vectors, files=parts.files)),
    )

    def work(event: Event) -> Mapping[str, Any]:
        tenant = TenantId(event["tenant"])
        document_id, sequencer = event["document_id"], event["sequencer"]
        committed = committer.commit(
            tenant, document_id, sequencer, waited_for=event.get("waited_for")
        )
        answer = {
            "outcome": committed.outcome,
            "tenant": tenant,
            "document_id": document_id,
            "sequencer": sequencer,
            "generation": committed.generation,
        }
        if committed.outcome == "deferred":
            answer["waited_for"] = committed.generation
            answer["wait_seconds"] = committed.wait_seconds
        if committed.published:
            telemetry.add(GENERATIONS, 1, tenant=tenant)
        if "uploaded_at" in event:
            answer["uploaded_at"] = event["uploaded_at"]
            if committed.outcome in ("indexed", "deleted"):
                lag_ms = seconds_since(event["uploaded_at"]) * 1000
                telemetry.add(INGEST_LAG, lag_ms, tenant=tenant)
        return answer

    return telemetry.step(work)
