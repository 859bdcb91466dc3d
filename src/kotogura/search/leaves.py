"""Leaves of a query: words, prefixes and phrases, weighed over all documents of a generation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kotogura.analysis.analyzer import Analyzer
from kotogura.analysis.kanji import fold_kanji
from kotogura.analysis.normalization import normalize
from kotogura.analysis.sounds import hiragana, is_kana
from kotogura.index.manifest import FIELDS
from kotogura.index.reader import GenerationReader
from kotogura.index.streams import stream_field
from kotogura.search.bm25 import Bm25Settings, inverse_document_frequency
from kotogura.search.counts import Counts, joined, union
from kotogura.search.explain import Explanation, Kind, explain_counts
from kotogura.search.phrases import PhraseWord, find_phrase
from kotogura.search.query_words import Alternative, QueryWord
from kotogura.search.resolution import words_of
from kotogura.search.synonyms import NO_SYNONYMS, Synonyms
from kotogura.search.words import Impacts, WordIndex
from kotogura.spans import span

Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]

PREFIX_TERM_COUNT = 128
"""Of the terms with a prefix, so many of the most frequent stand for all."""


@dataclass(slots=True, eq=False)
class Leaves:
    """Weighs leaves in `fields`.

    Attributes:
        reader: the generation.
        analyzer: of queries.
        settings: of BM25.
        index: weighs words in all fields.
        synonyms: of the tenant.
        fields: where to look.
    """

    reader: GenerationReader
    analyzer: Analyzer
    settings: Bm25Settings
    index: WordIndex
    synonyms: Synonyms = NO_SYNONYMS
    fields: tuple[str, ...] = FIELDS
    _own: WordIndex | None = field(default=None, init=False)

    @property
    def _weights(self) -> dict[str, float]:
        weights = self.settings.field_weights
        return {name: weights.get(name, 1.0) for name in self.fields}

    @property
    def _index(self) -> WordIndex:
        """What weighs in these fields alone."""
        if self.fields == FIELDS:
            return self.index
        if self._own is None:
            settings = replace(self.settings, field_weights=self._weights)
            self._own = WordIndex(self.reader, settings)
        return self._own

    def only(self, name: str) -> "Leaves":
        """Return what weighs leaves in one field; nothing if it is none of these."""
        fields = tuple(one for one in self.fields if one == name)
        return replace(self, fields=fields)

    def words(self, text: str) -> tuple[QueryWord, ...]:
        """Return the words of `text`, resolved."""
        with span("query-words") as reading:
            words = words_of(text, self.analyzer, self.reader, self.synonyms)
            reading.count(words=len(words))
        return words

    def score(self, words: Sequence[QueryWord]) -> Scores:
        """Return what `words` are worth in every document."""
        if self.fields == FIELDS:
            return self.index.score_words(words)
        scores = self.nothing()
        for word in dict.fromkeys(one.alternatives for one in words):
            add(scores, self._index.weigh(self._counts(word)))
        return scores

    def mask(self, word: QueryWord) -> Mask:
        """Return which documents have `word`."""
        found = np.zeros(len(self.reader.live), dtype=bool)
        for documents, _ in self._counts(word.alternatives).values():
            found[documents] = True
        return found

    def explain_words(
        self, words: Sequence[QueryWord], boost: float, documents: Sequence[int]
    ) -> list[list[Explanation]]:
        """Return what each of `words` is worth in each of `documents`."""
        found = []
        for alternatives in dict.fromkeys(word.alternatives for word in words):
            text = " | ".join(" ".join(one.terms) for one in alternatives)
            counts = self._counts(alternatives)
            idf = self._idf(union([having for having, _ in counts.values()]))
            found.append(self.explain("word", text, counts, idf, boost, documents))
        return found

    def prefix(self, text: str) -> tuple[str, dict[str, Counts], tuple[Alternative, ...]]:
        """Return the prefix as terms have it, its counts by field, and the words it stands for."""
        prefix = fold_kanji(normalize(text).text).casefold()
        alternatives = [
            Alternative("word", (term,))
            for term in self.reader.terms_beginning(prefix, self.fields, PREFIX_TERM_COUNT)
        ]
        if is_kana(prefix) and len(prefix) > 1:
            reading = hiragana(prefix)
            names = [stream_field(name, "reading") for name in self.fields]
            alternatives += [
                Alternative("reading", (term,))
                for term in self.reader.terms_beginning(reading, names, PREFIX_TERM_COUNT)
            ]
        return prefix, self._summed(alternatives), tuple(alternatives)

    def phrase(
        self, words: Sequence[PhraseWord], slop: int
    ) -> tuple[str, dict[str, Counts], float]:
        """Return a phrase as terms, its counts by field, and its words' idf in sum."""
        counts = {
            name: found
            for name in self.fields
            if len((found := find_phrase(words, name, self.reader, slop).counts())[0])
        }
        idf = 0.0
        for word in words:
            fields = self._counts(word.alternatives).values()
            idf += self._idf(union([having for having, _ in fields]))
        text = " ".join(word.alternatives[0].terms[0] for word in words)
        return text, counts, idf

    def weigh(self, counts: Mapping[str, Counts], idf: float | None = None) -> Scores:
        """Return what something with these counts is worth in every document."""
        scores = self.nothing()
        add(scores, self._index.weigh(counts, idf))
        return scores

    def explain(
        self,
        kind: Kind,
        text: str,
        counts: Mapping[str, Counts],
        idf: float | None,
        boost: float,
        documents: Sequence[int],
    ) -> list[Explanation]:
        """Return what `weigh` makes of the same counts in each of `documents`, and why."""
        if idf is None:
            idf = self._idf(union([having for having, _ in counts.values()]))
        return explain_counts(
            kind,
            text,
            counts,
            weights=self._weights,
            lengths={name: self.reader.lengths(name) for name in self.fields},
            dampers=self._index.dampers(),
            idf=idf,
            boost=boost,
            documents=documents,
        )

    def nothing(self) -> Scores:
        """Return 0 for every document."""
        return np.zeros(len(self.reader.live))

    def _counts(self, word: tuple[Alternative, ...]) -> dict[str, Counts]:
        postings = self.reader.postings([term for one in word for term in one.terms])
        found = joined(word, postings, self.reader)
        return {name: counts for name, counts in found.items() if name in self.fields}

    def _summed(self, alternatives: Sequence[Alternative]) -> dict[str, Counts]:
        """Return where any of the terms stands, and how often all of them do, by field."""
        postings = self.reader.postings([one.terms[0] for one in alternatives])
        found: dict[str, Counts] = {}
        for name in self.fields:
            some = [
                part
                for one in alternatives
                if (part := postings.get((stream_field(name, one.stream), one.terms[0])))
                is not None
            ]
            if some:
                documents = union([part.documents for part in some])
                counts = np.zeros(len(documents), dtype=np.uint32)
                for part in some:
                    counts[np.searchsorted(documents, part.documents)] += part.frequencies
                found[name] = documents, counts
        return found

    def _idf(self, documents: NDArray[np.int64]) -> float:
        return inverse_document_frequency(self.reader.manifest.document_count, len(documents))


def add(scores: Scores, impacts: Impacts) -> None:
    """Add `impacts` to `scores`."""
    if impacts.documents is None:
        scores += impacts.values
    else:
        scores[impacts.documents] += impacts.values


def chunks(text: str) -> Iterator[str]:
    """Yield what stands between blanks.

    >>> list(chunks("旅費　精算"))
    ['旅費', '精算']
    """
    yield from text.split()
