"""BM25 as Lucene computes it, per field; each formula by itself.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009); the idf is
Lucene's `BM25Similarity`, which is never negative, and like it this leaves out the constant k1 + 1.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Bm25Settings:
    """k1 bends the term frequency, b weighs a document's length, and fields have weights."""

    k1: float = 1.2
    b: float = 0.75
    field_weights: Mapping[str, float] = field(default_factory=lambda: {"title": 2.0, "body": 1.0})


def inverse_document_frequency(document_count: int, document_frequency: int) -> float:
    """Return how much a term tells: ln(1 + (N - df + 0.5) / (df + 0.5)), above 0.

    >>> round(inverse_document_frequency(100, 1), 3)
    4.21
    """
    return math.log(1 + (document_count - document_frequency + 0.5) / (document_frequency + 0.5))


def saturate(
    frequencies: NDArray[np.int64],
    lengths: NDArray[np.int64],
    average_length: float,
    settings: Bm25Settings,
) -> NDArray[np.float64]:
    """Return tf / (tf + k1 (1 - b + b · length / average)) for each document, in [0, 1)."""
    relative = lengths / average_length if average_length > 0 else np.zeros(len(lengths))
    dampers = settings.k1 * (1 - settings.b + settings.b * relative)
    saturated: NDArray[np.float64] = frequencies / (frequencies + dampers)
    return saturated
