"""Order by a field: each document's least value, or its greatest when the order descends.

Flags come before numbers, numbers before dates, dates before texts; equals are in order of their
ids, and documents without a value come last whichever way it goes. Texts are compared without
regard to width and case, by their first `TEXT_CHARACTERS`.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kotogura.index.metadata_columns import Column
from kotogura.index.reader import GenerationReader
from kotogura.search.answers import Mode
from kotogura.search.conditions import field_name
from kotogura.search.cursors import Class, Place
from kotogura.search.fields import columns, spellings

TEXT_CHARACTERS = 100

Numbers = NDArray[np.int64]
_CLASSES: tuple[Class, ...] = ("flag", "number", "time", "text")
_MISSING = -1


@dataclass(frozen=True, slots=True)
class Sort:
    """What hits are ordered by: a field, or `score`, of which the best always comes first."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Keys:
    """Every document's place among the values of a field.

    Attributes:
        least: int64 [document count], of its least value; -1 without any.
        greatest: the same of its greatest value.
        tables: by class, its different values, ascending.
    """

    least: Numbers
    greatest: Numbers
    tables: dict[Class, Sequence[str] | Sequence[float]]

    def place(self, kind: Class, value: str | float) -> tuple[int, bool]:
        """Return how many values come before this one, and whether it is there."""
        before = 0
        for name in _CLASSES:
            table: Sequence[str] | Sequence[float] = self.tables.get(name, ())
            if name == kind:
                at = bisect_left(table, value)
                return before + at, at < len(table) and table[at] == value
            before += len(table)
        raise ValueError(kind)

    def value(self, place: int) -> tuple[Class, str | float]:
        """Return the value at `place` and its class."""
        for name in _CLASSES:
            table = self.tables.get(name, ())
            if place < len(table):
                return name, table[place]
            place -= len(table)
        raise ValueError(place)


def parse_sort(text: str) -> Sort:
    """Return the order that `text` asks for. Raises InvalidFilter.

    >>> parse_sort("-date"), parse_sort("score").descending
    (Sort(field='date', descending=True), True)
    """
    descending = text.strip().startswith("-")
    field = field_name(text.strip().removeprefix("-"))
    return Sort(field, descending or field == "score")


def page_by_field(
    reader: GenerationReader,
    found: NDArray[np.bool_],
    sort: Sort,
    limit: int,
    after: Place | None = None,
) -> list[int]:
    """Return the numbers of the first `limit` documents of `found`, or of those behind `after`."""
    candidates = np.flatnonzero(found)
    keys = _keys(reader, sort.field)
    order = reader.metadata.order()
    ids = order.ranks[candidates]
    own = (keys.greatest if sort.descending else keys.least)[candidates]
    top = sum(map(len, keys.tables.values()))
    places = np.where(own == _MISSING, top, (top - 1 - own) if sort.descending else own)
    if after is not None:
        id_place, id_there = order.place(after.document_id)
        behind_id = ids > id_place if id_there else ids >= id_place
        behind, level = _behind(keys, places, top, sort, after)
        kept = behind | (level & behind_id)
        candidates, ids, places = candidates[kept], ids[kept], places[kept]
    whole = places * (len(found) + 1) + ids
    if len(whole) > limit:
        best = np.argpartition(whole, limit)[:limit]
        candidates, whole = candidates[best], whole[best]
    numbers: list[int] = candidates[np.argsort(whole)].tolist()
    return numbers


def place_of(
    reader: GenerationReader,
    sort: Sort,
    number: int,
    document_id: str,
    version: str,
    mode: Mode,
) -> Place:
    """Return where a page ends whose last document is `number`."""
    keys = _keys(reader, sort.field)
    own = int((keys.greatest if sort.descending else keys.least)[number])
    if own == _MISSING:
        return Place("", None, document_id, version, mode)
    kind, value = keys.value(own)
    return Place(kind, value, document_id, version, mode)


def _behind(
    keys: _Keys, places: Numbers, top: int, sort: Sort, after: Place
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which places come behind the value of `after`, and which are level with it."""
    if after.kind == "" or after.value is None:
        return places > top, places == top
    at, there = keys.place(after.kind, after.value)
    if sort.descending:
        at = top - 1 - at if there else top - at
    return (places > at, places == at) if there else (places >= at, np.zeros(len(places), bool))


def _keys(reader: GenerationReader, field: str) -> _Keys:
    key = reader.key("order-by", field)
    found: _Keys | None = reader.cache.get(key)
    if found is None:
        found = _make_keys(reader, field)
        size = found.least.nbytes * 2 + sum(100 * len(table) for table in found.tables.values())
        reader.cache.put(key, found, size)
    return found


def _make_keys(reader: GenerationReader, field: str) -> _Keys:
    count = len(reader.live)
    least = np.full(count, np.iinfo(np.int64).max)
    greatest = np.full(count, _MISSING)
    there = columns(reader, field)
    tables: dict[Class, Sequence[str] | Sequence[float]] = {}
    before = 0
    for name in _CLASSES:
        own = [one for one in there if one.kind == name or (name, one.kind) == ("time", "date")]
        if not own:
            continue
        table, places = _places(reader, field, name, own)
        documents = np.concatenate([column.documents for column in own])
        np.minimum.at(least, documents, places + before)
        np.maximum.at(greatest, documents, places + before)
        tables[name] = table
        before += len(table)
    least[greatest == _MISSING] = _MISSING
    return _Keys(least, greatest, tables)


def _places(
    reader: GenerationReader, field: str, name: Class, own: list[Column]
) -> tuple[Sequence[str] | Sequence[float], Numbers]:
    """Return the different values of `own`, ascending, and the place of each value among them."""
    if name != "text":
        values = np.concatenate([column.values for column in own])
        different, inverse = np.unique(values, return_inverse=True)
        numbers: list[float] = different.tolist()
        return numbers, inverse.astype(np.int64)
    (column,) = own
    texts = spellings(reader, field, column)
    cut = [text[:TEXT_CHARACTERS] for text in texts.folded]
    first = np.array([not at or cut[at] != cut[at - 1] for at in range(len(cut))], dtype=bool)
    places = np.cumsum(first) - 1
    table = [text for text, new in zip(cut, first.tolist(), strict=True) if new]
    return table, places[texts.groups[column.values]]
