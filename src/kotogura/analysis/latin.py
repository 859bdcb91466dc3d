"""Words of Latin letters whose signs belong to them: C++, C#, Node.js, apt-get."""

import re
from bisect import bisect_left
from collections.abc import Sequence

_JOINED = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9._&'+-]*[A-Za-z])[A-Za-z0-9]+(?:[-.&'+][A-Za-z0-9]+)*(?:\+\+|#)?"
    r"(?![A-Za-z0-9])"
)
_SIGN = re.compile(r"[A-Za-z0-9][-.&'+#]")
_LONGEST = 64
SIGNED = re.compile(r"[a-z0-9].*[+#]")
"""A term whose last sign tells it from its letters: C++ is not C."""


def joined_words(
    text: str, starts: Sequence[int], ends: Sequence[int]
) -> list[tuple[str, int, int]]:
    """Return (term, position, width) of the words of several units that signs join.

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
            found.append((match[0].casefold(), first, last - first + 1))
    return found
