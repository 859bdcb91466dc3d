r"""Conditions on fields, from the text of a filter: `tag:規程,手引`, `-type:pdf`, `date:2026-01..`.

| a value is | and holds for |
| --- | --- |
| `規程` | this value; of a date, all of that day, month or year |
| `規*` | texts that begin so |
| `*` | any value |
| `>=10`, `>10`, `<10`, `<=10` | numbers and dates on that side |
| `10..20`, `10..`, `..20` | numbers and dates between, both ends included |
| `"a,b*"` | this very text; `\"` and `\\` stand for a quotation mark and a backslash |

Several values with commas between them are alternatives. A hyphen before the field excludes.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kotogura.errors import InvalidFilter

Operator = Literal["=", ">", ">=", "<", "<=", "..", "prefix", "exists"]

FILTER_LIMIT_CHARACTERS = 2_000
VALUE_COUNT = 100
FIELD_LIMIT_CHARACTERS = 100

_SIDES: tuple[Literal[">=", "<=", ">", "<"], ...] = (">=", "<=", ">", "<")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:,|\Z)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a value must be. `..` has two values, one of them perhaps empty; `exists` has none."""

    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A field one of whose values meets one of the conditions, or none if `excluded`."""

    field: str
    conditions: tuple[Condition, ...]
    excluded: bool = False


def condition(operator: Literal["=", ">", ">=", "<", "<=", ".."], *values: str) -> Condition:
    """Return a condition; a text that ends in an asterisk stands for all that begin so.

    >>> condition("=", "規*")
    Condition(operator='prefix', values=('規',))
    """
    if operator == "=" and values[0].endswith("*"):
        begin = values[0][:-1]
        return Condition("prefix", (begin,)) if begin else Condition("exists")
    return Condition(operator, values)


def parse_filter(text: str) -> Filter:
    """Return the filter that `text` says. Raises InvalidFilter.

    >>> parse_filter("-pages:10..,3")
    Filter(field='pages', conditions=(Condition(operator='..', values=('10', '')), \
Condition(operator='=', values=('3',))), excluded=True)
    """
    if len(text) > FILTER_LIMIT_CHARACTERS:
        raise InvalidFilter(f"a filter is above {FILTER_LIMIT_CHARACTERS:,} characters; shorten it")
    head, colon, rest = text.replace("：", ":", 1).partition(":")
    excluded = head.strip().startswith("-")
    field = field_name(head.strip().removeprefix("-"))
    if not colon:
        raise InvalidFilter("a filter is a field, a colon and a value, as in type:pdf")
    conditions = tuple(_conditions(rest))
    if not conditions:
        raise InvalidFilter("a filter needs a value behind the colon, or * for any")
    if len(conditions) > VALUE_COUNT:
        raise InvalidFilter(f"a filter has at most {VALUE_COUNT} values")
    return Filter(field, conditions, excluded)


def field_name(text: str) -> str:
    """Return a field's name as the index has it. Raises InvalidFilter."""
    name = unicodedata.normalize("NFKC", text).strip().lower()
    if not 0 < len(name) <= FIELD_LIMIT_CHARACTERS or any(ch.isspace() for ch in name):
        raise InvalidFilter(
            f"a field's name has 1 to {FIELD_LIMIT_CHARACTERS} characters and no blanks"
        )
    return name


def _conditions(text: str) -> Iterator[Condition]:
    rest = text.strip()
    while rest:
        if rest.startswith('"'):
            quoted = _QUOTED.match(rest)
            if quoted is None:
                raise InvalidFilter("a quoted value ends with a quotation mark, then a comma")
            yield Condition("=", (re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL),))
            rest = rest[quoted.end() :].lstrip()
            continue
        value, _, rest = rest.partition(",")
        rest = rest.lstrip()
        if not value.strip():
            raise InvalidFilter("a filter has an empty value; quote it if you mean it")
        yield _unquoted(value.strip())


def _unquoted(value: str) -> Condition:
    for side in _SIDES:
        if value.startswith(side) and value != side:
            return Condition(side, (value[len(side) :].strip(),))
    low, dots, high = value.partition("..")
    if dots and (low or high):
        return Condition("..", (low.strip(), high.strip()))
    return condition("=", value)
