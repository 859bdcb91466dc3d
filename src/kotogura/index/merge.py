"""Merging: several segments become one that answers every search exactly as they did.

Documents with a tombstone are left behind; all others keep their order. Which segments are worth it
is told by `kotogura.index.merge_policy`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kotogura.index.absorb import absorb
from kotogura.index.content import SegmentContent
from kotogura.index.generations import Generation, Generations
from kotogura.index.intact import check_intact
from kotogura.index.manifest import FileEntry, Manifest, SegmentEntry
from kotogura.index.merge_policy import Piece, TieredPolicy
from kotogura.index.segment import MERGED_TEXT_LEVEL, write_segment
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

POLICY = TieredPolicy(floor_bytes=32_000_000)
"""With this floor an index of up to 32 MB, or 50 MB of text, is one segment after compaction: each
segment more costs a cold search a millisecond or two, writing 32 MB anew a night costs seconds.
"""
READ_LIMIT_BYTES = 512_000_000
"""A compaction begins no further merge once it has read this much; the next one goes on."""

_ATTEMPT_COUNT = 4

MergeVectors = Callable[
    [TenantId, str, Sequence[SegmentEntry], Sequence[Mapping[int, int]], str], FileEntry
]
"""Writes the merged segment's vectors: (tenant, segment id, segments, ordinals, model digest)."""


def merge_segments(
    tenant: TenantId,
    segments: Sequence[SegmentEntry],
    files: TenantFiles,
    merge_vectors: MergeVectors,
    digest: str | None,
) -> SegmentEntry:
    """Write one segment of the live documents of `segments` and return its entry.

    All must be of one analyzer; with a `digest`, all must have that model's vectors.

    Raises:
        CorruptIndex: when a file differs from its digest: its damage would get a digest that fits.
    """
    for segment in segments:
        vectors = [entry for name, entry in segment.vectors.items() if name == digest]
        check_intact(tenant, [*segment.files.values(), *vectors], files)
    content = SegmentContent()
    ordinals = [absorb(tenant, segment, files, content) for segment in segments]
    merged = write_segment(
        tenant,
        content,
        segments[0].analyzer,
        files,
        text_level=MERGED_TEXT_LEVEL,
        dictionary=segments[0].dictionary,
    )
    if digest is None:
        return merged
    made = merge_vectors(tenant, merged.segment_id, segments, ordinals, digest)
    return merged.model_copy(update={"vectors": {digest: made}})


def compact(
    tenant: TenantId,
    generations: Generations,
    files: TenantFiles,
    merge_vectors: MergeVectors,
    policy: TieredPolicy = POLICY,
) -> tuple[Generation | None, int]:
    """Merge until nothing is worth it; return the current generation and how many were merged.

    All merges are published as one generation. Of those that a commit in between has touched a
    segment of, nothing comes, and the next run tries again.
    """
    base = generations.current(tenant)
    merges = _merges(tenant, base.manifest, files, merge_vectors, policy) if base else []
    for _ in range(_ATTEMPT_COUNT):
        merges = [merge for merge in merges if base and merge.fits(base.manifest)]
        if base is None or not merges:
            break
        published = generations.publish(
            tenant,
            base,
            segments=_replaced(base.manifest, merges),
            content_changed=False,
            model=base.manifest.model,
        )
        if published is not None:
            return published, sum(len(merge.sources) for merge in merges)
        base = generations.current(tenant)
    return base, 0


@dataclass(frozen=True, slots=True)
class _Merge:
    """A segment and the published ones whose place it takes; None where none of them is live."""

    result: SegmentEntry | None
    sources: tuple[SegmentEntry, ...]

    def fits(self, manifest: Manifest) -> bool:
        """Return whether all its sources are in `manifest` as they were, tombstones included."""
        return all(source in manifest.segments for source in self.sources)


def _merges(
    tenant: TenantId,
    manifest: Manifest,
    files: TenantFiles,
    merge_vectors: MergeVectors,
    policy: TieredPolicy,
) -> list[_Merge]:
    """Do the merges that `policy` finds worth it, one after the other.

    Segments without vectors of the model in service wait until they have them.
    """
    digest = manifest.model.digest if manifest.model else None
    index = [
        _Merge(segment, (segment,))
        for segment in manifest.segments
        if digest is None or digest in segment.vectors
    ]
    done: list[_Merge] = []
    read_bytes = 0
    while read_bytes <= READ_LIMIT_BYTES:
        pieces = [Piece.of(merge.result) if merge.result else Piece(0, 0, 0) for merge in index]
        chosen = policy.choose(pieces)
        if not chosen:
            break
        parts = [index[place] for place in chosen]
        live = [merge.result for merge in parts if merge.result and merge.result.live_count]
        read_bytes += sum(pieces[place].size_bytes for place in chosen)
        made = _Merge(
            merge_segments(tenant, live, files, merge_vectors, digest) if live else None,
            tuple(source for merge in parts for source in merge.sources),
        )
        done = [merge for merge in done if merge not in parts] + [made]
        index = [merge for merge in index if merge not in parts]
        if made.result is not None:
            index.append(made)
    return done


def _replaced(manifest: Manifest, merges: Sequence[_Merge]) -> tuple[SegmentEntry, ...]:
    """Return the manifest's segments, each merge's result in the place of its last source."""
    results = {merge.sources[-1].segment_id: merge.result for merge in merges}
    gone = {source.segment_id for merge in merges for source in merge.sources}
    segments = (
        results.get(segment.segment_id) if segment.segment_id in gone else segment
        for segment in manifest.segments
    )
    return tuple(segment for segment in segments if segment is not None)
