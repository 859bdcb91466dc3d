"""Words of Latin letters whose signs belong to them: C++, C#, Node.js, apt-get."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence

_JOINED = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9._&'+-]*[A-Za-z])[A-Za-z0-9]+(?:[-.&'+][A-Za-z0-9]+)*(?:\+\+|#)?"
    r"(?![A-Za-z0-9])"
)
_SIGN = re.compile(r"[A-Za-z0-9][-.&'+#]")
_LONGEST = 64
_SIGNS = re.compile(r"[-.&'+]")
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Those that Unicode doesn't take apart into a letter and its mark."""
SIGNED = re.compile(r"[a-z0-9].*[+#]")
"""A term whose last sign tells it from its letters: C++ is not C."""


def joined_words(
    text: str, starts: Sequence[int], ends: Sequence[int]
) -> list[tuple[str, int, int]]:
    """Return (term, position, width) of the words of several units that signs join.

    Node.js is nodejs as well; C++, whose last sign tells it from its letters, is not C.

    Args:
        text: normalised.
        starts: of its units, ascending.
        ends: of its units.
    """
    if _SIGN.search(text) is None:
        return []
    found = []
    for match in _JOINED.finditer(text):
        start, end = match.span()
        if end - start > _LONGEST:
            continue
        first, last = bisect_left(starts, start), bisect_left(ends, end)
        if first < last < len(ends) and starts[first] == start and ends[last] == end:
            term = match[0].casefold()
            found.append((term, first, last - first + 1))
            letters = _SIGNS.sub("", term)
            if letters != term and SIGNED.fullmatch(term) is None:
                found.append((letters, first, last - first + 1))
    return found


def without_accents(term: str) -> str:
    """Return a term in Latin letters without the marks on them; others stay.

    >>> without_accents("café"), without_accents("smørrebrød"), without_accents("が")
    ('cafe', 'smorrebrod', 'が')
    """
    if _ACCENTED.search(term) is None:
        return term
    letters = unicodedata.normalize("NFD", term.translate(_LETTERS))
    return unicodedata.normalize(
        "NFC", "".join(one for one in letters if unicodedata.category(one) != "Mn")
    )
