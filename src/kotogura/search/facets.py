"""Facets: how many of the documents found have each value of a field.

Texts are counted together whatever their width and case. Dates are counted by month or year, newest
first; all else by value, the most frequent first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from kotogura.errors import InvalidFilter
from kotogura.index.metadata import value_of
from kotogura.index.metadata_columns import Column
from kotogura.index.reader import GenerationReader
from kotogura.search.conditions import field_name
from kotogura.search.fields import columns, spellings

FACET_VALUE_COUNT = 10
FACET_VALUE_LIMIT = 100

Period = Literal["month", "year"]
_UNITS: dict[Period, str] = {"month": "M", "year": "Y"}
_BEFORE_EVERYTHING = -(2**62)


@dataclass(frozen=True, slots=True)
class Facet:
    """Which field to count, how many of its values to show, and by what to count dates."""

    field: str
    value_count: int = FACET_VALUE_COUNT
    period: Period = "month"


class FacetValue(BaseModel):
    """A value, and how many of the documents found have it; of dates, `2026-04` or `2026`."""

    value: str | bool | int | float
    count: int


class FacetCounts(BaseModel):
    """One field of the documents found.

    Attributes:
        field: its name.
        values: the first of its values.
        other_count: how many more values documents have, each counted once for each document.
        missing_count: how many of the documents found have no value in it.
    """

    field: str
    values: list[FacetValue]
    other_count: int
    missing_count: int


def parse_facet(text: str) -> Facet:
    """Return the facet that `text` asks for. Raises InvalidFilter.

    >>> parse_facet("tag:20"), parse_facet("date:year").period
    (Facet(field='tag', value_count=20, period='month'), 'year')
    """
    name, *options = text.replace("：", ":").split(":")
    facet = Facet(field_name(name))
    for option in map(str.strip, options):
        if option in ("month", "year"):
            facet = Facet(facet.field, facet.value_count, "year" if option == "year" else "month")
        elif option.isascii() and option.isdigit() and len(option) < 4:
            facet = Facet(facet.field, int(option), facet.period)
        else:
            raise InvalidFilter("a facet is a field, perhaps with :20, :month or :year behind it")
    if not 1 <= facet.value_count <= FACET_VALUE_LIMIT:
        raise InvalidFilter(f"a facet shows 1 to {FACET_VALUE_LIMIT} values")
    return facet


def count_facets(
    reader: GenerationReader, found: NDArray[np.bool_], facets: Sequence[Facet]
) -> list[FacetCounts]:
    """Return the counts of each facet over the documents in `found`, bool [document count]."""
    return [_count(reader, found, facet) for facet in facets]


def _count(reader: GenerationReader, found: NDArray[np.bool_], facet: Facet) -> FacetCounts:
    having = np.zeros(len(found), dtype=bool)
    counted: list[tuple[int, int, FacetValue]] = []
    for column in _dates_as_one(columns(reader, facet.field)):
        kept = found[column.documents]
        documents = column.documents[kept]
        having[documents] = True
        for rank, value, count in _values(reader, facet, column, documents, kept):
            counted.append((rank, -count, FacetValue(value=value, count=count)))
    counted.sort(key=lambda one: (one[0], one[1]))  # equals stay as they are, by value
    values = [value for _, _, value in counted]
    return FacetCounts(
        field=facet.field,
        values=values[: facet.value_count],
        other_count=sum(value.count for value in values[facet.value_count :]),
        missing_count=int(np.count_nonzero(found & ~having)),
    )


def _dates_as_one(found: Sequence[Column]) -> list[Column]:
    """Return `found` with days and points in time, which share their periods, in one column."""
    dated = [column for column in found if column.kind in ("date", "time")]
    if len(dated) < 2:
        return list(found)
    documents = np.concatenate([column.documents for column in dated])
    values = np.concatenate([column.values for column in dated])
    return [
        *(column for column in found if column not in dated),
        Column("time", documents, values),
    ]


def _values(
    reader: GenerationReader,
    facet: Facet,
    column: Column,
    documents: NDArray[np.int64],
    kept: NDArray[np.bool_],
) -> list[tuple[int, Any, int]]:
    """Return (rank before frequency, value, count) of the values of `column` that are `kept`."""
    values = column.values[kept]
    if column.kind == "text":
        texts = spellings(reader, facet.field, column)
        places, counts = _distinct(documents, texts.groups[values])
        return [
            (0, texts.labels[place], count) for place, count in zip(places, counts, strict=True)
        ]
    if column.kind in ("date", "time"):
        unit = _UNITS[facet.period]
        periods = values.astype("datetime64[ms]").astype(f"datetime64[{unit}]")
        places, counts = _distinct(documents, periods.astype(np.int64))
        names = np.array(places, dtype="int64").astype(f"datetime64[{unit}]").astype(str).tolist()
        ranked = zip(places, names, counts, strict=True)
        return [(_BEFORE_EVERYTHING - place, name, count) for place, name, count in ranked]
    different, inverse = np.unique(values, return_inverse=True)
    places, counts = _distinct(documents, inverse)
    return [
        (0, value_of(column.kind, float(different[place])), count)
        for place, count in zip(places, counts, strict=True)
    ]


def _distinct(
    documents: NDArray[np.int64], values: NDArray[np.int64]
) -> tuple[list[int], list[int]]:
    """Return the different values, ascending, and how many documents have each."""
    if not len(values):
        return [], []
    order = np.lexsort((documents, values))
    documents, values = documents[order], values[order]
    first = np.ones(len(values), dtype=bool)
    first[1:] = (documents[1:] != documents[:-1]) | (values[1:] != values[:-1])
    different, counts = np.unique(values[first], return_counts=True)
    return different.tolist(), counts.tolist()
