"""Merging: several segments become one that answers every search exactly as they did.

Documents with a tombstone are left behind; all others keep their order.
"""

from collections.abc import Callable, Mapping, Sequence

from kotogura.index.generations import Generation, Generations
from kotogura.index.manifest import FileEntry, Manifest, SegmentEntry
from kotogura.index.segment import IndexedDocument, Posting, SegmentContent, write_segment
from kotogura.index.tables import read_table
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

SMALL_SEGMENT_BYTES = 16_000_000
MERGED_LIMIT_BYTES = 128_000_000
TOMBSTONE_SHARE = 0.2

MergeVectors = Callable[
    [TenantId, str, Sequence[SegmentEntry], Sequence[Mapping[int, int]], str], FileEntry
]
"""Writes the merged segment's vectors: (tenant, segment id, segments, ordinals, model digest)."""


def choose_segments(manifest: Manifest) -> list[SegmentEntry]:
    """Return the segments that one merge should take, in order; empty when none is worth it.

    All small ones are taken together up to `MERGED_LIMIT_BYTES`, and any in which a fifth of the
    documents is gone. Segments without vectors of the model in service wait until they have them.
    """
    digest = manifest.model.digest if manifest.model else None
    chosen: list[SegmentEntry] = []
    total = 0
    for segment in manifest.segments:
        size = sum(entry.size_bytes for entry in segment.files.values())
        worn = len(segment.tombstones) > TOMBSTONE_SHARE * segment.document_count
        ready = digest is None or digest in segment.vectors
        if ready and (size <= SMALL_SEGMENT_BYTES or worn) and total + size <= MERGED_LIMIT_BYTES:
            chosen.append(segment)
            total += size
    worthwhile = len(chosen) > 1 or any(segment.tombstones for segment in chosen)
    return chosen if worthwhile else []


def merge_segments(
    tenant: TenantId,
    segments: Sequence[SegmentEntry],
    files: TenantFiles,
    merge_vectors: MergeVectors,
    digest: str | None,
) -> SegmentEntry:
    """Write one segment of the live documents of `segments` and return its entry.

    All must be of one analyzer; with a `digest`, all must have that model's vectors.
    """
    content = SegmentContent()
    ordinals = [_append(tenant, segment, files, content) for segment in segments]
    merged = write_segment(tenant, content, segments[0].analyzer, files)
    if digest is None:
        return merged
    vectors = merge_vectors(tenant, merged.segment_id, segments, ordinals, digest)
    return merged.model_copy(update={"vectors": {digest: vectors}})


def compact(
    tenant: TenantId, generations: Generations, files: TenantFiles, merge_vectors: MergeVectors
) -> tuple[Generation | None, int]:
    """Merge once where it is worth it; return the current generation and how many were merged.

    A commit that comes first makes this attempt void, and the next run tries again.
    """
    base = generations.current(tenant)
    chosen = choose_segments(base.manifest) if base else []
    if base is None or not chosen:
        return base, 0
    model = base.manifest.model
    live = [segment for segment in chosen if segment.live_count]
    merged = (
        [merge_segments(tenant, live, files, merge_vectors, model.digest if model else None)]
        if live
        else []
    )
    gone = {segment.segment_id for segment in chosen}
    rest = [segment for segment in base.manifest.segments if segment.segment_id not in gone]
    published = generations.publish(
        tenant, base, segments=(*merged, *rest), content_changed=False, model=model
    )
    return (published, len(chosen)) if published else (generations.current(tenant), 0)


def _append(
    tenant: TenantId, segment: SegmentEntry, files: TenantFiles, content: SegmentContent
) -> dict[int, int]:
    """Append the live documents of `segment`; return their new ordinals by the old ones."""
    tables = {
        kind: read_table(tenant, segment.files[kind].name, files)
        for kind in ("terms", "postings", "documents")
    }
    dead = set(segment.tombstones)
    ordinals: dict[int, int] = {}
    for row in tables["documents"].to_pylist():
        old = row.pop("document")
        if old not in dead:
            ordinals[old] = len(content.documents)
            content.documents.append(IndexedDocument(**row))
    terms = tables["terms"].to_pylist()
    for row in tables["postings"].to_pylist():
        new = ordinals.get(row["document"])
        if new is not None:
            term = terms[row["term_id"]]
            posting = Posting(new, row["positions"], row["starts"], row["ends"])
            content.postings.setdefault((term["field"], term["term"]), []).append(posting)
    return ordinals
