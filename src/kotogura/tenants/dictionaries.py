"""A tenant's user dictionary: the CSV that people write, and what it says.

A line is a word. The short form is what most people need; the long one is Sudachi's own, of 18
columns. Blank lines and lines that begin with `#` say nothing.

    湊式点検票,みなとしきてんけんひょう
    湊花子,ミナトハナコ,名詞,固有名詞,人名,一般
"""

import csv
import re

from kotogura.errors import InvalidDictionary
from kotogura.tenants.texts import WrongLine, packed, read_lines, refuse

TEXT_LIMIT_BYTES = 1_000_000
PACKED_LIMIT_BYTES = 380_000
"""So much the CSV may be compressed: an item of the table holds 400 KB."""
ENTRY_LIMIT = 10_000
WORD_LIMIT_CHARACTERS = 100
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
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fb\u30fc]+")
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_INTEGER = re.compile(r"-?[0-9]{1,5}")

Entry = tuple[str, ...]
"""A word in the 18 columns of Sudachi's own format."""


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
    entries, wrong = read_lines(text, _entry)
    for number, entry in entries:
        if any(int(part[1:]) >= len(entries) for column in entry[15:17] for part in _parts(column)):
            wrong.append(f"line {number}: a part names a word that isn't there; count from U0")
    refuse(wrong, InvalidDictionary)
    if len(entries) > ENTRY_LIMIT:
        raise InvalidDictionary(f"there are above {ENTRY_LIMIT:,} words; leave some out")
    return tuple(entry for _, entry in entries)


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
        raise WrongLine("it is no CSV; close its quotes") from None
    columns = [column.strip() for column in columns]
    if len(columns) != COLUMN_COUNT and line.lstrip().startswith("#"):
        return None
    if any(_UNUSABLE.search(column) for column in columns):
        raise WrongLine("it has a backslash or a control character; remove it")
    return _long(columns) if len(columns) == COLUMN_COUNT else _short(columns)


def _short(columns: list[str]) -> Entry:
    if not 2 <= len(columns) <= 8:
        raise WrongLine("write a word, its reading and perhaps its part of speech, or 18 columns")
    word, reading, *kind = columns
    _check_word(word)
    if len(word) < 2:
        raise WrongLine("a word of one character takes the place of it in others; write 18 columns")
    while kind and kind[-1] in {"", "*"}:
        kind.pop()
    connection = CONNECTIONS.get(tuple(kind) or _USUAL_CLASS)
    if connection is None:
        known = " / ".join(",".join(one) for one in CONNECTIONS)
        raise WrongLine(f"the part of speech is none of {known}; write one, or 18 columns")
    classes = [*(kind or _USUAL_CLASS), *"******"][:6]
    number = str(connection)
    written = (word, number, number, _AUTOMATIC_COST, word, *classes, _katakana(reading), word)
    return (*written, "*", "*", "*", "*", "*")


def _long(columns: list[str]) -> Entry:
    for number in _FORM_COLUMNS:
        _check_word(columns[number])
    for number in (1, 2):
        if not _is_number(columns[number], range(_CONNECTION_COUNT)):
            raise WrongLine(f"column {number + 1} is no number from 0 to {_CONNECTION_COUNT - 1}")
    if not _is_number(columns[3], _COSTS):
        raise WrongLine("column 4 is no cost from -32768 (automatic) to 32767")
    if not all(0 < len(column) <= WORD_LIMIT_CHARACTERS for column in columns[5:11]):
        raise WrongLine("a column from 6 to 11 is empty or too long; write * where nothing is said")
    if columns[13] != "*" or columns[17] != "*":
        raise WrongLine("columns 14 and 18 can be nothing but *")
    if columns[14] not in {"A", "B", "C", "*"}:
        raise WrongLine("column 15 is none of A, B, C and *")
    for column in columns[15:17]:
        if column != "*" and not all(re.fullmatch(r"U[0-9]{1,5}", one) for one in _parts(column)):
            raise WrongLine("columns 16 and 17 can be * or words of this file, such as U0/U3")
    if columns[14] == "A" and columns[15:17] != ["*", "*"]:
        raise WrongLine("a word of type A has no parts; write C in column 15")
    return (*columns[:11], _katakana(columns[11]), *columns[12:])


def _parts(column: str) -> list[str]:
    return [] if column == "*" else column.split("/")


def _is_number(column: str, allowed: range) -> bool:
    return _INTEGER.fullmatch(column) is not None and int(column) in allowed


def _check_word(word: str) -> None:
    if not any(map(str.isalnum, word)):
        raise WrongLine("a word without any letter or digit can't be found; write one")
    if len(word) > WORD_LIMIT_CHARACTERS:
        raise WrongLine(f"the word is above {WORD_LIMIT_CHARACTERS} characters; shorten it")


def _katakana(reading: str) -> str:
    if len(reading) > 2 * WORD_LIMIT_CHARACTERS or not _KANA.fullmatch(reading):
        raise WrongLine("the reading is not in kana; write it in hiragana or katakana")
    return reading.translate(_TO_KATAKANA)
