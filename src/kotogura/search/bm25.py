"""BM25 over weighted fields as one text; each formula by itself.

A term's frequency is the weighted sum of its frequencies in the fields, and so is a document's
length: Robertson, Zaragoza and Taylor, "Simple BM25 Extension to Multiple Weighted Fields" (CIKM
2004). Summing fields' scores instead counts the same evidence twice. The idf is that of Lucene's
`BM25Similarity`, which is never negative, and like it this leaves out the constant k1 + 1.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Bm25Settings:
    """k1 bends the term frequency, b weighs a document's length, and fields have weights."""

    k1: float = 0.9
    b: float = 0.5
    field_weights: Mapping[str, float] = field(default_factory=lambda: {"title": 2.0, "body": 1.0})


def inverse_document_frequency(document_count: int, document_frequency: int) -> float:
    """Return how much a term tells: ln(1 + (N - df + 0.5) / (df + 0.5)), above 0.

    >>> round(inverse_document_frequency(100, 1), 3)
    4.21
    """
    return math.log(1 + (document_count - document_frequency + 0.5) / (document_frequency + 0.5))


def dampers(
    lengths: NDArray[np.float64], average_length: float, settings: Bm25Settings
) -> NDArray[np.float64]:
    """Return k1 (1 - b + b · length / average) for each document: what its frequencies meet."""
    relative = lengths / average_length if average_length > 0 else np.zeros(len(lengths))
    damped: NDArray[np.float64] = settings.k1 * (1 - settings.b + settings.b * relative)
    return damped


def saturate(frequencies: NDArray[np.float64], damped: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return tf / (tf + damper) for each document, in [0, 1)."""
    saturated: NDArray[np.float64] = frequencies / (frequencies + damped)
    return saturated
