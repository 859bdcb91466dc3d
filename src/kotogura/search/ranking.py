"""Ranking: the best of many scores without sorting them all."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ranked = list[tuple[int, float]]

_STRIDES = 64


def rank(scores: NDArray[np.float64], limit: int, document_id: Callable[[int], str]) -> Ranked:
    """Return the `limit` best (document, score) above 0, best first; equal scores by document id.

    Args:
        scores: float64 [document count], by the document's number.
        limit: at least 1.
        document_id: tells a document's id; asked only where scores are equal.
    """
    floor = _floor(scores, limit)
    found = np.flatnonzero(scores >= floor) if floor > 0 else np.flatnonzero(scores > 0)
    if len(found) > limit:
        values = scores[found]
        least = np.partition(values, len(found) - limit)[len(found) - limit]
        found = found[values >= least]
    values = scores[found]
    order = np.argsort(-values, kind="stable")
    ranked = list(zip(found[order].tolist(), values[order].tolist(), strict=True))
    if any(one[1] == other[1] for one, other in pairwise(ranked)):
        ranked.sort(key=lambda pair: (-pair[1], document_id(pair[0])))
    return ranked[:limit]


def _floor(scores: NDArray[np.float64], limit: int) -> float:
    """Return a score that at least `limit` documents reach: the limit-th greatest of maxima.

    The maxima are those of every width-th document, which numpy finds at the speed of memory.
    """
    width = len(scores) // _STRIDES
    if width <= limit:
        return 0.0
    maxima = scores[: width * _STRIDES].reshape(_STRIDES, width).max(axis=0)
    return float(np.partition(maxima, width - limit)[width - limit])
