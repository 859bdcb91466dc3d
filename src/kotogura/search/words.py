"""Search by word: BM25 over the postings of a query's terms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kotogura.analysis.analyzer import Analyzer
from kotogura.errors import AnalyzerMismatch
from kotogura.index.manifest import FIELDS
from kotogura.index.postings import TermPostings
from kotogura.index.reader import GenerationReader
from kotogura.search.bm25 import Bm25Settings, dampers, inverse_document_frequency, saturate
from kotogura.search.query_words import query_words as query_words

_DENSE_SHARE = 16
"""A term that more than a 16th of all documents have is kept as one number for each document."""


def query_terms(query: str, analyzer: Analyzer, index_fingerprint: str) -> tuple[str, ...]:
    """Return the distinct terms of `query`, in its order.

    Raises:
        AnalyzerMismatch: when the index was made by another analyzer than this one.
    """
    if index_fingerprint and analyzer.fingerprint != index_fingerprint:
        raise AnalyzerMismatch("the index was made by another analyzer; run reindex")
    return tuple(dict.fromkeys(analyzer.analyze(query).terms))


@dataclass(frozen=True, slots=True, eq=False)
class Impacts:
    """What a term adds to the scores of documents.

    Attributes:
        documents: int64 [n], ascending; None where `values` has every document.
        values: float64 [n] or [document count].
    """

    documents: NDArray[np.int64] | None
    values: NDArray[np.float64]

    @property
    def size_bytes(self) -> int:
        """What its arrays take in memory."""
        return self.values.nbytes + (0 if self.documents is None else self.documents.nbytes)


class WordIndex:
    """All words of one generation, weighed once and kept in the reader's cache.

    A frequent term's impacts are one addition of two arrays, which costs a few microseconds
    whatever its frequency; a rare term's are added at its documents. All are summed in the order of
    the query's terms, so that a score depends on nothing else than the document.
    """

    def __init__(self, reader: GenerationReader, settings: Bm25Settings) -> None:
        self._reader = reader
        self._settings = settings
        self._name = f"impacts {settings}"
        self._dampers: NDArray[np.float64] | None = None

    def score(self, terms: Sequence[str]) -> NDArray[np.float64]:
        """Return what `terms` are worth in every document, by its number; 0 without any of them."""
        scores = np.zeros(len(self._reader.live))
        for impacts in self._impacts(terms):
            if impacts.documents is None:
                np.add(scores, impacts.values, out=scores)
            else:
                scores[impacts.documents] += impacts.values
        return scores

    def _impacts(self, terms: Sequence[str]) -> list[Impacts]:
        """Return the impacts of each of `terms`, in their order."""
        cache, key = self._reader.cache, self._reader.key
        found: dict[str, Impacts] = {}
        absent: list[str] = []
        for term in terms:
            kept = cache.get(key(self._name, term))
            if kept is None:
                absent.append(term)
            else:
                found[term] = kept
        if absent:
            postings = self._reader.postings(absent)
            for term in absent:
                fields = {
                    name: one
                    for (name, other), one in postings.items()
                    if other == term and name in FIELDS
                }
                found[term] = impacts = self._weigh(fields)
                cache.put(key(self._name, term), impacts, impacts.size_bytes + 200)
        return [found[term] for term in terms]

    def _weigh(self, fields: dict[str, TermPostings]) -> Impacts:
        """Return the impacts of a term by its postings in each field."""
        weights = self._settings.field_weights
        documents = _union([one.documents for one in fields.values()])
        frequencies = np.zeros(len(documents))
        for name, one in fields.items():
            frequencies[np.searchsorted(documents, one.documents)] += (
                weights.get(name, 1.0) * one.frequencies
            )
        manifest = self._reader.manifest
        idf = inverse_document_frequency(manifest.document_count, len(documents))
        values = idf * saturate(frequencies, self._dampers_of_all()[documents])
        if len(documents) * _DENSE_SHARE <= len(self._reader.live):
            return Impacts(documents, values)
        dense = np.zeros(len(self._reader.live))
        dense[documents] = values
        return Impacts(None, dense)

    def _dampers_of_all(self) -> NDArray[np.float64]:
        if self._dampers is None:
            manifest = self._reader.manifest
            lengths = np.zeros(len(self._reader.live))
            total = 0.0
            for name, weight in self._settings.field_weights.items():
                lengths += weight * self._reader.lengths(name)
                total += weight * manifest.field_length(name)
            average = total / max(1, manifest.document_count)
            self._dampers = dampers(lengths, average, self._settings)
        return self._dampers


def _union(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the documents of `parts`, each ascending, without repetition."""
    if len(parts) == 1:
        return parts[0]
    documents = np.concatenate([*parts, np.zeros(0, dtype=np.int64)])
    documents.sort(kind="stable")  # which takes sorted runs as they come
    fresh = np.ones(len(documents), dtype=bool)
    fresh[1:] = documents[1:] != documents[:-1]
    found: NDArray[np.int64] = documents[fresh]
    return found
