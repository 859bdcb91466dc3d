"""The formulas by themselves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.search.bm25 import Bm25Settings, dampers, inverse_document_frequency, saturate


@given(count=st.integers(1, 10**6), data=st.data())
def test_rarer_terms_tell_more_and_none_tells_less_than_nothing(
    count: int, data: st.DataObject
) -> None:
    frequency = data.draw(st.integers(1, count))
    worth = inverse_document_frequency(count, frequency)
    assert worth > 0
    if frequency > 1:
        assert worth < inverse_document_frequency(count, frequency - 1)


def test_the_inverse_document_frequency_is_lucenes() -> None:
    assert inverse_document_frequency(10, 3) == pytest.approx(math.log(1 + 7.5 / 3.5))


def test_saturation_grows_with_frequency_and_shrinks_with_length() -> None:
    damped = dampers(np.array([10.0, 10.0, 10.0, 40.0]), 10.0, Bm25Settings(k1=1.2))
    found = saturate(np.array([1.0, 2.0, 50.0, 1.0]), damped)
    assert found.tolist() == [*sorted(found[:3].tolist()), found[3]]
    assert found[3] < found[0]
    assert found.max() < 1
    assert found[0] == pytest.approx(1 / (1 + 1.2))


def test_without_any_length_nothing_is_divided_by_zero() -> None:
    damped = dampers(np.zeros(1), 0.0, Bm25Settings(k1=1.2, b=0.75))
    assert saturate(np.ones(1), damped).tolist() == pytest.approx([1 / (1 + 1.2 * 0.25)])
