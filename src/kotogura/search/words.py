"""Search by word: BM25 over the postings of a query's terms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kotogura.analysis.analyzer import Analyzer
from kotogura.errors import AnalyzerMismatch
from kotogura.index.reader import GenerationReader
from kotogura.search.bm25 import Bm25Settings, inverse_document_frequency, saturate


@dataclass(frozen=True, slots=True, eq=False)
class WordScores:
    """What a query's terms are worth in every document.

    Attributes:
        terms: the query's distinct terms, in its order.
        scores: float64 [document count], by the document's number; 0 without any of the terms.
    """

    terms: tuple[str, ...]
    scores: NDArray[np.float64]


def query_terms(query: str, analyzer: Analyzer, index_fingerprint: str) -> tuple[str, ...]:
    """Return the distinct terms of `query`, in its order.

    Raises:
        AnalyzerMismatch: when the index was made by another analyzer than this one.
    """
    if index_fingerprint and analyzer.fingerprint != index_fingerprint:
        raise AnalyzerMismatch("the index was made by another analyzer; run reindex")
    return tuple(dict.fromkeys(token.term for token in analyzer.analyze(query).tokens))


def score_words(
    terms: tuple[str, ...], reader: GenerationReader, settings: Bm25Settings
) -> WordScores:
    """Return the weighted sum, over fields and terms, of idf times saturated frequency."""
    manifest = reader.manifest
    scores = np.zeros(len(reader.live), dtype=np.float64)
    for (field, _), postings in reader.postings(terms).items():
        weight = settings.field_weights.get(field, 1.0)
        idf = inverse_document_frequency(manifest.document_count, len(postings.documents))
        average = manifest.field_length(field) / max(1, manifest.document_count)
        lengths = reader.lengths(field)[postings.documents]
        saturated = saturate(postings.frequencies, lengths, average, settings)
        scores[postings.documents] += weight * idf * saturated
    return WordScores(terms, scores)


def rank(
    scores: NDArray[np.float64], limit: int, reader: GenerationReader
) -> list[tuple[int, float]]:
    """Return the `limit` best (document, score) above 0; equal scores by document id.

    Only the best are sorted: time grows with the number of documents, not with its logarithm.
    """
    found = np.flatnonzero(scores > 0)
    if len(found) > limit > 0:
        threshold = np.partition(scores[found], len(found) - limit)[len(found) - limit]
        found = found[scores[found] >= threshold]
    ids = reader.document_ids([int(number) for number in found])
    ranked = sorted(
        ((int(number), float(scores[number])) for number in found),
        key=lambda pair: (-pair[1], ids[pair[0]]),
    )
    return ranked[:limit]
