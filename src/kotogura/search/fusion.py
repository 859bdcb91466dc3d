"""Fusion: one ranking from word scores and meaning scores.

A convex combination of min-max normalised scores, which keeps how far apart hits are and needs no
more than one constant: Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
Retrieval" (ACM TOIS 2023).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MEANING_WEIGHT = 0.6
POOL_COUNT = 100
"""How many of the nearest documents count as near; the rest are as far as the last of them."""

_NOTHING = 1e-300
"""No score by word is so small; its reciprocal is still a number."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What a document's score by both is made of.

    Attributes:
        words: by what its score by word is multiplied; 0 where no document has any.
        meaning: how much the closest document gets for its meaning; 0 where none has passages.
        furthest: the similarity from which on a meaning counts; the least of the pool's.
        closest: the similarity that counts in full.
    """

    words: float
    meaning: float
    furthest: float
    closest: float

    def of_meaning(self, similarity: float) -> float:
        """Return what `similarity` adds to a score by both, 0 or more.

        >>> Shares(0.4, 0.6, 0.8, 0.9).of_meaning(0.85).__round__(2)
        0.3
        """
        if not self.meaning or not np.isfinite(similarity) or similarity < self.furthest:
            return 0.0
        if self.closest == self.furthest:
            return self.meaning
        near = (similarity - self.furthest) / (self.closest - self.furthest)
        return self.meaning * min(max(near, 0.0), 1.0)


def shares(
    words: NDArray[np.float64],
    similarities: NDArray[np.float64],
    meaning_weight: float = MEANING_WEIGHT,
) -> Shares:
    """Return the shares by which `fuse` adds up; arguments as there.

    >>> found = shares(np.array([2.0, 0.0, 1.0]), np.array([0.8, 0.9, -np.inf]))
    >>> round(found.words, 2), found.meaning, found.furthest, found.closest
    (0.2, 0.6, 0.8, 0.9)
    """
    highest = float(words.max(initial=0.0))
    of_words = (1 - meaning_weight) / highest if highest > _NOTHING else 0.0
    finite = similarities[np.isfinite(similarities)]
    if not len(finite):
        return Shares(of_words, 0.0, 0.0, 0.0)
    place = max(len(finite) - POOL_COUNT, 0)
    furthest, closest = float(np.partition(finite, place)[place]), float(finite.max())
    silent = closest == furthest == 0
    return Shares(of_words, 0.0 if silent else meaning_weight, furthest, closest)


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
    return fuse_by(shares(words, similarities, meaning_weight), words, similarities)


def fuse_by(
    found: Shares, words: NDArray[np.float64], similarities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what `fuse` returns, by shares that are known."""
    fused: NDArray[np.float64] = words * found.words
    if found.meaning:
        near = np.flatnonzero(similarities >= found.furthest)
        width = found.closest - found.furthest
        if width > 0:
            nearness = (similarities[near] - found.furthest) / width
            fused[near] += found.meaning * np.clip(nearness, 0.0, 1.0)
        else:
            fused[near] += found.meaning
    return fused
