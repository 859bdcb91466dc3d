"""The handler of `functions/compact`: one tenant's small segments merged, its leftovers removed."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from kotogura.index.janitor import sweep
from kotogura.index.merge import compact
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.semantics.segment_vectors import merge_vectors
from kotogura.tenants.identity import TenantId


def compact_handler() -> Handler:
    """Return the handler that merges and sweeps, and answers what it did."""
    parts = Parts.from_environment()

    def work(event: Event) -> Mapping[str, Any]:
        tenant = TenantId(event["tenant"])
        merge = partial(merge_vectors, files=parts.files)
        current, merged_count = compact(tenant, parts.generations, parts.files, merge)
        removed_count = sweep(tenant, parts.generations, parts.files, parts.staged)
        return {
            "tenant": tenant,
            "generation": current.manifest.generation if current else 0,
            "merged_segment_count": merged_count,
            "removed_file_count": removed_count,
        }

    return Telemetry().step(work)
