"""Folding: what a commit brings is merged before it is published, document by document no more.

Each document is staged as a segment of its own. A commit of many publishes one merged segment of
them, and where small ones stand side by side already, it takes those along. What a commit that
loses its race has merged is named by nobody, and the janitor removes it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index.intact import is_intact
from kotogura.index.manifest import SegmentEntry
from kotogura.index.merge import MergeVectors, merge_segments
from kotogura.index.merge_policy import Piece, TieredPolicy
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


class Fold(Protocol):
    """What a commit needs of folding."""

    def __call__(
        self,
        tenant: TenantId,
        settled: Sequence[SegmentEntry],
        fresh: Sequence[SegmentEntry],
        digest: str | None,
    ) -> tuple[SegmentEntry, ...]:
        """Return what to publish of segments that are in and segments that come.

        Raises:
            CorruptIndex, StoreUnavailable: when a segment that comes can't be read.
        """

    def is_damaged(self, tenant: TenantId, segment: SegmentEntry) -> bool:
        """Return whether a file of a segment is missing, or differs from its digest, for good."""


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
        group_bytes: at most this much of what comes is merged into one segment,
            and half as much of what has no vectors yet.
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

        All must be of one analyzer. Each call writes segments of its own, so repeating it is
        safe. Where nothing comes, nothing is merged.
        """
        if not fresh:
            return tuple(settled)
        groups = [[segment] for segment in settled]
        # What has no vectors yet stays small enough to be embedded by one call of `compact`.
        for part, limit in ((True, self.group_bytes), (False, self.group_bytes // 2)):
            segments = [one for one in fresh if _ready(one, digest) is part]
            groups.extend(self._grouped(segments, limit))
        joined = self._joined(groups, digest)
        if joined != groups:
            try:
                return tuple(self._merged(tenant, group, digest) for group in joined)
            except (CorruptIndex, StoreUnavailable):
                pass  # what is in and can't be read keeps no document out: `verify` tells about it
        return tuple(self._merged(tenant, group, digest) for group in groups)

    def is_damaged(self, tenant: TenantId, segment: SegmentEntry) -> bool:
        """Return whether a file of `segment` is missing, or differs from its digest, for good."""
        return any(
            math.isinf(self.files.age_seconds(tenant, entry.name))
            or not is_intact(tenant, entry, self.files)
            for entry in segment.file_entries()
        )

    def _joined(
        self, groups: Sequence[list[SegmentEntry]], digest: str | None
    ) -> list[list[SegmentEntry]]:
        """Return `groups` with those joined that the policy for small segments chooses."""
        places = [
            place
            for place, group in enumerate(groups)
            if all(_ready(segment, digest) for segment in group)
        ]
        chosen = self.small.choose([Piece.of(*groups[place]) for place in places])
        if len(chosen) < 2:
            return list(groups)
        gone = [places[number] for number in chosen]
        made = [segment for place in gone for segment in groups[place]]
        return [
            made if place == gone[-1] else group
            for place, group in enumerate(groups)
            if place not in gone[:-1]
        ]

    def _grouped(
        self, segments: Sequence[SegmentEntry], limit: int
    ) -> Iterator[list[SegmentEntry]]:
        """Yield `segments` in groups that are not too large to be merged at once."""
        group: list[SegmentEntry] = []
        size = 0
        for segment in segments:
            more = Piece.of(segment).size_bytes
            if group and size + more > limit:
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
