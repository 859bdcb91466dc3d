"""Which segments are worth merging: a tiered policy, as a pure function of their sizes.

Source: Lucene's TieredMergePolicy (McCandless, "Visualizing Lucene's segment merges", 2011, and the
class itself as of Lucene 9). Taken from it are

- the budget: each tier may hold `segments_per_tier` segments, and a segment of the next tier is as
  many times larger; nothing is merged while there are no more segments than all tiers allow;
- the floor: segments below it count as one size, and are merged by any number up to it;
- the largest merge: segments above half of it are left alone, no merge grows beyond it;
- the score, the lowest of which wins: segments of like size are merged rather than unlike ones,
  small merges rather than large ones, those that reclaim more rather than less;
- that a merge above the floor makes a segment at least half as large again as its largest part, so
  that no large segment is rewritten for the sake of small ones.

Not taken: merging at the same time, and a share of deletions for the whole index. Here a single
segment that is worn is written anew by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kotogura.index.manifest import SegmentEntry

_LEAST_GROWTH = 1.5
_SIZE_EXPONENT = 0.05
_RECLAIM_EXPONENT = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """What the policy knows of a segment, or of several that are merged in any case."""

    size_bytes: int
    document_count: int
    live_count: int

    @classmethod
    def of(cls, *segments: SegmentEntry) -> "Piece":
        """Return the piece that `segments` are together; vectors don't count."""
        return cls(
            sum(entry.size_bytes for segment in segments for entry in segment.files.values()),
            sum(segment.document_count for segment in segments),
            sum(segment.live_count for segment in segments),
        )

    @property
    def live_bytes(self) -> int:
        """Return what it adds to a merge: its size, in the proportion of its live documents.

        >>> Piece(size_bytes=1_000, document_count=10, live_count=7).live_bytes
        700
        """
        if not self.document_count:
            return 0
        return -(-self.size_bytes * self.live_count // self.document_count)

    @property
    def worn_share(self) -> float:
        """Return the share of its documents that have a tombstone."""
        return 1 - self.live_count / self.document_count if self.document_count else 0.0


@dataclass(frozen=True, slots=True)
class TieredPolicy:
    """Chooses merges. Equal pieces in equal order give equal choices.

    Attributes:
        segments_per_tier: how many segments of like size may stand side by side, at least 2.
        floor_bytes: smaller segments count as this large.
        max_merged_bytes: no merge of several grows beyond it.
        worn_share: a segment is worn when a larger share of its documents has a tombstone.
    """

    segments_per_tier: int = 4
    floor_bytes: int = 4_000_000
    max_merged_bytes: int = 128_000_000
    worn_share: float = 0.2

    def choose(self, pieces: Sequence[Piece]) -> list[int]:
        """Return the places in `pieces` of the next merge, ascending; empty if none is worth it.

        Doing what it says until it says nothing comes to an end: each merge leaves fewer segments,
        or fewer worn ones.

        >>> policy = TieredPolicy(segments_per_tier=2, floor_bytes=10, max_merged_bytes=100)
        >>> policy.choose([Piece(50, 5, 5), *[Piece(size, 1, 1) for size in (4, 3, 2, 1)]])
        [1, 2, 3, 4]
        >>> policy.choose([Piece(50, 5, 5), Piece(9, 1, 1)])
        []
        >>> policy.choose([Piece(50, 10, 5), Piece(9, 1, 1)])
        [0]
        """
        sizes = [piece.live_bytes for piece in pieces]
        eligible = [place for place, size in enumerate(sizes) if size <= self.max_merged_bytes // 2]
        if len(eligible) > self.budget([sizes[place] for place in eligible]):
            eligible.sort(key=lambda place: (-sizes[place], place))
            candidates = [
                candidate
                for start in range(len(eligible))
                if (candidate := self._candidate(pieces, sizes, eligible[start:]))
            ]
            if candidates:
                _, best = min(candidates, key=lambda scored: scored[0])
                return sorted(best)
        worn = [place for place, piece in enumerate(pieces) if piece.worn_share > self.worn_share]
        return [max(worn, key=lambda place: (pieces[place].worn_share, -place))] if worn else []

    def budget(self, sizes: Sequence[int]) -> int:
        """Return how many segments of altogether these sizes may stand side by side.

        >>> policy = TieredPolicy(segments_per_tier=4, floor_bytes=1, max_merged_bytes=1_000)
        >>> policy.budget([3]), policy.budget([1] * 20), policy.budget([200, 100, 50])
        (1, 8, 5)
        """
        level = max(self.floor_bytes, min(sizes, default=0), 1)
        rest, allowed = sum(sizes), 0
        while rest >= self.segments_per_tier * level and level < self.max_merged_bytes:
            allowed += self.segments_per_tier
            rest -= self.segments_per_tier * level
            level = min(self.max_merged_bytes, level * self.segments_per_tier)
        return allowed + -(-rest // level)

    def _candidate(
        self, pieces: Sequence[Piece], sizes: Sequence[int], places: Sequence[int]
    ) -> tuple[float, list[int]] | None:
        """Return the merge that begins with the first of `places`, by size descending, if any."""
        chosen: list[int] = []
        total, full = 0, False
        for place in places:
            if len(chosen) >= self.segments_per_tier and total >= self.floor_bytes:
                break
            if total + sizes[place] > self.max_merged_bytes:
                full = True  # a smaller one may still fit
                continue
            chosen.append(place)
            total += sizes[place]
        largest = pieces[places[0]]
        grows = total <= self.floor_bytes or total >= _LEAST_GROWTH * sizes[places[0]]
        if len(chosen) < 2 or not (grows or largest.worn_share > self.worn_share):
            return None
        floored = [max(sizes[place], self.floor_bytes) for place in chosen]
        skew = 1 / self.segments_per_tier if full else floored[0] / sum(floored)
        before = sum(pieces[place].size_bytes for place in chosen)
        kept = total / before if before else 1.0
        return skew * max(total, 1) ** _SIZE_EXPONENT * kept**_RECLAIM_EXPONENT, chosen
