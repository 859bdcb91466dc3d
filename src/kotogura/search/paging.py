"""From scores to a page: what filters leave, in order, from where the page before ended."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kotogura.errors import InvalidCursor
from kotogura.index.reader import GenerationReader
from kotogura.search.answers import Mode
from kotogura.search.cursors import Place, decode_cursor, encode_cursor, question_digest
from kotogura.search.facets import FacetCounts, count_facets
from kotogura.search.filters import select
from kotogura.search.ordering import page_by_field, place_of
from kotogura.search.ranking import Ranked, rank
from kotogura.search.request import SearchRequest
from kotogura.tenants.identity import TenantId

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the documents found.

    Attributes:
        total: how many were found, on all pages.
        ranked: (document, score) in the order asked for.
        facets: counts over all that was found.
        cursor: leads to the next page; None when there is none.
    """

    total: int
    ranked: Ranked
    facets: list[FacetCounts]
    cursor: str | None


def starting_place(tenant: TenantId, request: SearchRequest) -> Place | None:
    """Return where the page before ended, or None for the first one. Raises InvalidCursor."""
    if request.cursor is None:
        return None
    place = decode_cursor(request.cursor, _digest(tenant, request))
    if request.sort.field == "score" and (place.kind or place.value is None):
        raise InvalidCursor("the cursor is damaged; begin again without it")
    return place


def make_page(
    reader: GenerationReader,
    request: SearchRequest,
    mode: Mode,
    scores: Scores,
    after: Place | None = None,
) -> Page:
    """Return the page of `request` that comes after a place, from the scores of all documents.

    Args:
        reader: the generation.
        request: what is asked for.
        mode: how was searched, for the next page to be searched the same way.
        scores: float64 [document count]; of documents that weren't found it is 0.
        after: where the page before ended.

    Raises:
        InvalidFilter: when a field's values can't be compared as a filter says.
    """
    if request.is_plain:
        total = int(np.count_nonzero(scores > 0))
        ranked = rank(scores, request.limit, reader.document_id)
        left = total > len(ranked)
        return Page(total, ranked, [], _cursor(reader, request, mode, ranked) if left else None)
    found = select(reader, request.filters)
    if not request.is_listing:
        found &= scores > 0
    # One more than is shown tells whether there is a next page.
    limit = request.limit + 1
    if request.sort.field == "score":
        shown = np.where(found, scores, 0.0)
        if after is not None:
            _drop_shown(reader, scores, shown, after)
        ranked = rank(shown, limit, reader.document_id)
    else:
        numbers = page_by_field(reader, found, request.sort, limit, after)
        ranked = [(number, float(scores[number])) for number in numbers]
    left = len(ranked) == limit
    ranked = ranked[: request.limit]
    return Page(
        total=int(np.count_nonzero(found)),
        ranked=ranked,
        facets=count_facets(reader, found, request.facets),
        cursor=_cursor(reader, request, mode, ranked) if left else None,
    )


def _drop_shown(reader: GenerationReader, scores: Scores, shown: Scores, after: Place) -> None:
    """Set to 0 in `shown` whatever stands before `after` or there.

    Scores of one generation can't be compared with those of another. So as long as the document is
    there as it was, pages go on behind it, wherever it stands now.
    """
    border = float(after.value or 0.0)
    number = reader.find(after.document_id)
    if number is not None and reader.documents([number])[number].version == after.version:
        border = float(scores[number]) or border
    shown[shown > border] = 0.0
    level = np.flatnonzero(shown == border).tolist() if border > 0 else []
    for one, document_id in reader.document_ids(level).items():
        if document_id <= after.document_id:
            shown[one] = 0.0


def _cursor(
    reader: GenerationReader, request: SearchRequest, mode: Mode, ranked: Ranked
) -> str | None:
    """Return the cursor that leads behind the last of `ranked`."""
    if not ranked:
        return None
    number, score = ranked[-1]
    last = reader.documents([number])[number]
    if request.sort.field == "score":
        place = Place("", score, last.document_id, last.version, mode)
    else:
        place = place_of(reader, request.sort, number, last.document_id, last.version, mode)
    return encode_cursor(place, _digest(reader.tenant, request))


def _digest(tenant: TenantId, request: SearchRequest) -> str:
    sort = request.sort
    parts = (str(tenant), request.query, request.mode, request.filters)
    return question_digest(*parts, sort.field, sort.descending)
