"""Filters: which documents have the values that are asked for, as masks by document number."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kotogura.errors import InvalidFilter
from kotogura.index.metadata_columns import Column
from kotogura.index.reader import GenerationReader
from kotogura.search.conditions import Condition, Filter
from kotogura.search.fields import columns, fold, short_type, spellings
from kotogura.search.points import read_flag, read_number, read_time

Mask = NDArray[np.bool_]

_PLURALS = {
    "text": "texts",
    "number": "numbers",
    "flag": "true or false",
    "date": "dates",
    "time": "times",
}


def select(reader: GenerationReader, filters: Iterable[Filter]) -> Mask:
    """Return which live documents meet all of `filters`, bool [document count].

    Raises:
        InvalidFilter: when a field's values can't be compared so.
    """
    kept = reader.live.copy()
    for one in filters:
        met = np.zeros(len(kept), dtype=bool)
        for condition in one.conditions:
            met |= matches(reader, one.field, condition)
        kept &= ~met if one.excluded else met
    return kept


def matches(reader: GenerationReader, field: str, condition: Condition) -> Mask:
    """Return which live documents have a value in `field` that meets `condition`.

    A field that no document has matches nothing.

    Raises:
        InvalidFilter: when none of the field's kinds can be compared so; it names them.
    """
    found = np.zeros(len(reader.live), dtype=bool)
    there = columns(reader, field)
    understood = not there
    for column in there:
        met = _met(reader, field, column, condition)
        if met is not None:
            understood = True
            found[column.documents[met]] = True
    if not understood:
        kinds = ", ".join(_PLURALS[column.kind] for column in there)
        raise InvalidFilter(f"the field {field} has {kinds}; compare it with such, or quote texts")
    return found


def _met(reader: GenerationReader, field: str, column: Column, condition: Condition) -> Mask | None:
    """Return which values meet `condition`; None where values of this kind can't."""
    if condition.operator == "exists":
        return np.ones(len(column.documents), dtype=bool)
    if column.kind == "text":
        return _text_met(reader, field, column, condition)
    if condition.operator == "prefix":
        return None
    low, high = (_span(column.kind, condition.values[place]) for place in (0, -1))
    if low is None or high is None:
        return None
    return _within(column, condition.operator, low, high)


_Span = tuple[float | int, float | int]
_OPEN: _Span = (-np.inf, np.inf)


def _span(kind: str, text: str) -> _Span | None:
    """Return the values that `text` stands for, the first and the last; without text, all."""
    if not text:
        return _OPEN
    if kind in ("date", "time"):
        return read_time(text)
    number = read_flag(text) if kind == "flag" else read_number(text)
    return None if number is None else (number, number)


def _within(column: Column, operator: str, low: _Span, high: _Span) -> Mask:
    """Compare; of a time, the second of a span lies behind it."""
    values = column.values
    points = column.kind not in ("date", "time")
    match operator:
        case ">=":
            met = values >= low[0]
        case ">":
            met = values > low[0] if points else values >= low[1]
        case "<":
            met = values < low[0]
        case "<=":
            met = values <= low[0] if points else values < low[1]
        case _:  # equal, or between two
            met = (values >= low[0]) & (values <= high[1] if points else values < high[1])
    found: Mask = met
    return found


def _text_met(
    reader: GenerationReader, field: str, column: Column, condition: Condition
) -> Mask | None:
    if condition.operator not in ("=", "prefix"):
        return None
    wanted = fold(_as_stored(field, condition.values[0]))
    texts = spellings(reader, field, column)
    if condition.operator == "=":
        met = [text == wanted for text in texts.folded]
    else:
        met = [text.startswith(wanted) for text in texts.folded]
    found: Mask = np.array(met, dtype=bool)[texts.groups][column.values]
    return found


def _as_stored(field: str, value: str) -> str:
    if field == "type" and "/" in value:
        return short_type(value.lower())
    return value.rstrip("/") if field == "folder" else value
