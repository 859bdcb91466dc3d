"""Folding: what a commit brings is merged before it is published, document by document no more.

Each document is staged as a segment of its own. A commit of many publishes one merged segment of
them, and where small ones stand side by side already, it takes those along. What a commit that
loses its race has merged is named by nobody, and the janitor removes it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kotogura.index.manifest import SegmentEntry
from kotogura.index.merge import MergeVectors, merge_segments
from kotogura.index.merge_policy import Piece, TieredPolicy
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

Fold = Callable[
    [TenantId, Sequence[SegmentEntry], Sequence[SegmentEntry], str | None],
    tuple[SegmentEntry, ...],
]
"""Returns what to publish: (tenant, segments that are in, segments that come, model's digest)."""

SMALL_SEGMENTS = TieredPolicy(
    segments_per_tier=8,
    floor_bytes=32_000,
    max_merged_bytes=1_000_000,
    worn_share=1.0,  # a commit rewrites nothing for its tombstones' sake; a compaction does
)
GROUP_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Folding:
    """Implements `Fold`. A segment without the serving model's vectors joins none that has them.

    Attributes:
        files: where segments are.
        merge_vectors: merges their vectors.
        small: which of the small segments that are in already are merged by the way.
        group_bytes: at most this much of what comes is merged into one segment.
    """

    files: TenantFiles
    merge_vectors: MergeVectors
    small: TieredPolicy = SMALL_SEGMENTS
    group_bytes: int = GROUP_BYTES

    def __call__(
        self,
        tenant: TenantId,
        settled: Sequence[SegmentEntry],
        fresh: Sequence[SegmentEntry],
        digest: str | None,
    ) -> tuple[SegmentEntry, ...]:
        """Return `settled` and `fresh` in their order, merged where it is worth it.

        All must be of one analyzer. Files are written under names made of what they hold, so
        repeating it is safe. Where nothing comes, nothing is merged.
        """
        if not fresh:
            return tuple(settled)
        groups = [[segment] for segment in settled]
        for part in (True, False):
            groups.extend(self._grouped([one for one in fresh if _ready(one, digest) is part]))
        places = [
            place
            for place, group in enumerate(groups)
            if all(_ready(segment, digest) for segment in group)
        ]
        chosen = self.small.choose([Piece.of(*groups[place]) for place in places])
        if len(chosen) > 1:
            joined = [places[number] for number in chosen]
            groups[joined[-1]] = [segment for place in joined for segment in groups[place]]
            for place in joined[:-1]:
                groups[place] = []
        return tuple(self._merged(tenant, group, digest) for group in groups if group)

    def _grouped(self, segments: Sequence[SegmentEntry]) -> Iterator[list[SegmentEntry]]:
        """Yield `segments` in groups that are not too large to be merged at once."""
        group: list[SegmentEntry] = []
        size = 0
        for segment in segments:
            more = Piece.of(segment).size_bytes
            if group and size + more > self.group_bytes:
                yield group
                group, size = [], 0
            group.append(segment)
            size += more
        if group:
            yield group

    def _merged(
        self, tenant: TenantId, group: Sequence[SegmentEntry], digest: str | None
    ) -> SegmentEntry:
        if len(group) == 1:
            return group[0]
        with_vectors = digest if all(_ready(segment, digest) for segment in group) else None
        return merge_segments(tenant, group, self.files, self.merge_vectors, with_vectors)


def _ready(segment: SegmentEntry, digest: str | None) -> bool:
    """Return whether it has the serving model's vectors, or there is no such model."""
    return digest is None or digest in segment.vectors
