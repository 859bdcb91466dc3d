"""Fusion of word scores and meaning scores into one ranking."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.search.fusion import MEANING_WEIGHT, POOL_COUNT, fuse

word_scores = st.floats(0, 100)
cosines = st.one_of(st.just(-np.inf), st.floats(-1, 1))
pairs = st.lists(st.tuples(word_scores, cosines), max_size=30)


def arrays(rows: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


@given(pairs)
def test_scores_lie_between_nothing_and_one(rows: list[tuple[float, float]]) -> None:
    fused = fuse(*arrays(rows))
    assert len(fused) == len(rows)
    assert np.all(np.isfinite(fused))
    assert np.all((fused >= 0) & (fused <= 1 + 1e-12))


@given(pairs)
def test_a_document_that_is_better_in_both_is_never_behind(
    rows: list[tuple[float, float]],
) -> None:
    fused = fuse(*arrays(rows))
    for (words, meaning), score in zip(rows, fused, strict=True):
        for (other_words, other_meaning), other in zip(rows, fused, strict=True):
            if words >= other_words and meaning >= other_meaning:
                assert score >= other - 1e-9


@given(pairs)
def test_a_document_with_neither_has_nothing(rows: list[tuple[float, float]]) -> None:
    rows = [*rows, (0.0, -np.inf)]
    assert fuse(*arrays(rows))[-1] == 0


def test_words_alone_count_when_nothing_has_a_meaning() -> None:
    fused = fuse(np.array([1.0, 4.0, 0.0]), np.array([-np.inf] * 3))
    assert fused.tolist() == pytest.approx([(1 - MEANING_WEIGHT) / 4, 1 - MEANING_WEIGHT, 0.0])


def test_meaning_alone_counts_when_no_word_is_found() -> None:
    fused = fuse(np.zeros(3), np.array([0.2, 0.6, 0.4]))
    assert fused.tolist() == pytest.approx([0.0, MEANING_WEIGHT, MEANING_WEIGHT / 2])


def test_only_the_nearest_count_as_near() -> None:
    similarities = np.linspace(0, 1, POOL_COUNT + 50)
    fused = fuse(np.zeros(len(similarities)), similarities)
    assert np.count_nonzero(fused) == POOL_COUNT - 1
    assert np.all(np.diff(fused[50:]) > 0)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_weight_can_silence_either(weight: float) -> None:
    fused = fuse(np.array([3.0, 1.0, 0.0]), np.array([0.1, 0.5, 0.9]), weight)
    assert np.argmax(fused) == (2 if weight else 0)


def test_no_documents_make_no_scores() -> None:
    assert fuse(np.zeros(0), np.zeros(0)).tolist() == []
