"""A model serves only if it is better, and the reason says why not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.semantics.evaluation import Figures
from kotogura.semantics.gate import GREATEST_LOSS, gain_interval, judge
from kotogura.semantics.general_similarity import GENERAL_PAIRS, agreement

QUERY_COUNT = 200
RANKS = np.random.default_rng(1).choice([1.0, 0.5, 0.25, 0.0], size=QUERY_COUNT)


def _figures(reciprocal_ranks) -> Figures:
    values = tuple(float(value) for value in reciprocal_ranks)
    return Figures(float(np.mean(values)), 1.0, len(values), 10, values)


def test_a_clear_gain_that_forgets_nothing_may_serve():
    verdict = judge(_figures(RANKS), _figures(np.minimum(1, RANKS + 0.25)), 0.88, 0.878)
    assert (verdict.better, verdict.code) == (True, "better")
    assert 0 < verdict.low <= verdict.gain <= verdict.high


def test_the_same_ranks_are_no_gain():
    verdict = judge(_figures(RANKS), _figures(RANKS), 0.88, 0.99)
    assert (verdict.better, verdict.code) == (False, "no-gain")
    assert f"{QUERY_COUNT} queries" in verdict.detail


def test_worse_ranks_are_no_gain():
    assert judge(_figures(RANKS), _figures(RANKS / 2), 0.88, 0.88).code == "no-gain"


def test_a_gain_on_one_query_may_be_chance():
    after = np.zeros(QUERY_COUNT)
    after[0] = 1
    verdict = judge(_figures(np.zeros(QUERY_COUNT)), _figures(after), 0.88, 0.88)
    assert (verdict.better, verdict.code) == (False, "gain-uncertain")
    assert verdict.gain > 0
    assert verdict.low <= 0
    assert "interval" in verdict.detail


def test_a_gain_does_not_pay_for_forgetting():
    better = _figures(np.minimum(1, RANKS + 0.25))
    verdict = judge(_figures(RANKS), better, 0.88, 0.88 - GREATEST_LOSS - 0.001)
    assert (verdict.better, verdict.code) == (False, "forgets")
    assert judge(_figures(RANKS), better, 0.88, 0.88 - GREATEST_LOSS + 0.001).better


def test_a_comparison_needs_the_same_queries():
    for before, after in (([], []), ([1.0], [1.0, 0.0])):
        with pytest.raises(ValueError, match="paired"):
            gain_interval(before, after)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_the_interval_holds_the_gain_turns_with_the_sides_and_repeats(ranks):
    before, after = [rank[0] for rank in ranks], [rank[1] for rank in ranks]
    gain, low, high = gain_interval(before, after)
    assert low - 1e-9 <= gain <= high + 1e-9 or len(ranks) > 1
    assert gain_interval(before, after) == (gain, low, high)
    back = gain_interval(after, before)
    np.testing.assert_allclose(back, (-gain, -high, -low), atol=1e-9)


def test_general_sentences_are_graded_all_ways_and_unlike():
    assert len(GENERAL_PAIRS) == 120
    assert {label for *_, label in GENERAL_PAIRS} == {0.0, 1.0, 2.0, 4.0}
    assert all(one != other for one, other, _ in GENERAL_PAIRS)
    assert len({(one, other) for one, other, _ in GENERAL_PAIRS}) == 120


def test_agreement_is_one_for_the_labels_order_and_zero_for_blindness():
    pairs = [("a", "b", 0.0), ("a", "c", 1.0), ("a", "d", 2.0)]
    angles = {"a": 0.0, "b": 1.2, "c": 0.6, "d": 0.1}

    def embed(texts):
        return np.array([[np.cos(angles[t]), np.sin(angles[t])] for t in texts], np.float32)

    assert agreement(pairs, embed) == pytest.approx(1.0)
    assert agreement(pairs, lambda texts: np.ones((len(texts), 2), np.float32)) == 0.0
