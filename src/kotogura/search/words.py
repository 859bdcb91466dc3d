"""Search by word: BM25 over the postings of a query's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kotogura.analysis.analyzer import Analyzer
from kotogura.errors import AnalyzerMismatch
from kotogura.index.reader import GenerationReader
from kotogura.search.bm25 import Bm25Settings, dampers, inverse_document_frequency, saturate
from kotogura.search.counts import Counts, joined, union
from kotogura.search.query_words import Alternative, Alternatives, QueryWord

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
        return self._sum([(Alternative("word", (term,)),) for term in terms])

    def score_words(self, words: Sequence[QueryWord]) -> NDArray[np.float64]:
        """Return what resolved `words` are worth in every document; each counts once.

        A word's frequency is the greatest of its alternatives', its document frequency that of all.
        """
        return self._sum(list(dict.fromkeys(word.alternatives for word in words)))

    def _sum(self, words: Sequence[Alternatives]) -> NDArray[np.float64]:
        scores = np.zeros(len(self._reader.live))
        for impacts in self._impacts(words):
            if impacts.documents is None:
                np.add(scores, impacts.values, out=scores)
            else:
                scores[impacts.documents] += impacts.values
        return scores

    def impacts(self, word: QueryWord) -> Impacts:
        """Return what one resolved word adds to scores."""
        return self._impacts([word.alternatives])[0]

    def _impacts(self, words: Sequence[Alternatives]) -> list[Impacts]:
        """Return the impacts of each of `words`, in their order."""
        cache, base = self._reader.cache, self._reader.key(self._name)
        found: dict[Alternatives, Impacts] = {}
        absent: list[Alternatives] = []
        for word in words:
            kept = cache.get((*base, word))
            if kept is None:
                absent.append(word)
            else:
                found[word] = kept
        if absent:
            postings = self._reader.postings(
                [term for word in absent for one in word for term in one.terms]
            )
            for word in absent:
                found[word] = impacts = self.weigh(joined(word, postings, self._reader))
                cache.put((*base, word), impacts, impacts.size_bytes + 200)
        return [found[word] for word in words]

    def weigh(self, fields: Mapping[str, Counts], idf: float | None = None) -> Impacts:
        """Return the impacts of something by its counts in each field.

        Without `idf`, it is that of a word which the documents have that are counted.
        """
        weights = self._settings.field_weights
        documents = union([one for one, _ in fields.values()])
        frequencies = np.zeros(len(documents))
        for name, (having, counts) in fields.items():
            frequencies[np.searchsorted(documents, having)] += weights.get(name, 1.0) * counts
        manifest = self._reader.manifest
        if idf is None:
            idf = inverse_document_frequency(manifest.document_count, len(documents))
        values = idf * saturate(frequencies, self.dampers()[documents])
        if len(documents) * _DENSE_SHARE <= len(self._reader.live):
            return Impacts(documents, values)
        dense = np.zeros(len(self._reader.live))
        dense[documents] = values
        return Impacts(None, dense)

    def dampers(self) -> NDArray[np.float64]:
        """Return how the length of every document damps what it holds, by its number."""
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
