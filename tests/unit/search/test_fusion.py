"""Fusion of word scores and meaning scores into one ranking."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.search.fusion import POOL_COUNT, fuse, shares

word_scores = st.floats(0, 100)
cosines = st.one_of(st.just(-np.inf), st.floats(-1, 1))
pairs = st.lists(st.tuples(word_scores, cosines), max_size=30)
QUERY = "休暇の申請"
SPREAD = 0.2


def fused_of(rows: list[tuple[float, float]], query: str = QUERY) -> np.ndarray:
    words = np.array([row[0] for row in rows], dtype=np.float64)
    similarities = np.array([row[1] for row in rows], dtype=np.float64)
    return fuse(shares(query, similarities, SPREAD), words, similarities)


@given(pairs, st.text(max_size=30))
def test_scores_are_numbers_and_none_is_below_nothing(
    rows: list[tuple[float, float]], query: str
) -> None:
    fused = fused_of(rows, query)
    assert len(fused) == len(rows)
    assert np.all(np.isfinite(fused))
    assert np.all(fused >= 0)


@given(pairs)
def test_a_document_that_is_better_in_both_is_never_behind(
    rows: list[tuple[float, float]],
) -> None:
    fused = fused_of(rows)
    for (words, meaning), score in zip(rows, fused, strict=True):
        for (other_words, other_meaning), other in zip(rows, fused, strict=True):
            if words >= other_words and meaning >= other_meaning:
                assert score >= other - 1e-9


@given(pairs)
def test_a_document_with_neither_has_nothing(rows: list[tuple[float, float]]) -> None:
    assert fused_of([*rows, (0.0, -np.inf)])[-1] == 0


@given(pairs)
def test_the_nearest_document_is_found(rows: list[tuple[float, float]]) -> None:
    fused = fused_of(rows)
    closest = max((row[1] for row in rows), default=-np.inf)
    if np.isfinite(closest) and closest != 0:
        assert fused[[row[1] for row in rows].index(closest)] > 0


def test_words_alone_count_when_nothing_has_a_meaning() -> None:
    assert fused_of([(1.0, -np.inf), (4.0, -np.inf)]).tolist() == pytest.approx([0.1, 0.4])


def test_meaning_alone_counts_when_no_word_is_found() -> None:
    fused = fused_of([(0.0, 0.2), (0.0, 0.6), (0.0, 0.4)])
    assert fused.tolist() == pytest.approx([0.0, 2.0, 1.0])


def test_only_the_nearest_count_as_near() -> None:
    similarities = np.linspace(0, 1, POOL_COUNT + 50)
    fused = fused_of([(0.0, one) for one in similarities])
    assert np.count_nonzero(fused) == POOL_COUNT
    assert np.all(np.diff(fused[50:]) > 0)


def test_the_same_words_count_as_much_in_a_long_query_as_in_a_short_one() -> None:
    """Every word of a query adds to a score, so a score by word grows with the query."""
    short = fused_of([(3.0, 0.5)], "休暇")
    long = fused_of([(15.0, 0.5)], "休暇 休暇\n休暇 休暇 休暇")
    assert short.tolist() == pytest.approx(long.tolist())


def test_no_documents_make_no_scores() -> None:
    assert fused_of([]).tolist() == []
