"""Words that stand in several units of a text, one beside the other, and are looked for as one."""

import re
from bisect import bisect_left
from collections.abc import Sequence

_NUMBER = re.compile(
    r"(?<![A-Za-z0-9.,(-])\(?[0-9]{2,5}(?:[-‐–−]|\)-?|\()[0-9]{1,5}(?:[-‐–−)][0-9]{1,5}){0,3}(?![A-Za-z0-9.,-])"
)
_NO_DIGIT = re.compile("[^0-9]+")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 16
_LEGAL_FORM = re.compile(r"\(([株有])\)")
_LEGAL_FORMS = {"株": "株式会社", "有": "有限会社"}
_DIVIDED = re.compile("(?<=[\u3400-\u4dbf\u4e00-\u9fff])\n(?=[\u3400-\u4dbf\u4e00-\u9fff])")
_SHORTEST_KANA, _LONGEST_KANA = 3, 12
Places = list[tuple[str, int, int]]
"""Of each: term, position, width in units."""


def joined_numbers(text: str, starts: Sequence[int], ends: Sequence[int]) -> Places:
    """Return the digits of numbers that signs divide, such as those of telephones, as one term.

    Args:
        text: normalised.
        starts: of its units, ascending.
        ends: of its units.
    """
    found = []
    for match in _NUMBER.finditer(text):
        digits = _NO_DIGIT.sub("", match[0])
        if _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
            found += _placed(digits, match.start(), match.end(), starts, ends)
    return found


def legal_forms(text: str, starts: Sequence[int], ends: Sequence[int]) -> Places:
    """Return the legal forms of companies that signs stand for, such as ㈱ for 株式会社."""
    found = []
    if "(株)" in text or "(有)" in text:
        for match in _LEGAL_FORM.finditer(text):
            term = _LEGAL_FORMS[match[1]]
            found += _placed(term, match.start(), match.end(), starts, ends)
    return found


def divided_pairs(text: str, starts: Sequence[int], ends: Sequence[int]) -> Places:
    """Return the pairs of kanji, each a unit, that the end of a line divides."""
    found = []
    for match in _DIVIDED.finditer(text) if "\n" in text else ():
        start, end = match.start() - 1, match.end() + 1
        both = _placed(text[start] + text[end - 1], start, end, starts, ends)
        found += [place for place in both if place[2] == 3]
    return found


def standing_kana(
    text: str, shreds: Sequence[int], starts: Sequence[int], ends: Sequence[int]
) -> Places:
    """Return the hiragana that several units make up, which may be one word that was cut.

    Args:
        text: normalised.
        shreds: positions of units in hiragana that are no verb and no particle, ascending.
        starts: of its units, ascending.
        ends: of its units.
    """
    found = []
    first = last = -1
    for position in (*shreds, -1):
        if position == last + 1 and first >= 0 and starts[position] == ends[last]:
            last = position
            continue
        if first < last and _SHORTEST_KANA <= ends[last] - starts[first] <= _LONGEST_KANA:
            found.append((text[starts[first] : ends[last]], first, last - first + 1))
        first = last = position
    return found


def _placed(term: str, start: int, end: int, starts: Sequence[int], ends: Sequence[int]) -> Places:
    """Return `term` where units begin and end with a span of the text; nowhere if they don't."""
    first, last = bisect_left(starts, start), bisect_left(ends, end)
    if first <= last < len(ends) and starts[first] == start and ends[last] == end:
        return [(term, first, last - first + 1)]
    return []
