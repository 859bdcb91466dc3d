"""Vectors at one byte a dimension: int8 rows with a scale each.

A row's scale is its largest absolute value divided by 127, so the worst error of an element is half
a scale. On embeddings of unit length this loses nothing that a ranking notices.
"""

import numpy as np
from numpy.typing import NDArray

_ROWS_AT_ONCE = 1024
"""Of 384 float32 that is 1.5 MB: a processor's own cache holds it, and BLAS takes it for too small
to share out among threads, which on a busy machine wait for each other for a tenth of a second.
"""
# A little below what float32 holds, so that 127 times the rounded scale is still finite.
_LARGEST = np.float32(3.4e38)


def quantize(
    vectors: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return `vectors` (float32 [n, d]) as int8 rows [n, d] and their float32 scales [n].

    A row that is zero, or so small that its scale would vanish, becomes zeros with scale 0. Nothing
    is ever NaN: NaN counts as 0 and an infinite element as a very large one.

    >>> rows, scales = quantize(np.array([[0.5, -1.0], [0.0, 0.0]], dtype=np.float32))
    >>> rows.tolist(), scales.round(4).tolist()
    ([[64, -127], [0, 0]], [0.007899999618530273, 0.0])
    """
    finite = np.nan_to_num(np.asarray(vectors, dtype=np.float32)).clip(-_LARGEST, _LARGEST)
    if finite.ndim != 2:
        raise ValueError("vectors must have two dimensions")
    peaks = np.abs(finite).max(axis=1, initial=0.0)
    scales = (peaks / np.float32(127)).astype(np.float32)
    scales[scales < np.finfo(np.float32).tiny] = 0.0
    divisors = np.where(scales > 0, scales, np.float32(1))[:, None]
    rows = np.where(scales[:, None] > 0, np.rint(finite / divisors), 0)
    return np.clip(rows, -127, 127).astype(np.int8), scales


def dequantize(rows: NDArray[np.int8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the float32 vectors [n, d] that `rows` and `scales` stand for.

    >>> dequantize(np.array([[127, 0]], dtype=np.int8), np.array([0.5], dtype=np.float32)).tolist()
    [[63.5, 0.0]]
    """
    return rows.astype(np.float32) * scales[:, None]


def dot_products(
    rows: NDArray[np.int8], scales: NDArray[np.float32], query: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the dot product of `query` (float32 [d]) with each row, float32 [n].

    For unit vectors that is the cosine. Rows are widened a thousand at a time, always into the
    same place.

    >>> rows, scales = quantize(np.array([[1, 0], [0, 1]], dtype=np.float32))
    >>> dot_products(rows, scales, np.array([1, 0], dtype=np.float32)).round(3).tolist()
    [1.0, 0.0]
    """
    products = np.empty(len(rows), dtype=np.float32)
    wide = np.empty((min(len(rows), _ROWS_AT_ONCE), rows.shape[1]), dtype=np.float32)
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[first : first + _ROWS_AT_ONCE]
        widened = wide[: len(part)]
        np.copyto(widened, part)
        np.matmul(widened, query, out=products[first : first + len(part)])
    return products * scales
