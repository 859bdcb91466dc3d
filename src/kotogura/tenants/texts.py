"""Texts that a tenant writes as settings, a line at a time: synonyms and the user dictionary.

How such a text is kept, and how its lines are read, with all that is wrong told at once.
"""

import hashlib
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from kotogura.errors import InvalidArgument
from kotogura.tenants.identity import TenantId

SHOWN_ERROR_COUNT = 5
_LINE_END = re.compile(r"\r\n|\r|\n")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TenantText:
    """A tenant's text as it is kept.

    Attributes:
        text: as it was written.
        version: 16 hexadecimal digits that differ with the text; empty where there is none.
        updated_at: ISO 8601 in UTC; empty where nothing was ever kept.
    """

    text: str
    version: str
    updated_at: str = ""

    @classmethod
    def of(cls, text: str, updated_at: str = "") -> "TenantText":
        """Return a text with the version that it has."""
        version = hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""
        return cls(text, version, updated_at)


class TenantTexts(Protocol):
    """Keeps one text for each tenant; `tests/conformance/test_tenant_texts.py` holds for all."""

    def get(self, tenant: TenantId) -> TenantText:
        """Return what was kept last; an empty text if nothing ever was.

        Raises:
            StoreUnavailable, Throttled: a retry may help.
        """

    def put(self, tenant: TenantId, text: str) -> TenantText:
        """Keep `text`, which is valid, in the place of what was kept before; return it."""


class WrongLine(Exception):
    """What is wrong with a line, for a person; it never quotes the line."""


def read_lines(text: str, read: Callable[[str], T | None]) -> tuple[list[tuple[int, T]], list[str]]:
    r"""Return what `read` makes of each line, with its number, and what is wrong with the others.

    Lines of which it makes None say nothing.

    >>> read_lines("2\n\n3", lambda line: int(line) if line else None)
    ([(1, 2), (3, 3)], [])
    """
    found: list[tuple[int, T]] = []
    wrong: list[str] = []
    for number, line in enumerate(_LINE_END.split(text), start=1):
        try:
            value = read(line)
        except WrongLine as error:
            wrong.append(f"line {number}: {error}")
        else:
            found += [(number, value)] if value is not None else []
    return found, wrong


def refuse(wrong: Sequence[str], error: type[InvalidArgument]) -> None:
    """Raise `error` with the first of what is wrong, and how much more there is, if any is."""
    if wrong:
        more = f"; and {len(wrong) - SHOWN_ERROR_COUNT} more" * (len(wrong) > SHOWN_ERROR_COUNT)
        raise error("; ".join(wrong[:SHOWN_ERROR_COUNT]) + more)


def packed(text: str) -> bytes:
    """Return `text` as a store keeps it that packs; equal texts give equal bytes."""
    return zlib.compress(text.encode(), 9)


def unpacked(data: bytes) -> str:
    """Return the text that `packed` made `data` of.

    >>> unpacked(packed("湊式点検票,みなとしきてんけんひょう"))
    '湊式点検票,みなとしきてんけんひょう'
    """
    return zlib.decompress(data).decode()
