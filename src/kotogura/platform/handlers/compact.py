"""The handler of `functions/compact`: makes vectors, merges, removes leftovers, compares files."""

import time
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from kotogura.errors import ModelLost
from kotogura.index.generations import Generation
from kotogura.index.janitor import sweep
from kotogura.index.manifest import FileEntry, SegmentEntry
from kotogura.index.merge import compact
from kotogura.platform.clock import epoch_seconds
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.neighbours import add_missing
from kotogura.semantics.promotion import embed_missing
from kotogura.semantics.scrub import DAYS, scrub
from kotogura.semantics.segment_vectors import embed_published, merge_vectors
from kotogura.semantics.serving import ServingModels
from kotogura.tenants.identity import TenantId

EMBEDDING_BEGINS_SECONDS = 300.0
"""How long after a call's begin the next segment may be embedded; the longest document takes the
better part of the function's fifteen minutes."""


def compact_handler() -> Handler:
    """Return the handler that embeds what has no vectors, merges, sweeps, scrubs: counts.

    Scrubbing comes last: what it finds fails the call, and keeps nothing else from being done.
    While the model in service is missing nothing is embedded, and the call fails at its end too.
    """
    parts = Parts.from_environment()
    models = ServingModels(parts.files, OnnxEmbedder.open)

    def work(event: Event) -> Mapping[str, Any]:
        tenant = TenantId(event["tenant"])

        def embed(digest: str, segment: SegmentEntry) -> FileEntry:
            embedder = models.embedder(tenant, digest)
            return embed_published(tenant, segment, embedder, parts.files)

        began = time.monotonic()

        def may_begin() -> bool:
            return time.monotonic() - began < EMBEDDING_BEGINS_SECONDS

        lost = _has_lost_its_model(parts, tenant)
        embedded_count = 0 if lost else embed_missing(tenant, embed, parts.generations, may_begin)
        merge = partial(merge_vectors, files=parts.files)
        current, merged_count = compact(tenant, parts.generations, parts.files, merge)
        indexed_count = add_missing(tenant, parts.generations, parts.files)
        current = parts.generations.current(tenant) if indexed_count else current
        removed_count = sweep(tenant, parts.generations, parts.files, parts.staged)
        scrubbed_count = _scrub_used(parts, tenant, current) if current else 0
        if lost:
            raise ModelLost
        return {
            "tenant": tenant,
            "generation": current.manifest.generation if current else 0,
            "embedded_segment_count": embedded_count,
            "merged_segment_count": merged_count,
            "indexed_segment_count": indexed_count,
            "removed_file_count": removed_count,
            "scrubbed_file_count": scrubbed_count,
        }

    return Telemetry().step(work)


def _scrub_used(parts: Parts, tenant: TenantId, generation: Generation) -> int:
    """Compare the files whose turn it is, if anybody has searched them; return how many.

    Whatever is read leaves the infrequent access class for a month, at twelve times the price: the
    files of a tenant whom nobody searches are left where they lie.
    """
    day = epoch_seconds() // 86_400
    today = date(1970, 1, 1) + timedelta(days=day)
    used = parts.usage.days(tenant, today - timedelta(days=DAYS), today)
    if not any(one.searches for one in used):
        return 0
    return scrub(tenant, generation, parts.files, day)


def _has_lost_its_model(parts: Parts, tenant: TenantId) -> bool:
    current = parts.generations.current(tenant)
    model = current.manifest.model if current else None
    return model is not None and parts.generations.model_left(tenant, model) is None
