"""The query parameters of `GET /search`, and the body of `POST /similar`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from kotogura.search.answers import Mode
from kotogura.search.cursors import CURSOR_LIMIT_CHARACTERS
from kotogura.search.request import FILTER_COUNT, HIT_LIMIT, QUERY_LIMIT_CHARACTERS
from kotogura.search.similar import TEXT_LIMIT_CHARACTERS

QueryText = Annotated[
    str,
    Query(
        description="Words, a question, or nothing when filters, facets or a sort say what to list."
        f" At most {QUERY_LIMIT_CHARACTERS:,} characters."
    ),
]
QueryMode = Annotated[
    Mode | None,
    Query(description="How to search. By default `both` once a model is in service, else `words`."),
]
Filters = Annotated[
    list[str],
    Query(
        alias="filter",
        description="What documents must be: a field, a colon and a value, as in `type:pdf`,"
        " `folder:rules`, `date:2026-01..2026-06` or `pages:>=10`. Values with commas between them"
        " are alternatives, a hyphen before the field excludes, `*` stands for any value. May be"
        " repeated; all must hold.",
    ),
]
Facets = Annotated[
    list[str],
    Query(
        alias="facet",
        description="A field whose values to count over all that is found: `tag`, `tag:20` for"
        " more of them, `date:year` for years instead of months. May be repeated.",
    ),
]
SortBy = Annotated[
    str | None,
    Query(
        max_length=200,
        description="What to order by: `score`, or a field, with a hyphen before it for the"
        " greatest first, as in `-date`. Without it, by score; without a query, by name.",
    ),
]
Cursor = Annotated[
    str | None,
    Query(
        max_length=CURSOR_LIMIT_CHARACTERS,
        description="The `cursor` of an answer to the same search, for its next page.",
    ),
]
Fields = Annotated[
    list[str],
    Query(
        description="Which parts of a hit to answer beside its id, with commas between them:"
        " `name`, `title`, `score`, `snippet`, `title_highlights`, `metadata`, `metadata.<field>`,"
        " `section`. Without it, the first five.",
    ),
]
Explain = Annotated[bool, Query(description="Whether to tell how each score came about.")]


class SimilarRequest(BaseModel):
    """A text, and which documents to compare it with.

    Attributes:
        text: of any kind; blank it is similar to nothing.
        limit: how many hits, 1 to 100.
        filter: what documents must be, each as the parameter `filter` of `GET /search`.
    """

    text: str = Field(max_length=TEXT_LIMIT_CHARACTERS)
    limit: int = Field(default=10, ge=1, le=HIT_LIMIT)
    filter: list[str] = Field(default=[], max_length=FILTER_COUNT)


def repeated(event: Mapping[str, Any], name: str, given: Sequence[str]) -> list[str]:
    """Return each value of a repeated parameter as it was sent, with the commas it has.

    API Gateway joins the values of a repeated parameter by commas, and Powertools parts them there,
    so that a comma within a value becomes a border. The raw query string still tells them apart.

    >>> repeated({"rawQueryString": "filter=tag:a,b&filter=type:pdf"}, "filter", [])
    ['tag:a,b', 'type:pdf']
    """
    raw = parse_qs(event.get("rawQueryString") or "", keep_blank_values=True)
    return raw.get(name) or list(given)
