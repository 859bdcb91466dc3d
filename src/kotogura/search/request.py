"""What is asked of a search: read from texts, and checked, before anything is searched."""

from collections.abc import Sequence
from dataclasses import dataclass

from kotogura.errors import InvalidQuery
from kotogura.search.answers import Mode
from kotogura.search.conditions import Filter, field_name, parse_filter
from kotogura.search.facets import Facet, parse_facet
from kotogura.search.ordering import Sort, parse_sort

QUERY_LIMIT_CHARACTERS = 1_000
HIT_LIMIT = 100
FILTER_COUNT = 20
FACET_COUNT = 20
PART_COUNT = 50
BEST_FIRST = Sort("score", descending=True)
LISTED_BY = Sort("name", descending=False)
"""How documents are listed when nothing is searched for."""

PARTS = ("name", "title", "score", "snippet", "title_highlights")
"""What a hit has, besides its id, when the request doesn't say."""
_FURTHER_PARTS = ("metadata", "section")
_OF_METADATA = "metadata."


@dataclass(frozen=True, slots=True)
class Selection:
    """Which parts of a hit to make.

    Attributes:
        parts: those of `PARTS`, and `metadata`, all of it, and `section`.
        fields: the fields of metadata to tell when not all of it is asked for.
    """

    parts: frozenset[str] = frozenset(PARTS)
    fields: frozenset[str] = frozenset()

    def any_of(self, *parts: str) -> bool:
        """Return whether one of `parts` is selected."""
        return not self.parts.isdisjoint(parts)


USUAL_PARTS = Selection()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search. A blank query matches every document that `filters` let through.

    Attributes:
        query: words, a question, or nothing.
        mode: how to search; None leaves it to what the tenant has.
        limit: how many hits at most.
        filters: all must hold.
        facets: what to count over all that is found.
        sort: what to order by.
        cursor: where the page before ended.
        selection: which parts of a hit to make.
        explain: whether to tell how scores came about.
    """

    query: str
    mode: Mode | None = None
    limit: int = 10
    filters: tuple[Filter, ...] = ()
    facets: tuple[Facet, ...] = ()
    sort: Sort = BEST_FIRST
    cursor: str | None = None
    selection: Selection = USUAL_PARTS
    explain: bool = False

    @property
    def is_listing(self) -> bool:
        """Whether nothing is searched for."""
        return not self.query.strip()

    @property
    def walks_all(self) -> bool:
        """Whether more than the best by score is asked for: counts, another order, a later page."""
        return bool(self.facets or self.cursor) or self.sort.field != "score"

    @property
    def is_plain(self) -> bool:
        """Whether the best by score are all that is asked for, from the first on."""
        return not self.filters and not self.walks_all


def read_request(
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
) -> SearchRequest:
    """Return the request that these texts make.

    Raises:
        InvalidQuery: when the query is blank and nothing else says what to list, when it is too
            long, or `limit` not 1 to 100.
        InvalidFilter: when a filter, facet or order can't be understood.
    """
    check_limit(limit)
    check_query(query, may_be_blank=bool(filters or facets or sort))
    if len(filters) > FILTER_COUNT or len(facets) > FACET_COUNT:
        raise InvalidQuery(f"a search has at most {FILTER_COUNT} filters and {FACET_COUNT} facets")
    order = parse_sort(sort) if sort else BEST_FIRST
    if order.field == "score" and not query.strip():
        order = LISTED_BY
    return SearchRequest(
        query=query,
        mode=mode,
        limit=limit,
        filters=tuple(map(parse_filter, filters)),
        facets=tuple(map(parse_facet, facets)),
        sort=order,
        cursor=cursor or None,
        selection=read_selection(fields) if fields else USUAL_PARTS,
        explain=explain,
    )


def check_query(query: str, *, may_be_blank: bool = False) -> None:
    """Raise InvalidQuery if `query` is too long, or blank where it may not be."""
    if len(query) > QUERY_LIMIT_CHARACTERS:
        raise InvalidQuery(f"the query is above {QUERY_LIMIT_CHARACTERS} characters; shorten it")
    if not may_be_blank and not query.strip():
        raise InvalidQuery("the query is blank; say what to search for")


def check_limit(limit: int) -> None:
    """Raise InvalidQuery unless `limit` is 1 to 100."""
    if not 1 <= limit <= HIT_LIMIT:
        raise InvalidQuery(f"limit is 1 to {HIT_LIMIT}")


def read_selection(names: Sequence[str]) -> Selection:
    """Return the parts that `names` select; `metadata.tag` selects one field of metadata.

    Raises:
        InvalidQuery: when a hit has no such part.

    >>> sorted(read_selection(["title", "metadata.tag"]).fields)
    ['tag']
    """
    parts: set[str] = set()
    fields: set[str] = set()
    if len(names) > PART_COUNT:
        raise InvalidQuery(f"fields has at most {PART_COUNT} names")
    for name in map(str.strip, names):
        if name.startswith(_OF_METADATA):
            fields.add(field_name(name.removeprefix(_OF_METADATA)))
        elif name in (*PARTS, *_FURTHER_PARTS, "document_id"):
            parts.add(name)
        else:
            known = ", ".join((*PARTS, *_FURTHER_PARTS))
            raise InvalidQuery(f"fields is any of {known}, metadata.<field>")
    return Selection(frozenset(parts), frozenset(fields))
