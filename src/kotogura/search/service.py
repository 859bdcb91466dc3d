"""The questions that can be asked of a tenant's documents, each answered from one generation."""

from collections.abc import Callable, Sequence

from kotogura.analysis.analyzer import Analyzer
from kotogura.errors import DocumentNotFound, InvalidQuery
from kotogura.search.answers import (
    BODY_LIMIT_CHARACTERS,
    DocumentAnswer,
    Mode,
    SearchAnswer,
    SimilarDocuments,
    SimilarToText,
    SimilarWords,
)
from kotogura.search.bm25 import Bm25Settings
from kotogura.search.damage import telling_damage
from kotogura.search.field_list import FieldList, list_fields
from kotogura.search.filters import select
from kotogura.search.hits import make_hits
from kotogura.search.opened import OpenGeneration, OpenGenerations
from kotogura.search.paging import make_page, starting_place
from kotogura.search.pairs import PairRescoring
from kotogura.search.ranking import rank
from kotogura.search.request import (
    SearchRequest,
    check_limit,
    check_query,
    read_request,
)
from kotogura.search.scoring import Scoring, nothing_asked
from kotogura.search.similar import TEXT_LIMIT_CHARACTERS, nearest_documents, nearest_words
from kotogura.search.spelling import did_you_mean
from kotogura.search.suggestions import Suggestions, suggest
from kotogura.search.synonyms import NO_SYNONYMS, SynonymRules, Synonyms
from kotogura.search.words import query_terms
from kotogura.spans import span
from kotogura.tenants.identity import TenantId
from kotogura.tenants.texts import TenantTexts

AnalyzerOf = Callable[[TenantId, str], Analyzer]
"""Returns the analyzer with the user dictionary of a tenant that has this digest."""
_DEFAULT_RESCORING = PairRescoring()


class SearchService:
    """Answers searches. Not safe for concurrent use: one for each thread."""

    def __init__(
        self,
        opened: OpenGenerations,
        analyzer: Analyzer,
        settings: Bm25Settings | None = None,
        rescoring: PairRescoring | None = _DEFAULT_RESCORING,
        synonyms: TenantTexts | None = None,
        analyzer_of: AnalyzerOf | None = None,
    ) -> None:
        """Wire the parts; without `rescoring`, search by word is BM25 and nothing else.

        Without `synonyms`, no tenant has any. `analyzer` reads queries to all tenants whose
        documents were analysed without a user dictionary, and `analyzer_of` tells the others'.
        """
        self._opened = opened
        self.damage = opened.damage
        self._shared = analyzer
        self._analyzer_of = analyzer_of
        self._scoring = Scoring(settings or Bm25Settings(), rescoring)
        self._rules = SynonymRules(synonyms) if synonyms is not None else None

    def search(
        self,
        tenant: TenantId,
        query: str,
        mode: Mode | None = None,
        limit: int = 10,
        *,
        filters: Sequence[str] = (),
        facets: Sequence[str] = (),
        sort: str | None = None,
        cursor: str | None = None,
        fields: Sequence[str] = (),
        explain: bool = False,
    ) -> SearchAnswer:
        """Return the `limit` best documents for `query`; equal scores by document id.

        Without a `mode` it is `both` once the tenant has a model, and `words` until then. What the
        other options are made of is told by `kotogura.search.conditions`, `facets`, `ordering` and
        `request`; `cursor` is one that an answer to the same search gave.

        Raises:
            InvalidQuery: when the query is blank or too long, or `limit` not 1 to 100.
            QuerySyntaxError: when the query has an operator that lacks what it needs.
            InvalidFilter: when a filter, facet or order can't be understood.
            InvalidCursor: when `cursor` is damaged or another search's.
            ModelNotReady, ModelLost: when meaning is asked for and there is no model.
        """
        request = read_request(
            query,
            mode,
            limit,
            filters=filters,
            facets=facets,
            sort=sort,
            cursor=cursor,
            fields=fields,
            explain=explain,
        )
        return self.answer(tenant, request)

    @telling_damage
    def answer(self, tenant: TenantId, request: SearchRequest) -> SearchAnswer:
        """Answer `request`; see `search`."""
        after = starting_place(tenant, request)
        query, mode = request.query, after.mode if after else request.mode
        opened = self._opened.current(tenant)
        mode, notice = self._opened.mode_of(opened, mode, is_listing=request.is_listing)
        if request.is_listing:
            found = nothing_asked(len(opened.reader.live))
        else:
            embed = self._opened.embed
            analyzer = self._analyzer(tenant, opened)
            synonyms = self._synonyms(tenant, analyzer)
            found = self._scoring.score(
                opened,
                analyzer,
                query,
                mode,
                embed,
                synonyms,
                among=select(opened.reader, request.filters) if request.filters else None,
                exhaustive=request.walks_all,
            )
        with span("rank-documents") as ranking:
            page = make_page(opened.reader, request, mode, found.scores, after)
            ranking.count(documents=page.total)
        spellings: list[str] = []
        if not request.is_listing and mode != "meaning" and not (page.total and found.has_words):
            spellings = did_you_mean(query, opened, self._analyzer(tenant, opened))
        with span("make-hits") as making:
            hits = make_hits(opened, page.ranked, found, request.selection, request.explain)
            making.count(hits=len(hits))
        return SearchAnswer(
            mode=mode,
            generation=opened.manifest.generation,
            total=page.total,
            hits=hits,
            facets=page.facets,
            cursor=page.cursor,
            did_you_mean=spellings,
            notice=notice,
        )

    @telling_damage
    def rank_words(self, tenant: TenantId, query: str, limit: int = 10) -> list[tuple[str, float]]:
        """Return (document id, score) of what a search by word finds, without reading documents.

        Raises:
            InvalidQuery: when the query is blank or too long, or `limit` not 1 to 100.
        """
        check_query(query)
        check_limit(limit)
        opened = self._opened.current(tenant)
        analyzer = self._analyzer(tenant, opened)
        synonyms = self._synonyms(tenant, analyzer)
        scores = self._scoring.by_word(opened, analyzer, query, synonyms)
        ranked = rank(scores, limit, opened.reader.document_id)
        ids = opened.reader.document_ids([number for number, _ in ranked])
        return [(ids[number], score) for number, score in ranked]

    def _analyzer(self, tenant: TenantId, opened: OpenGeneration) -> Analyzer:
        """Return the analyzer that made the generation's terms, as far as it is known here."""
        dictionary = opened.manifest.dictionary
        if dictionary is None or self._analyzer_of is None:
            return self._shared
        return self._analyzer_of(tenant, dictionary)

    def _synonyms(self, tenant: TenantId, analyzer: Analyzer) -> Synonyms:
        return self._rules.of(tenant, analyzer) if self._rules is not None else NO_SYNONYMS

    @telling_damage
    def fields(self, tenant: TenantId) -> FieldList:
        """Return the fields that the tenant's documents have."""
        opened = self._opened.current(tenant)
        return FieldList(
            generation=opened.manifest.generation,
            document_count=opened.manifest.document_count,
            fields=list_fields(opened.reader),
        )

    @telling_damage
    def suggest(self, tenant: TenantId, typed: str, limit: int = 10) -> Suggestions:
        """Return ways to complete the last word of `typed`; see `kotogura.search.suggestions`."""
        opened = self._opened.current(tenant)
        return suggest(opened, typed, limit, self._analyzer(tenant, opened))

    @telling_damage
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

    @telling_damage
    def similar_documents(
        self, tenant: TenantId, document_id: str, limit: int = 10
    ) -> SimilarDocuments:
        """Return other documents by how close their best passage comes to this one's mean.

        Raises:
            DocumentNotFound: when there is no such document of this tenant.
            ModelNotReady: when there is no model yet.
        """
        check_limit(limit)
        opened = self._opened.current(tenant)
        number = _number(opened, document_id)
        vector = opened.passages.document_vector(number)
        hits = nearest_documents(opened, vector, limit, without=number)
        generation = opened.manifest.generation
        return SimilarDocuments(document_id=document_id, generation=generation, hits=hits)

    @telling_damage
    def similar_to_text(
        self, tenant: TenantId, text: str, limit: int = 10, *, filters: Sequence[str] = ()
    ) -> SimilarToText:
        """Return the documents whose best passages come closest to `text`.

        A text longer than a passage is cut as documents are, and the mean of its passages is
        compared, as that of a document is with others: a text has much the same neighbours,
        uploaded or not. It costs one comparison however long the text, and a line that the text
        shares with many documents (a greeting, a signature) doesn't decide, as it would if the best
        passage counted.

        A text that means nothing to the model (blank, or without a character that it knows) is
        similar to nothing, and the answer has no hits.

        Args:
            tenant: whose documents.
            text: at most 10,000 characters.
            limit: 1 to 100.
            filters: which documents, as for a search.

        Raises:
            InvalidQuery: when the text is too long, or `limit` not 1 to 100.
            InvalidFilter: when a filter can't be understood.
            ModelNotReady: when there is no model yet.
        """
        if len(text) > TEXT_LIMIT_CHARACTERS:
            raise InvalidQuery(f"the text is above {TEXT_LIMIT_CHARACTERS} characters; shorten it")
        request = read_request("", None, limit, filters=filters, sort="name")
        opened = self._opened.current(tenant)
        vector = self._opened.embed_text(opened, text)
        among = select(opened.reader, request.filters) if request.filters else None
        hits = nearest_documents(opened, vector, limit, among=among)
        return SimilarToText(generation=opened.manifest.generation, hits=hits)

    @telling_damage
    def similar_words(self, tenant: TenantId, word: str, limit: int = 10) -> SimilarWords:
        """Return the words of the tenant's texts that mean most alike, the word's own terms apart.

        Words are terms, each of which stands for all spellings that the analyzer takes for one
        word: サーバ and サーバー have the same neighbours, and are one among others'. To a word
        that means nothing to the model none is similar.

        Raises:
            InvalidQuery: when the word is blank or above 1,000 characters.
            ModelNotReady: when there is no model yet.
        """
        check_query(word)
        check_limit(limit)
        opened = self._opened.current(tenant)
        analyzer = self._analyzer(tenant, opened)
        terms = query_terms(word, analyzer, opened.manifest.analyzer)
        # The term of a word stands for all its spellings, so that they have the same neighbours.
        vector = self._opened.embed(opened, terms[0] if len(terms) == 1 else word)
        hits = nearest_words(opened.words, vector, limit, without={*terms, word})
        generation = opened.manifest.generation
        return SimilarWords(word=word, generation=generation, hits=hits)


def _number(opened: OpenGeneration, document_id: str) -> int:
    number = opened.reader.find(document_id)
    if number is None:
        raise DocumentNotFound("there is no such document")
    return number
