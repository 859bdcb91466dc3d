"""Fusion: one ranking from word scores and meaning scores.

A convex combination of min-max normalised scores, which keeps how far apart hits are and needs no
more than one constant: Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
Retrieval" (ACM TOIS 2023).
"""

import numpy as np
from numpy.typing import NDArray

MEANING_WEIGHT = 0.6
POOL_COUNT = 100
"""How many of the nearest documents count as near; the rest are as far as the last of them."""


def fuse(
    words: NDArray[np.float64],
    similarities: NDArray[np.float64],
    meaning_weight: float = MEANING_WEIGHT,
) -> NDArray[np.float64]:
    """Return one score in [0, 1] for each document; 0 where it has neither.

    Args:
        words: float64 [n], 0 without any of the query's terms.
        similarities: float64 [n], -inf for documents without passages.
        meaning_weight: from 0, words alone, to 1, meaning alone.

    >>> fuse(np.array([2.0, 0.0, 1.0]), np.array([0.8, 0.9, -np.inf])).round(2).tolist()
    [0.4, 0.6, 0.2]
    """
    fused: NDArray[np.float64] = (1 - meaning_weight) * _spread(words, 0.0)
    pool = np.sort(similarities[np.isfinite(similarities)])[-POOL_COUNT:]
    if len(pool):
        fused += meaning_weight * _spread(similarities, float(pool[0]))
    return fused


def words_share(words: NDArray[np.float64], meaning_weight: float = MEANING_WEIGHT) -> float:
    """Return by what the words' score is multiplied to become its part of what `fuse` returns.

    >>> words_share(np.array([2.0, 0.0, 1.0])).__round__(2)
    0.2
    """
    highest = float(words.max(initial=0.0))
    return (1 - meaning_weight) / highest if highest > 0 else 0.0


def _spread(scores: NDArray[np.float64], lowest: float) -> NDArray[np.float64]:
    """Map `lowest` and less to 0 and the highest to 1; where all are equal, them to 1."""
    highest = float(scores.max(initial=-np.inf))
    if not np.isfinite(highest) or highest < lowest or (highest == lowest == 0):
        return np.zeros_like(scores)
    if highest == lowest:
        return (scores >= lowest).astype(np.float64)
    return np.clip((scores - lowest) / (highest - lowest), 0.0, 1.0)
