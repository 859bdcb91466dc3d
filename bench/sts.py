"""Pairs of sentences that people have graded by how alike they mean: JSTS's lines."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kotogura.semantics.embedder import Embedder


@dataclass(frozen=True, slots=True)
class GradedPair:
    """Two sentences and their likeness, from 0 to 5."""

    sentence1: str
    sentence2: str
    label: float


def read_pairs(path: Path) -> list[GradedPair]:
    """Return the pairs of a file of lines `{"sentence1", "sentence2", "label"}`."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    return [GradedPair(row["sentence1"], row["sentence2"], float(row["label"])) for row in rows]


def sts_spearman(pairs: Sequence[GradedPair], embedder: Embedder) -> float:
    """Return how the cosines of `pairs` agree with their labels: Spearman's rho, from -1 to 1."""
    one = embedder.embed_queries([pair.sentence1 for pair in pairs])
    other = embedder.embed_queries([pair.sentence2 for pair in pairs])
    return agreement(pairs, one, other)


def agreement(
    pairs: Sequence[GradedPair], one: NDArray[np.float32], other: NDArray[np.float32]
) -> float:
    """Return Spearman's rho of the pairs' labels and the cosines of rows of unit length."""
    cosines: NDArray[np.float64] = np.einsum("nd,nd->n", one, other, dtype=np.float64)
    return spearman(cosines, np.array([pair.label for pair in pairs]))


def spearman(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the correlation of the ranks of two rows of numbers; equal ones share a rank.

    >>> round(spearman(np.array([1.0, 2.0, 9.0]), np.array([0.1, 0.2, 0.3])), 6)
    1.0
    """
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: NDArray[np.float64] = (ends - (counts - 1) / 2)[places]
    return ranks
