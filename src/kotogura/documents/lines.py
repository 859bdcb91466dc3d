"""A file of JSON Lines is no document: each of its lines is one, in an object of its own."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from kotogura.documents import encodings
from kotogura.documents.extraction import DOCUMENT_LIMIT_BYTES, check_admissible
from kotogura.documents.identity import check_name
from kotogura.documents.json_text import INHERITED, parse, read_value
from kotogura.documents.limits import Budget
from kotogura.documents.metadata import described_name, field_name
from kotogura.documents.metadata_values import MetadataValue
from kotogura.errors import (
    BrokenDocument,
    DocumentTooLarge,
    EmptyDocument,
    InvalidDocumentName,
    UnsupportedDocument,
)

LINE_LIMIT = 10_000
"""How many documents one file may hold."""

_EXTENSIONS = (".jsonl", ".ndjson")
_PLAIN = frozenset("-_.")
_DIGITS = 6


def holds_lines(name: str) -> bool:
    """Return whether the file `name` holds a document in each line.

    >>> holds_lines("minutes/2026.jsonl"), holds_lines("minutes/2026.jsonl/000001.json")
    (True, False)
    """
    return PurePosixPath(name).suffix.lower() in _EXTENSIONS


def is_line_of(name: str, line_name: str) -> bool:
    """Return whether `line_name` is what a line of the file `name` could be called.

    >>> is_line_of("a.jsonl", "a.jsonl/000001.json")
    True
    >>> is_line_of("a.jsonl", "a.jsonl/000001.json.meta.json")
    False
    """
    rest = line_name.removeprefix(f"{name}/")
    plain = rest != line_name and "/" not in rest and rest.endswith(".json")
    return plain and described_name(line_name) is None


Fields = Mapping[str, Sequence[MetadataValue]]
_NOTHING: Fields = {}


def read_lines(name: str, data: bytes, inherited: Fields = _NOTHING) -> dict[str, bytes]:
    r"""Return the documents that the file `name` holds, as JSON in UTF-8, by their names.

    A document is named by its line's `id`, or else by the line's number. It has the fields that
    are `inherited` from the file where the line has none of that name.

    Raises:
        DocumentError: one of its classes, when the file or any of its lines can't be read; which
            line it is, is told.

    >>> read_lines("a.jsonl", b'{"id": "leave", "text": "x"}\n\n{"text": "y"}')
    {'a.jsonl/leave.json': b'{"id": "leave", "text": "x"}', 'a.jsonl/000003.json': b'{"text": "y"}'}
    """
    check_admissible(name, len(data))
    if PurePosixPath(name).suffix not in _EXTENSIONS:  # what functions may write is by extension
        raise UnsupportedDocument("write the extension in small letters: .jsonl or .ndjson")
    text, _ = encodings.decode(data, None)
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    budget = Budget(characters=DOCUMENT_LIMIT_BYTES)
    found: dict[str, bytes] = {}
    numbers: dict[str, int] = {}
    for number, line in enumerate(map(str.strip, text.split("\n")), 1):
        if not line:
            continue
        if len(found) == LINE_LIMIT:
            raise DocumentTooLarge(f"the file has over {LINE_LIMIT:,} lines; split it")
        value = _object(line, number, budget)
        line_name = f"{name}/{_key(value, number)}.json"
        if line_name in numbers:
            raise BrokenDocument(
                f"lines {numbers[line_name]} and {number} have the same id; give each its own"
            )
        _check_line_name(line_name, number)
        numbers[line_name] = number
        found[line_name] = _with_inherited(line, value, inherited).encode()
    if not found:
        raise EmptyDocument("the file holds no text")
    return found


def fingerprint(data: bytes) -> str:
    """Return what S3 gives as the ETag of an object that was put in one piece."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _object(line: str, number: int, budget: Budget) -> dict[str, Any]:
    """Return the object of a line, once it has proved to be a document."""
    budget.look()
    value = parse(line, number)
    if not isinstance(value, dict):
        raise BrokenDocument(f"line {number} is not an object of fields; correct it")
    if not read_value(value, budget).body.strip():
        raise EmptyDocument(f"line {number} holds no text; add some or take it out")
    return value


def _with_inherited(line: str, value: Mapping[str, Any], inherited: Fields) -> str:
    """Return the line with the fields behind its own that it inherits, as it is without any."""
    own = {"tag" if name == "tags" else field_name(name) for name in value}
    fields = {name: list(values) for name, values in inherited.items() if name not in own}
    if not fields:
        return line
    return f'{line[:-1]}, "{INHERITED}": {json.dumps(fields, default=_as_text)}}}'


def _as_text(moment: date) -> str:
    return moment.isoformat()


def _key(value: Mapping[str, Any], number: int) -> str:
    """Return what the document of a line is called."""
    identity = value.get("id")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if identity is None:
        return f"{number:0{_DIGITS}}"
    if not isinstance(identity, str) or not identity.strip():
        raise BrokenDocument(f"line {number} has an id that is no text or whole number; correct it")
    return _safe(identity)


def _safe(identity: str) -> str:
    """Return `identity` so that it can stand in a key: no two become one.

    >>> _safe("規程/旅費 1"), _safe("a.meta")
    ('規程%2F旅費%201', 'a%2Emeta')
    """
    safe = "".join(
        character
        if character.isalnum() or character in _PLAIN
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
        for character in identity
    )
    # With `.json` behind it, it would describe another document.
    return f"{safe.removesuffix('.meta')}%2Emeta" if safe.endswith(".meta") else safe


def _check_line_name(line_name: str, number: int) -> None:
    try:
        check_name(line_name)
    except InvalidDocumentName:
        raise InvalidDocumentName(
            f"line {number} makes no name that a document may have; shorten its id or the file's"
            " name"
        ) from None
