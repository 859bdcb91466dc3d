"""The routes of `functions/search`."""

import time
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from kotogura.errors import (
    DocumentNotFound,
    InvalidCursor,
    InvalidFilter,
    InvalidQuery,
    ModelNotReady,
    QuerySyntaxError,
    UnanalyzableText,
)
from kotogura.platform.http import DocumentIdInPath, Limit, current_tenant, make_resolver
from kotogura.platform.metrics import REQUEST_FAILURES, SEARCH_DURATION
from kotogura.platform.operations import operation
from kotogura.platform.search_parameters import (
    Cursor,
    Explain,
    Facets,
    Fields,
    Filters,
    QueryMode,
    QueryText,
    SimilarRequest,
    SortBy,
    repeated,
)
from kotogura.platform.sentence_routes import add_sentence_routes
from kotogura.platform.telemetry import Telemetry
from kotogura.search.answers import (
    DocumentAnswer,
    SearchAnswer,
    SimilarDocuments,
    SimilarToText,
    SimilarWords,
)
from kotogura.search.field_list import FieldList
from kotogura.search.sentences import Sentences
from kotogura.search.service import SearchService
from kotogura.search.suggestions import Suggestions
from kotogura.tenants.identity import TenantId


def search_api(
    service: SearchService,
    sentences: Sentences,
    telemetry: Telemetry,
    admit: Callable[[TenantId], None] = lambda _: None,
) -> APIGatewayHttpResolver:
    """Return the resolver that answers searches by `service`.

    Every request, of whatever route, is first shown to `admit`, which may raise TooManySearches.
    """
    app = make_resolver(telemetry)

    def at_its_rate(app: APIGatewayHttpResolver, go_on: NextMiddleware) -> Response[Any]:
        admit(current_tenant(app))
        return go_on(app)

    app.use(middlewares=[at_its_rate])
    add_sentence_routes(app, sentences)

    @app.get(
        "/search",
        **operation(
            "search",
            "Search",
            "Find documents by word, by meaning or both",
            InvalidQuery,
            QuerySyntaxError,
            UnanalyzableText,
            ModelNotReady,
            InvalidFilter,
            InvalidCursor,
            answer="The documents found, best first.",
        ),
    )
    def search(
        q: QueryText = "",
        mode: QueryMode = None,
        limit: Limit = 10,
        *,
        filters: Filters = [],  # noqa: B006 (not changed, and told as it is by OpenAPI)
        facets: Facets = [],  # noqa: B006
        sort: SortBy = None,
        cursor: Cursor = None,
        fields: Fields = [],  # noqa: B006
        explain: Explain = False,
    ) -> SearchAnswer:
        event, tenant, start = app.current_event, current_tenant(app), time.perf_counter()
        answer = service.search(
            tenant,
            q,
            mode,
            limit,
            filters=repeated(event, "filter", filters),
            facets=repeated(event, "facet", facets),
            sort=sort,
            cursor=cursor,
            fields=fields,
            explain=explain,
        )
        elapsed_ms = (time.perf_counter() - start) * 1000
        telemetry.add(SEARCH_DURATION, elapsed_ms, mode=answer.mode, tenant=tenant)
        if answer.notice is not None:
            telemetry.add(REQUEST_FAILURES, 1, code=answer.notice)
        return answer

    @app.get(
        "/fields",
        **operation(
            "listFields",
            "Search",
            "List the fields of the tenant's documents",
            description="Each can be filtered, counted and sorted by.",
            answer="The fields, with the kinds of their values and how many documents have them.",
        ),
    )
    def fields() -> FieldList:
        return service.fields(current_tenant(app))

    @app.get(
        "/suggest",
        **operation(
            "suggest",
            "Search",
            "Complete a word while it is typed",
            InvalidQuery,
            description="From the words of the tenant's documents: by how they are written, "
            "by their reading in kana, or by its sound in Latin letters.",
            answer="The most frequent words first.",
        ),
    )
    def suggest(
        q: Annotated[str, Query(description="what is typed so far", max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=20, description="how many, 1 to 20")] = 10,
    ) -> Suggestions:
        return service.suggest(current_tenant(app), q, limit)

    @app.get(
        "/documents/<document_id>",
        **operation(
            "getDocument",
            "Documents",
            "Read a document as the index holds it",
            DocumentNotFound,
            answer="The document, cut after 1,000,000 characters.",
        ),
    )
    def document(document_id: DocumentIdInPath) -> DocumentAnswer:
        return service.document(current_tenant(app), document_id)

    @app.get(
        "/documents/<document_id>/similar",
        **operation(
            "listSimilarDocuments",
            "Search",
            "Find documents of like meaning",
            DocumentNotFound,
            ModelNotReady,
            answer="Documents, closest first, the document itself left out.",
        ),
    )
    def similar_documents(document_id: DocumentIdInPath, limit: Limit = 10) -> SimilarDocuments:
        return service.similar_documents(current_tenant(app), document_id, limit)

    @app.post(
        "/similar",
        **operation(
            "findSimilar",
            "Search",
            "Find documents of like meaning as a text",
            InvalidQuery,
            InvalidFilter,
            ModelNotReady,
            description="The text is cut into passages as documents are, and their mean compared. "
            "A blank text is similar to nothing.",
            answer="Documents, closest first, each with its closest passage.",
        ),
    )
    def similar_to_text(body: SimilarRequest) -> SimilarToText:
        return service.similar_to_text(
            current_tenant(app), body.text, body.limit, filters=body.filter
        )

    @app.get(
        "/words/<word>/similar",
        **operation(
            "listSimilarWords",
            "Search",
            "Find words of the tenant's texts that mean alike",
            InvalidQuery,
            UnanalyzableText,
            ModelNotReady,
            answer="Words, closest first.",
        ),
    )
    def similar_words(
        word: Annotated[str, Path(description="a word")], limit: Limit = 10
    ) -> SimilarWords:
        return service.similar_words(current_tenant(app), unquote(word), limit)

    return app
