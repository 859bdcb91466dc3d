"""The questions that can be asked of a tenant's documents, each answered from one generation."""

import numpy as np
from numpy.typing import NDArray

from kotogura.analysis.analyzer import Analyzer
from kotogura.errors import DocumentNotFound, InvalidQuery
from kotogura.search.answers import (
    BODY_LIMIT_CHARACTERS,
    DocumentAnswer,
    Hit,
    Mode,
    SearchAnswer,
    SimilarDocuments,
    SimilarWord,
    SimilarWords,
)
from kotogura.search.bm25 import Bm25Settings
from kotogura.search.fusion import fuse
from kotogura.search.meaning import MeaningScores
from kotogura.search.opened import OpenGeneration, OpenGenerations
from kotogura.search.pairs import PairRescoring
from kotogura.search.ranking import rank
from kotogura.search.snippets import join_spans, make_snippet
from kotogura.search.words import query_terms
from kotogura.tenants.identity import TenantId

QUERY_LIMIT_CHARACTERS = 1_000
HIT_LIMIT = 100
_DEFAULT_RESCORING = PairRescoring()


class SearchService:
    """Answers searches. Not safe for concurrent use: one for each thread."""

    def __init__(
        self,
        opened: OpenGenerations,
        analyzer: Analyzer,
        settings: Bm25Settings | None = None,
        rescoring: PairRescoring | None = _DEFAULT_RESCORING,
    ) -> None:
        """Wire the parts; without `rescoring`, search by word is BM25 and nothing else."""
        self._opened = opened
        self._analyzer = analyzer
        self._settings = settings or Bm25Settings()
        self._rescoring = rescoring

    def search(
        self, tenant: TenantId, query: str, mode: Mode | None = None, limit: int = 10
    ) -> SearchAnswer:
        """Return the `limit` best documents for `query`; equal scores by document id.

        Without a `mode` it is `both` once the tenant has a model, and `words` until then.

        Raises:
            InvalidQuery: when the query is blank or too long, or `limit` not 1 to 100.
            ModelNotReady: when meaning is asked for and there is no model yet.
        """
        _check(query, limit)
        opened = self._opened.current(tenant)
        mode = mode or ("both" if opened.manifest.model else "words")
        reader = opened.reader
        scores = np.zeros(len(reader.live))
        terms: tuple[str, ...] = ()
        meaning: MeaningScores | None = None
        if mode != "meaning":
            terms = query_terms(query, self._analyzer, opened.manifest.analyzer)
            scores = self._score_words(opened, query, terms)
        if mode != "words":
            meaning = opened.passages.score(self._opened.embed(opened, query))
            scores = fuse(scores, meaning.similarities) if mode == "both" else _cosines(meaning)
        return SearchAnswer(
            mode=mode,
            generation=opened.manifest.generation,
            total=int(np.count_nonzero(scores > 0)),
            hits=_hits(opened, rank(scores, limit, reader.document_id), terms, meaning),
        )

    def rank_words(self, tenant: TenantId, query: str, limit: int = 10) -> list[tuple[str, float]]:
        """Return (document id, score) of what a search by word finds, without reading documents.

        Raises:
            InvalidQuery: when the query is blank or too long, or `limit` not 1 to 100.
        """
        _check(query, limit)
        opened = self._opened.current(tenant)
        terms = query_terms(query, self._analyzer, opened.manifest.analyzer)
        scores = self._score_words(opened, query, terms)
        ranked = rank(scores, limit, opened.reader.document_id)
        ids = opened.reader.document_ids([number for number, _ in ranked])
        return [(ids[number], score) for number, score in ranked]

    def _score_words(
        self, opened: OpenGeneration, query: str, terms: tuple[str, ...]
    ) -> NDArray[np.float64]:
        """Return every document's score; what rescoring adds is never less than nothing."""
        scores = opened.word_index(self._settings).score(terms)
        if self._rescoring is not None:
            reader = opened.reader
            pool = rank(scores, self._rescoring.pool_count, reader.document_id)
            numbers = np.array([number for number, _ in pool], dtype=np.int64)
            scores[numbers] = self._rescoring.rescore(query, numbers, scores[numbers], reader)
        return scores

    def document(self, tenant: TenantId, document_id: str) -> DocumentAnswer:
        """Return one document. Raises DocumentNotFound, also for another tenant's."""
        opened = self._opened.current(tenant)
        number = _number(opened, document_id)
        document = opened.reader.documents([number])[number]
        return DocumentAnswer(
            document_id=document.document_id,
            name=document.name,
            title=document.title,
            body=document.body[:BODY_LIMIT_CHARACTERS],
            truncated=len(document.body) > BODY_LIMIT_CHARACTERS,
            media_type=document.media_type,
            generation=opened.manifest.generation,
        )

    def similar_documents(
        self, tenant: TenantId, document_id: str, limit: int = 10
    ) -> SimilarDocuments:
        """Return other documents by how close their best passage comes to this one's mean.

        Raises:
            DocumentNotFound: when there is no such document of this tenant.
            ModelNotReady: when there is no model yet.
        """
        _check("-", limit)
        opened = self._opened.current(tenant)
        number = _number(opened, document_id)
        vector = opened.passages.document_vector(number)
        hits: list[Hit] = []
        if vector is not None:
            meaning = opened.passages.score(vector)
            scores = _cosines(meaning)
            scores[number] = 0.0
            hits = _hits(opened, rank(scores, limit, opened.reader.document_id), (), meaning)
        generation = opened.manifest.generation
        return SimilarDocuments(document_id=document_id, generation=generation, hits=hits)

    def similar_words(self, tenant: TenantId, word: str, limit: int = 10) -> SimilarWords:
        """Return the words of the tenant's texts that mean most alike, the word's own terms apart.

        Raises:
            InvalidQuery: when the word is blank or above 1,000 characters.
            ModelNotReady: when there is no model yet.
        """
        _check(word, limit)
        opened = self._opened.current(tenant)
        words = opened.words
        own = set(query_terms(word, self._analyzer, opened.manifest.analyzer)) | {word}
        similarities = words.similarities(self._opened.embed(opened, word))
        order = np.lexsort((np.arange(len(similarities)), -similarities))
        hits = [
            SimilarWord(
                word=words.terms[row],
                similarity=round(float(similarities[row]), 6),
                document_frequency=int(words.document_frequencies[row]),
            )
            for row in order[: limit + len(own)]
            if words.terms[row] not in own
        ]
        generation = opened.manifest.generation
        return SimilarWords(word=word, generation=generation, hits=hits[:limit])


def _check(query: str, limit: int) -> None:
    if not query.strip():
        raise InvalidQuery("the query is blank; say what to search for")
    if len(query) > QUERY_LIMIT_CHARACTERS:
        raise InvalidQuery(f"the query is above {QUERY_LIMIT_CHARACTERS} characters; shorten it")
    if not 1 <= limit <= HIT_LIMIT:
        raise InvalidQuery(f"limit is 1 to {HIT_LIMIT}")


def _number(opened: OpenGeneration, document_id: str) -> int:
    number = opened.reader.find(document_id)
    if number is None:
        raise DocumentNotFound("there is no such document")
    return number


def _cosines(meaning: MeaningScores) -> NDArray[np.float64]:
    """Return similarities as scores: 0 for documents without passages or turned away."""
    return np.maximum(np.where(np.isfinite(meaning.similarities), meaning.similarities, 0.0), 0.0)


def _hits(
    opened: OpenGeneration,
    ranked: list[tuple[int, float]],
    terms: tuple[str, ...],
    meaning: MeaningScores | None,
) -> list[Hit]:
    numbers = [number for number, _ in ranked]
    documents = opened.reader.documents(numbers)
    places = opened.reader.places(terms, numbers)
    hits = []
    for number, score in ranked:
        document = documents[number]
        spans = [(span.start, span.end) for span in places[number] if span.field == "body"]
        best = opened.passages.passage(meaning, number) if meaning else None
        # By both, a passage is shown only where no word of the query is to be seen.
        passage = (best.start, best.end) if best and not spans else None
        hits.append(
            Hit(
                document_id=document.document_id,
                name=document.name,
                title=document.title,
                score=round(score, 6),
                snippet=make_snippet(document.body, spans, passage),
                title_highlights=join_spans(
                    (span.start, span.end) for span in places[number] if span.field == "title"
                ),
            )
        )
    return hits
