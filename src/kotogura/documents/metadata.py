"""A document's fields: from the file, its object's metadata and tags, and its `.meta.json`.

What is said later in this order replaces the field as a whole. `docs/documents.md` tells it all.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kotogura.documents.metadata_values import MetadataValue, read_value
from kotogura.documents.moments import moment
from kotogura.documents.originals import Original
from kotogura.documents.text import one_line, without_surrogates
from kotogura.errors import InvalidMetadata

FIELD_LIMIT = 64
VALUE_LIMIT = 64
"""How many values a field may have."""
TEXT_LIMIT = 1_000
"""How many characters a value may have."""
DESCRIPTION_LIMIT_BYTES = 100_000
DESCRIPTION = ".meta.json"

_NAME_LIMIT = 64
_RESERVED = frozenset(["body", "folder", "name", "size_bytes", "title", "type"])
_EXACT = 2**53
_NOT_IN_NAMES = re.compile(r"[^\w-]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")

Fields = dict[str, list[MetadataValue]]


@dataclass(frozen=True, slots=True)
class Description:
    """What a `.meta.json` says: a title that replaces the file's own, if any, and fields."""

    title: str = ""
    fields: Fields = field(default_factory=dict)


def described_name(name: str) -> str | None:
    """Return the name of the document that the file `name` describes, or None if it is none such.

    >>> described_name("rules/leave.pdf.meta.json")
    'rules/leave.pdf'
    >>> described_name("leave.json")
    """
    described = name.removesuffix(DESCRIPTION)
    if described in ("", name) or described.endswith(("/", DESCRIPTION)):
        return None
    return described


def field_name(text: str) -> str:
    """Return a field's name as it is stored: lower case, of letters, digits, `_` and `-`.

    Letters of every script count, in their usual width; whatever else there is becomes `_`.

    >>> field_name("Due Date"), field_name("ＤＥＰＴ"), field_name("担当部署")
    ('due_date', 'dept', '担当部署')
    """
    plain = unicodedata.normalize("NFKC", without_surrogates(text)).lower()
    return _NOT_IN_NAMES.sub("_", plain).strip("_")[:_NAME_LIMIT]


def read_description(data: bytes) -> Description:
    """Return what the bytes of a `.meta.json` say.

    Raises:
        InvalidMetadata: when it isn't one object of texts, numbers, flags and lists of them, is too
            large, or names a field that every document has anyway.
    """
    if len(data) > DESCRIPTION_LIMIT_BYTES:
        raise _invalid(f"has over {DESCRIPTION_LIMIT_BYTES:,} bytes; shorten it")
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _invalid("is not UTF-8; save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise _invalid(f"is no JSON at line {error.lineno}, column {error.colno}") from None
    except (RecursionError, ValueError):
        raise _invalid("is nested too deeply or has too long a number") from None
    if not isinstance(value, dict):
        raise _invalid("is not an object of fields")
    title = value.pop("title", None)
    if title is not None and not isinstance(title, str):
        raise _invalid("has a title that is not a text")
    fields: Fields = {}
    for number, (key, held) in enumerate(value.items(), 1):
        name = "tag" if key == "tags" else field_name(key)
        if not name or name in _RESERVED:
            raise _invalid(f"has a name that no field may have (field {number}); choose another")
        values = held if isinstance(held, list) else [held]
        try:
            read = [_value(one) for one in values if one is not None]
        except ValueError as error:
            raise _invalid(
                f"has a value that no field may have (field {number}: {error})"
            ) from None
        if read:
            fields.setdefault(name, []).extend(read)
    if len(fields) > FIELD_LIMIT or any(len(values) > VALUE_LIMIT for values in fields.values()):
        raise _invalid(f"has over {FIELD_LIMIT} fields, or a field over {VALUE_LIMIT} values")
    return Description(one_line(title or ""), fields)


def object_fields(original: Original) -> Fields:
    """Return the fields that an object's metadata and tags make.

    A tag with a value is a field too; `tag` has each as `key=value`, and those without a value as
    `key`. All are texts, but for dates and times in ISO 8601: their services know no types.
    """
    fields: Fields = {}
    for key, value in (*original.metadata.items(), *original.tags.items()):
        if value.strip():
            fields[field_name(key)] = [_text_value(value)]
    tags = [f"{key}={value}" if value else key for key, value in original.tags.items()]
    named = fields.pop("tag", []) + [
        part.strip()
        for value in fields.pop("tags", [])
        for part in str(value).split(",")
        if part.strip()
    ]
    if tags or named:
        fields["tag"] = [*named, *tags]
    return fields


def combine(*sources: Mapping[str, Sequence[MetadataValue]]) -> Fields:
    """Return the fields of all `sources`, a later one's before an earlier's, within the limits.

    Without a field `date`, the time of the last change, or else of the making, stands for it.

    >>> combine({"author": ["港"], "Title": ["x"]}, {"author": ["花子"]})
    {'author': ['花子']}
    """
    fields: Fields = {}
    for source in sources:
        named: Fields = {}
        for key, values in source.items():
            name = field_name(key)
            if name and name not in _RESERVED:
                named.setdefault(name, []).extend(_within(values))
        for name, values in named.items():
            if values:
                fields.pop(name, None)  # so that it is among the latest
                fields[name] = values[:VALUE_LIMIT]
    if "date" not in fields:
        dates = fields.get("modified") or fields.get("created")
        if dates:
            fields["date"] = dates[:1]
    if len(fields) > FIELD_LIMIT:  # the latest source's, and the date, are surely kept
        latest = list(reversed(fields))
        kept = sorted(latest, key=lambda name: name != "date")[:FIELD_LIMIT]
        fields = {name: values for name, values in fields.items() if name in kept}
    return fields


def _within(values: Iterable[MetadataValue]) -> list[MetadataValue]:
    return [
        _clean(value)[:TEXT_LIMIT] if isinstance(value, str) else _number(value)
        for value in values
        if not isinstance(value, str) or value.strip()
    ]


def _number(value: MetadataValue) -> MetadataValue:
    """Return a whole number that no index can hold exactly as a text."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        return str(value)[:TEXT_LIMIT]
    return value


def _value(value: Any) -> MetadataValue:
    if isinstance(value, str):
        if len(value) > TEXT_LIMIT:
            raise ValueError(f"over {TEXT_LIMIT:,} characters")
        return _text_value(value)
    if isinstance(value, dict | list):
        raise ValueError("nested")
    return _number(read_value(value))


def _text_value(text: str) -> MetadataValue:
    return moment(text) or _clean(text)


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", without_surrogates(text)).strip()


def _invalid(what: str) -> InvalidMetadata:
    return InvalidMetadata(f"the {DESCRIPTION} beside the file {what}")
