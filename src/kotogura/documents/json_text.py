"""JSON: the texts of all values, and what short fields tell of the document."""

import json
from collections.abc import Iterator
from typing import Any

from kotogura.documents.limits import Budget
from kotogura.documents.metadata_values import MetadataValue
from kotogura.documents.moments import moment
from kotogura.documents.text import BodyBuilder, FormattedText
from kotogura.errors import BrokenDocument

_VALUE_LIMIT = 200  # a longer text is one to read, not one to filter by
_INHERITED_LIMIT = 1_000  # that of a description's values
_TEXTS = frozenset(["title", "body", "text", "content"])

INHERITED = "kotogura:inherited"
"""What an object calls the fields that its file of JSON Lines passes on; no text of its own."""


def read_json(text: str, budget: Budget) -> FormattedText:
    r"""Return what a JSON file says: every text and number in it, one a line.

    An object's `title` is the title. Its other short values are metadata too.

    >>> found = read_json('{"title": "旅費", "body": "日当は二千円。", "dept": "総務"}', Budget())
    >>> found.title, found.body, found.metadata
    ('旅費', '日当は二千円。\n総務', {'dept': ['総務']})
    """
    return read_value(parse(text, 1), budget)


def read_value(value: Any, budget: Budget) -> FormattedText:
    """Return what a JSON value says, as `read_json` does."""
    inherited: Any = {}
    if isinstance(value, dict) and INHERITED in value:
        inherited = value[INHERITED]
        value = {name: held for name, held in value.items() if name != INHERITED}
    body = BodyBuilder(budget)
    title = ""
    if isinstance(value, dict) and isinstance(value.get("title"), str):
        title = value["title"]
        body.add_all(texts([other for name, other in value.items() if name != "title"]))
        if not body.build()[0]:
            body.add_all(texts(value))
    else:
        body.add_all(texts(value))
    metadata = short_fields(inherited, _INHERITED_LIMIT) | short_fields(value)
    return FormattedText(title, body.build()[0], metadata=metadata)


def parse(text: str, line: int) -> Any:
    """Return the JSON value of `text`, whose first line is number `line` of its file.

    Raises:
        BrokenDocument: when it is none.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line += error.lineno - 1
        raise BrokenDocument(
            f"line {line} is not JSON at column {error.colno}; correct it"
        ) from None
    except RecursionError:
        raise BrokenDocument("the JSON is nested too deeply; make it flatter") from None
    except ValueError:  # a number of over 4,300 digits
        raise BrokenDocument("a number in the JSON is too long; make it a text") from None


def texts(value: Any) -> Iterator[str]:
    """Yield every text and number in a value, in order, without recursion."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, str):
            yield value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield str(value)


def short_fields(value: Any, limit: int = _VALUE_LIMIT) -> dict[str, list[MetadataValue]]:
    """Return the short values of an object's own fields; lists of them too."""
    if not isinstance(value, dict):
        return {}
    found: dict[str, list[MetadataValue]] = {}
    for name, held in value.items():
        values = held if isinstance(held, list) else [held]
        short = [_value(one) for one in values if _is_short(one, limit)]
        if name not in _TEXTS and short and len(short) == len(values):
            found.setdefault("tag" if name == "tags" else name, []).extend(short)
    return found


def _is_short(value: Any, limit: int) -> bool:
    if isinstance(value, str):
        return 0 < len(value.strip()) <= limit
    if isinstance(value, float):
        return value - value == 0  # neither infinite nor no number
    return isinstance(value, bool | int)


def _value(value: Any) -> MetadataValue:
    if isinstance(value, str):
        return moment(value) or value
    return value  # type: ignore[no-any-return]
