"""Fusion: one ranking from word scores and meaning scores.

A sum of both, neither brought to a range of its own first. A query that shares few words with any
document has low scores by word, one that has no near passage has low similarities: that is what
tells which of the two to believe, and min-max normalisation (Bruch, Gai and Ingber, "An Analysis of
Fusion Functions for Hybrid Retrieval", ACM TOIS 2023) throws it away; docs/adr/0041 has figures.
Both are only brought to units that don't depend on how long a query is, or on how far apart a model
puts texts that have nothing to do with each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POOL_COUNT = 100
"""How many of the nearest documents count as near; the rest are as far as the last of them."""
WORDS_UNIT = 2.0
"""A score by word of so much for each character of the query counts one."""

_ALL_ALIKE = 0.01


@dataclass(frozen=True, slots=True)
class Shares:
    """What a document's score by both is made of.

    Attributes:
        words: by what its score by word is multiplied.
        meaning: by what is multiplied how far its similarity lies above `furthest`.
        furthest: the similarity up to which a meaning adds nothing; infinite where no document has
            passages.
    """

    words: float
    meaning: float
    furthest: float

    def of_meaning(self, similarity: float) -> float:
        """Return what `similarity` adds to a score by both, 0 or more.

        >>> Shares(0.1, 5.0, 0.8).of_meaning(0.85).__round__(2)
        0.25
        """
        if not np.isfinite(similarity) or similarity <= self.furthest:
            return 0.0
        return self.meaning * (similarity - self.furthest)


def shares(query: str, similarities: NDArray[np.float64], spread: float) -> Shares:
    """Return the shares by which `fuse` adds up.

    Args:
        query: as it was asked; its characters count, blanks apart.
        similarities: float64 [n], -inf for documents without passages.
        spread: what parts two passages that have nothing to do with each other: 1 less their
            cosine, above 0.

    Documents that are all as near as each other count all, but a little.

    >>> found = shares("休暇の申請", np.array([0.8, 0.9, -np.inf]), 0.2)
    >>> found.words, found.meaning, round(found.furthest, 3)
    (0.1, 5.0, 0.8)
    """
    characters = max(1, sum(not character.isspace() for character in query))
    of_words, of_meaning = 1 / (WORDS_UNIT * characters), 1 / spread
    finite = similarities[np.isfinite(similarities)]
    if not len(finite):
        return Shares(of_words, of_meaning, np.inf)
    place = max(len(finite) - POOL_COUNT - 1, 0)
    furthest, closest = float(np.partition(finite, place)[place]), float(finite.max())
    if closest == furthest != 0:
        furthest -= _ALL_ALIKE * spread
    return Shares(of_words, of_meaning, furthest)


def fuse(
    found: Shares, words: NDArray[np.float64], similarities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return one score for each document, 0 where it has neither.

    Args:
        found: how both count.
        words: float64 [n], 0 without any of the query's terms.
        similarities: float64 [n], -inf for documents without passages.

    >>> found = Shares(words=0.1, meaning=5.0, furthest=0.8)
    >>> fuse(found, np.array([2.0, 0.0, 1.0]), np.array([0.8, 0.9, -np.inf])).round(2).tolist()
    [0.2, 0.5, 0.1]
    """
    fused: NDArray[np.float64] = words * found.words
    near = np.flatnonzero(similarities > found.furthest)
    fused[near] += found.meaning * (similarities[near] - found.furthest)
    return fused
