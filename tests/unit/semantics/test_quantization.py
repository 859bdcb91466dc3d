import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from kotogura.semantics.quantization import dequantize, dot_products, quantize

SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
FINITE = arrays(np.float32, SHAPES, elements=st.floats(-1e6, 1e6, width=32))
ANY = arrays(np.float32, SHAPES, elements=st.floats(width=32))


@given(FINITE)
def test_an_element_is_off_by_half_a_scale_at_most(vectors: np.ndarray):
    rows, scales = quantize(vectors)
    assert rows.dtype == np.int8
    assert scales.dtype == np.float32
    tolerance = scales[:, None] * 0.501 + np.finfo(np.float32).tiny * 127
    assert (np.abs(dequantize(rows, scales) - vectors) <= tolerance).all()


@given(ANY)
def test_nothing_is_ever_nan(vectors: np.ndarray):
    rows, scales = quantize(vectors)
    assert np.isfinite(scales).all()
    assert np.isfinite(dequantize(rows, scales)).all()


def test_a_zero_row_stays_zero_and_resembles_nothing():
    rows, scales = quantize(np.zeros((1, 4), dtype=np.float32))
    query = np.array([1, 0, 0, 0], dtype=np.float32)
    assert dot_products(rows, scales, query).tolist() == [0.0]


def test_no_rows_give_no_rows():
    rows, scales = quantize(np.zeros((0, 4), dtype=np.float32))
    assert rows.shape == (0, 4)
    assert dot_products(rows, scales, np.ones(4, dtype=np.float32)).shape == (0,)


def test_dot_products_are_those_of_the_dequantised_rows():
    vectors = np.random.default_rng(1).normal(size=(20_000, 16)).astype(np.float32)
    rows, scales = quantize(vectors)
    query = vectors[7]
    expected = dequantize(rows, scales) @ query
    np.testing.assert_allclose(dot_products(rows, scales, query), expected, rtol=1e-4, atol=1e-4)
