"""What means alike: documents by their best passages, and words, closest to a vector."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from kotogura.search.answers import Hit, SimilarWord
from kotogura.search.hits import make_hits
from kotogura.search.marks import Marks
from kotogura.search.opened import OpenGeneration
from kotogura.search.ranking import rank
from kotogura.search.scoring import Found, cosines
from kotogura.semantics.vectors import WordVectors

TEXT_LIMIT_CHARACTERS = 10_000


def nearest_documents(
    opened: OpenGeneration,
    vector: NDArray[np.float32] | None,
    limit: int,
    *,
    among: NDArray[np.bool_] | None = None,
    without: int | None = None,
) -> list[Hit]:
    """Return the `limit` documents closest to a unit vector, each with its best passage.

    Args:
        opened: the generation.
        vector: float32 [dimensions]; to None and to zeros nothing is close.
        limit: at least 1.
        among: bool [document count], where to look; None for all documents.
        without: the number of a document to leave out.

    Raises:
        ModelNotReady: when there is no model yet.
    """
    passages = opened.passages
    if vector is None:
        return []
    meaning = passages.score(vector, among)
    scores = cosines(meaning)
    if without is not None:
        scores[without] = 0.0
    ranked = rank(scores, limit, opened.reader.document_id)
    return make_hits(opened, ranked, Found(scores, Marks(), meaning))


def nearest_words(
    words: WordVectors, vector: NDArray[np.float32], limit: int, without: Collection[str]
) -> list[SimilarWord]:
    """Return the `limit` words closest to a unit vector, float32 [dimensions]; none to zeros."""
    if not vector.any():
        return []
    similarities = words.similarities(vector)
    order = np.lexsort((np.arange(len(similarities)), -similarities))
    hits = [
        SimilarWord(
            word=words.terms[row],
            similarity=round(float(similarities[row]), 6),
            document_frequency=int(words.document_frequencies[row]),
        )
        for row in order[: limit + len(without)]
        if words.terms[row] not in without
    ]
    return hits[:limit]
