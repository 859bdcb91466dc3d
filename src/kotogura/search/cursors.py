"""Cursors: where a page ended, so that the next one begins there whatever has changed meanwhile.

A cursor holds what the last hit was ordered by and its id, not a number of hits to skip. It is good
for one question of one tenant, which it names by a digest, and for every later generation. It is
not secret, and no more than a place: whoever makes one up reads on from there.
"""

import base64
import binascii
import hashlib
import json
import math
from dataclasses import dataclass
from typing import Literal, get_args

from kotogura.errors import InvalidCursor
from kotogura.search.answers import Mode

CURSOR_LIMIT_CHARACTERS = 2_000

Class = Literal["", "flag", "number", "time", "text"]
"""How values of a field are put in order: those of a class before those of the next."""

_CLASSES = get_args(Class)
_MODES = get_args(Mode)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_BAD = "the cursor is not one that an answer to this search gave; begin again without it"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended.

    Attributes:
        kind: the class of `value`; empty for a score, and for a document without a value.
        value: what the last hit was ordered by; None where it had nothing.
        document_id: the last hit's id.
        version: the last hit's version.
        mode: how was searched.
    """

    kind: Class
    value: str | float | None
    document_id: str
    version: str
    mode: Mode


def question_digest(*parts: object) -> str:
    """Return what names a question, 16 hexadecimal digits; `parts` have a stable `repr`."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def encode_cursor(place: Place, digest: str) -> str:
    """Return the cursor that leads to `place` of the question named by `digest`."""
    parts = [digest, place.kind, place.value, place.document_id, place.version, place.mode]
    data = _ENCODER.encode(parts).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_cursor(cursor: str, digest: str) -> Place:
    """Return the place that `cursor` leads to.

    Raises:
        InvalidCursor: when it is damaged, or another question's.
    """
    try:
        if len(cursor) > CURSOR_LIMIT_CHARACTERS:
            raise InvalidCursor(_BAD)
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        parts = json.loads(data)
        _ENCODER.encode(parts).encode()  # JSON may hold halves of characters
    except (ValueError, binascii.Error, RecursionError):
        raise InvalidCursor(_BAD) from None
    match parts:
        case [found, str(kind), value, str(document_id), str(version), str(mode)]:
            if found == digest and kind in _CLASSES and mode in _MODES and _fits(kind, value):
                return Place(kind, value, document_id, version, mode)  # type: ignore[arg-type]
    raise InvalidCursor(_BAD)


def _fits(kind: str, value: object) -> bool:
    """Return whether `value` is one of `kind`, and of a size that numbers here have."""
    if kind == "text":
        return isinstance(value, str)
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) < 2**63
    if isinstance(value, float):
        return math.isfinite(value)
    return kind == "" and value is None
