"""The merge policy's laws: never too large, never too many, nothing worn for long, an end to it."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.index.merge_policy import Piece, TieredPolicy

policies = st.builds(
    TieredPolicy,
    segments_per_tier=st.integers(2, 10),
    floor_bytes=st.sampled_from([1, 100, 2_000]),
    max_merged_bytes=st.sampled_from([5_000, 50_000, 1_000_000]),
    worn_share=st.sampled_from([0.1, 0.2, 0.5]),
)
sizes = st.integers(1, 3_000) | st.integers(1, 30)
pieces = st.builds(
    lambda size, count, dead: Piece(size * count, count, max(0, count - dead)),
    sizes,
    st.integers(1, 20),
    st.integers(0, 20) | st.just(0),
)


def merged(policy: TieredPolicy, index: list[Piece], chosen: list[int]) -> list[Piece]:
    """Do the merge: what is left behind is gone, and what is empty is dropped."""
    parts = [index[place] for place in chosen]
    live = sum(part.live_count for part in parts)
    result = Piece(sum(part.live_bytes for part in parts), live, live)
    if len(parts) > 1:
        assert result.size_bytes <= policy.max_merged_bytes
    else:
        assert parts[0].worn_share > policy.worn_share
    rest = [piece for place, piece in enumerate(index) if place not in chosen]
    return [*rest, result] if live else rest


def settled(policy: TieredPolicy, index: list[Piece]) -> tuple[list[Piece], int]:
    """Merge until nothing is worth it; return the index and how many bytes were written."""
    written = 0
    for _ in range(2 * len(index) + 1):
        chosen = policy.choose(index)
        if not chosen:
            return index, written
        assert chosen == sorted(set(chosen))
        written += sum(index[place].live_bytes for place in chosen)
        index = merged(policy, index, chosen)
    raise AssertionError("the merging has no end")


def most(policy: TieredPolicy, index: list[Piece]) -> float:
    """How many segments there may be: what the tiers allow, or sizes that at least halve."""
    small = [p.live_bytes for p in index if p.live_bytes <= policy.max_merged_bytes // 2]
    halving = 3 + math.log2(max(1, max(small, default=1) / policy.floor_bytes))
    large = sum(p.live_bytes for p in index) / (policy.max_merged_bytes / 2)
    return max(policy.budget(small), halving) + large


@settings(max_examples=300)
@given(policies, st.lists(pieces, max_size=40))
def test_merging_comes_to_an_end_with_few_segments_and_none_worn(
    policy: TieredPolicy, index: list[Piece]
) -> None:
    index, _ = settled(policy, index)
    assert len(index) <= most(policy, index)
    assert all(piece.worn_share <= policy.worn_share for piece in index)
    assert policy.choose(index) == []


@settings(max_examples=60)
@given(policies, st.lists(sizes, min_size=1, max_size=120))
def test_after_any_series_of_commits_the_segments_stay_few(
    policy: TieredPolicy, commits: list[int]
) -> None:
    index: list[Piece] = []
    for size in commits:
        index, _ = settled(policy, [*index, Piece(size, 1, 1)])
        assert len(index) <= most(policy, index)
    assert sum(piece.size_bytes for piece in index) == sum(commits)


@given(policies, st.lists(pieces, max_size=20))
def test_equal_pieces_give_equal_choices(policy: TieredPolicy, index: list[Piece]) -> None:
    assert policy.choose(index) == policy.choose(list(index))


@given(policies, st.lists(pieces, max_size=20))
def test_the_largest_segments_are_left_alone_unless_they_are_worn(
    policy: TieredPolicy, index: list[Piece]
) -> None:
    for place in policy.choose(index):
        large = index[place].live_bytes > policy.max_merged_bytes // 2
        assert not large or index[place].worn_share > policy.worn_share


def test_a_tier_is_logarithmic_and_each_document_is_rewritten_once_a_tier() -> None:
    policy = TieredPolicy(segments_per_tier=4, floor_bytes=10, max_merged_bytes=10**9)
    index: list[Piece] = []
    written = 0
    for number in range(1, 4_001):
        index, more = settled(policy, [*index, Piece(10, 1, 1)])
        written += more
        tiers = 1 + math.log(number, 4)
        assert len(index) <= 4 * tiers
    assert written <= 40_000 * math.log(4_000, 4) * 1.5


def test_a_large_segment_is_not_rewritten_for_the_sake_of_a_small_one() -> None:
    policy = TieredPolicy(segments_per_tier=2, floor_bytes=10, max_merged_bytes=100_000)
    large = Piece(10_000, 100, 100)
    chosen = policy.choose([large, *[Piece(5, 1, 1)] * 20])
    assert chosen
    assert 0 not in chosen


def test_an_empty_index_and_a_single_sound_segment_are_left_alone() -> None:
    assert TieredPolicy().choose([]) == []
    assert TieredPolicy().choose([Piece(1, 1, 1)]) == []
    assert TieredPolicy().choose([Piece(0, 0, 0)]) == []
