"""A tenant's user dictionary: the CSV that people write, what it says, and where it is kept.

A line is a word. The short form is what most people need; the long one is Sudachi's own, of 18
columns. Blank lines and lines that begin with `#` say nothing.

    湊式点検票,みなとしきてんけんひょう
    湊花子,ミナトハナコ,名詞,固有名詞,人名,一般
"""

import csv
import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import Protocol

from kotogura.errors import InvalidDictionary
from kotogura.tenants.identity import TenantId

TEXT_LIMIT_BYTES = 1_000_000
PACKED_LIMIT_BYTES = 380_000
"""So much the CSV may be compressed: an item of the table holds 400 KB."""
ENTRY_LIMIT = 10_000
WORD_LIMIT_CHARACTERS = 100
SHOWN_ERROR_COUNT = 5
COLUMN_COUNT = 18
_FORM_COLUMNS = (0, 4, 12)
"""Columns of words as they are written: how Sudachi looks it up, shows it, and unifies it."""

CONNECTIONS = {
    ("名詞", "普通名詞", "一般"): 5146,
    ("名詞", "普通名詞", "サ変可能"): 5133,
    ("名詞", "固有名詞", "一般"): 4786,
    ("名詞", "固有名詞", "人名", "一般"): 4787,
    ("名詞", "固有名詞", "人名", "名"): 4789,
    ("名詞", "固有名詞", "人名", "姓"): 4790,
    ("名詞", "固有名詞", "地名", "一般"): 4791,
}
"""Parts of speech of the short form, and how Sudachi's grammar connects them to their neighbours.

Sudachi's guide to user dictionaries recommends the ids of the first three and of names; the others
are those that Sudachi gives to unknown words.
"""
_USUAL_CLASS = ("名詞", "固有名詞", "一般")
_AUTOMATIC_COST = "-32768"
"""Sudachi works out a cost that makes the word one, but only just."""
_CONNECTION_COUNT = 5_981
_COSTS = range(-(2**15), 2**15)
_LINE_END = re.compile(r"\r\n|\r|\n")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fb\u30fc]+")
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_INTEGER = re.compile(r"-?[0-9]{1,5}")

Entry = tuple[str, ...]
"""A word in the 18 columns of Sudachi's own format."""


@dataclass(frozen=True, slots=True)
class TenantDictionary:
    """A tenant's user dictionary as it is kept.

    Attributes:
        text: the CSV as it was written.
        version: 16 hexadecimal digits that differ with the text; empty where there is none.
        updated_at: ISO 8601 in UTC; empty where nothing was ever kept.
    """

    text: str
    version: str
    updated_at: str = ""

    @classmethod
    def of(cls, text: str, updated_at: str = "") -> "TenantDictionary":
        """Return a dictionary with the version that its text has."""
        version = hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""
        return cls(text, version, updated_at)


class DictionaryStore(Protocol):
    """Keeps tenants' dictionaries; `tests/conformance/test_dictionary_store.py` holds for all."""

    def get(self, tenant: TenantId) -> TenantDictionary:
        """Return what was kept last; an empty text if nothing ever was.

        Raises:
            StoreUnavailable, Throttled: a retry may help.
        """

    def put(self, tenant: TenantId, text: str) -> TenantDictionary:
        """Keep `text`, which is valid, in the place of what was kept before; return it."""


def packed(text: str) -> bytes:
    """Return `text` as a store keeps it; equal texts give equal bytes."""
    return zlib.compress(text.encode(), 9)


def unpacked(data: bytes) -> str:
    """Return the text that `packed` made `data` of.

    >>> unpacked(packed("湊式点検票,みなとしきてんけんひょう"))
    '湊式点検票,みなとしきてんけんひょう'
    """
    return zlib.decompress(data).decode()


def parse_dictionary(text: str) -> tuple[Entry, ...]:
    """Return the words of `text` in Sudachi's columns, in their order.

    Raises:
        InvalidDictionary: when it is too large, or lines are wrong; the first ones are told by
            number, with what is wrong there.

    >>> [(word[0], word[11]) for word in parse_dictionary("湊式点検票,みなとしきてんけんひょう")]
    [('湊式点検票', 'ミナトシキテンケンヒョウ')]
    """
    text = text.removeprefix("\ufeff")
    _check_size(text)
    entries: list[tuple[int, Entry]] = []
    wrong: list[str] = []
    for number, line in enumerate(_LINE_END.split(text), start=1):
        try:
            entry = _entry(line)
        except _WrongLine as error:
            wrong.append(f"line {number}: {error}")
        else:
            entries += [(number, entry)] if entry else []
    for number, entry in entries:
        if any(int(part[1:]) >= len(entries) for column in entry[15:17] for part in _parts(column)):
            wrong.append(f"line {number}: a part names a word that isn't there; count from U0")
    if wrong:
        more = f"; and {len(wrong) - SHOWN_ERROR_COUNT} more" * (len(wrong) > SHOWN_ERROR_COUNT)
        raise InvalidDictionary("; ".join(wrong[:SHOWN_ERROR_COUNT]) + more)
    if len(entries) > ENTRY_LIMIT:
        raise InvalidDictionary(f"there are above {ENTRY_LIMIT:,} words; leave some out")
    return tuple(entry for _, entry in entries)


class _WrongLine(Exception):
    """What is wrong with a line, for a person; it never quotes the line."""


def _check_size(text: str) -> None:
    try:
        size = len(text.encode()) if len(text) <= TEXT_LIMIT_BYTES else len(text)
    except UnicodeEncodeError:
        raise InvalidDictionary("the dictionary holds what is no Unicode character") from None
    if size > TEXT_LIMIT_BYTES:
        raise InvalidDictionary(f"the dictionary is above {TEXT_LIMIT_BYTES:,} bytes; shorten it")
    if len(packed(text)) > PACKED_LIMIT_BYTES:
        raise InvalidDictionary(
            f"the dictionary is above {PACKED_LIMIT_BYTES:,} bytes even compressed; shorten it"
        )


def _entry(line: str) -> Entry | None:
    """Return the word of a line, or None if there is none in it."""
    if not line.strip():
        return None
    try:
        (columns,) = csv.reader([line], strict=True)
    except (csv.Error, ValueError):
        raise _WrongLine("it is no CSV; close its quotes") from None
    columns = [column.strip() for column in columns]
    if len(columns) != COLUMN_COUNT and line.lstrip().startswith("#"):
        return None
    if any(_UNUSABLE.search(column) for column in columns):
        raise _WrongLine("it has a backslash or a control character; remove it")
    return _long(columns) if len(columns) == COLUMN_COUNT else _short(columns)


def _short(columns: list[str]) -> Entry:
    if not 2 <= len(columns) <= 8:
        raise _WrongLine("write a word, its reading and perhaps its part of speech, or 18 columns")
    word, reading, *kind = columns
    _check_word(word)
    if len(word) < 2:
        raise _WrongLine(
            "a word of one character takes the place of it in others; write 18 columns"
        )
    while kind and kind[-1] in {"", "*"}:
        kind.pop()
    connection = CONNECTIONS.get(tuple(kind) or _USUAL_CLASS)
    if connection is None:
        known = " / ".join(",".join(one) for one in CONNECTIONS)
        raise _WrongLine(f"the part of speech is none of {known}; write one, or 18 columns")
    classes = [*(kind or _USUAL_CLASS), *"******"][:6]
    number = str(connection)
    written = (word, number, number, _AUTOMATIC_COST, word, *classes, _katakana(reading), word)
    return (*written, "*", "*", "*", "*", "*")


def _long(columns: list[str]) -> Entry:
    for number in _FORM_COLUMNS:
        _check_word(columns[number])
    for number in (1, 2):
        if not _is_number(columns[number], range(_CONNECTION_COUNT)):
            raise _WrongLine(f"column {number + 1} is no number from 0 to {_CONNECTION_COUNT - 1}")
    if not _is_number(columns[3], _COSTS):
        raise _WrongLine("column 4 is no cost from -32768 (automatic) to 32767")
    if not all(0 < len(column) <= WORD_LIMIT_CHARACTERS for column in columns[5:11]):
        raise _WrongLine(
            "a column from 6 to 11 is empty or too long; write * where nothing is said"
        )
    if columns[13] != "*" or columns[17] != "*":
        raise _WrongLine("columns 14 and 18 can be nothing but *")
    if columns[14] not in {"A", "B", "C", "*"}:
        raise _WrongLine("column 15 is none of A, B, C and *")
    for column in columns[15:17]:
        if column != "*" and not all(re.fullmatch(r"U[0-9]{1,5}", one) for one in _parts(column)):
            raise _WrongLine("columns 16 and 17 can be * or words of this file, such as U0/U3")
    if columns[14] == "A" and columns[15:17] != ["*", "*"]:
        raise _WrongLine("a word of type A has no parts; write C in column 15")
    return (*columns[:11], _katakana(columns[11]), *columns[12:])


def _parts(column: str) -> list[str]:
    return [] if column == "*" else column.split("/")


def _is_number(column: str, allowed: range) -> bool:
    return _INTEGER.fullmatch(column) is not None and int(column) in allowed


def _check_word(word: str) -> None:
    if not any(map(str.isalnum, word)):
        raise _WrongLine("a word without any letter or digit can't be found; write one")
    if len(word) > WORD_LIMIT_CHARACTERS:
        raise _WrongLine(f"the word is above {WORD_LIMIT_CHARACTERS} characters; shorten it")


def _katakana(reading: str) -> str:
    if len(reading) > 2 * WORD_LIMIT_CHARACTERS or not _KANA.fullmatch(reading):
        raise _WrongLine("the reading is not in kana; write it in hiragana or katakana")
    return reading.translate(_TO_KATAKANA)
