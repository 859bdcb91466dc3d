"""Unicode normalisation that remembers where each character came from."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

# Surrogates, controls but tab and line feed, soft hyphens, zero-width and bidi marks, BOMs,
# variation selectors (葛󠄀 and 葛 are one character to a reader), tags.
_DROPPED = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_DROPPED_TAIL = re.compile(_DROPPED.pattern + r"+\Z")
# Python orders the marks on one character in quadratic time; no script stacks half as many.
_CLUSTER_LIMIT = 64
_LINE = re.compile(r"[^\n]*\n?")
# What NFKC makes one character of: full-width ASCII and the ideographic space.
_WIDTHS = {0x3000: 0x20, **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}}


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """Text in NFKC without invisible characters, with the way back to the original.

    Attributes:
        text: the normalised text.
        runs: ascending starts, in `text`, of runs of characters; empty when nothing changed.
        origins: for each run, (start, end) in the original and whether it maps one to one.
    """

    text: str
    runs: tuple[int, ...] = ()
    origins: tuple[tuple[int, int, bool], ...] = ()

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that `text[start:end]` came from (end exclusive).

        Nothing, which begins where it ends, comes from where the character after it begins.
        """
        if not self.runs:
            return start, end
        if start >= len(self.text):
            return self.origins[-1][1], self.origins[-1][1]
        if start >= end:
            place, _ = self.original_span(start, start + 1)
            return place, place
        first = bisect_right(self.runs, start) - 1
        last = bisect_right(self.runs, end - 1) - 1
        first_start, _, first_even = self.origins[first]
        last_start, last_end, last_even = self.origins[last]
        return (
            first_start + (start - self.runs[first] if first_even else 0),
            last_start + (end - self.runs[last]) if last_even else last_end,
        )


def normalize(text: str) -> NormalizedText:
    """Return `text` in NFKC, without surrogates, control and zero-width characters.

    >>> normalize("ｶﾞｽ㌕").text
    'ガスキログラム'
    >>> normalize("ｶﾞｽ㌕").original_span(0, 1)
    (0, 2)
    """
    narrow = _one_to_one(text)
    if narrow is not None:
        return NormalizedText(narrow)
    pieces: list[str] = []
    runs: list[int] = []
    origins: list[tuple[int, int, bool]] = []
    length = 0

    def emit(piece: str, start: int, end: int, even: bool) -> None:
        nonlocal length
        if not piece:
            return
        pieces.append(piece)
        runs.append(length)
        origins.append((start, end, even))
        length += len(piece)

    position = 0
    for line in _LINE.findall(text):
        narrow = _one_to_one(line)
        if narrow is not None:
            emit(narrow, position, position + len(line), True)
        else:
            for start, end in _clusters(line):
                cluster = _DROPPED_TAIL.sub("", line[start:end])  # a highlight need not show it
                changed = unicodedata.normalize("NFKC", _DROPPED.sub("", cluster))
                first = position + start
                emit(changed, first, first + len(cluster), changed == cluster)
        position += len(line)
    return NormalizedText("".join(pieces), tuple(runs), tuple(origins))


def _one_to_one(text: str) -> str | None:
    """Return `text` in NFKC if each of its characters becomes one, at the same place; else None."""
    if _DROPPED.search(text) is not None:
        return None
    if unicodedata.is_normalized("NFKC", text):
        return text
    narrow = text.translate(_WIDTHS)
    return narrow if unicodedata.is_normalized("NFKC", narrow) else None


def _clusters(line: str) -> list[tuple[int, int]]:
    """Return spans that NFKC never composes across: a character and all that may join it."""
    starts: list[int] = []
    for index, character in enumerate(line):
        if not starts or not _joins(character) or index - starts[-1] >= _CLUSTER_LIMIT:
            starts.append(index)
    return list(zip(starts, [*starts[1:], len(line)], strict=True))


@lru_cache(maxsize=8192)  # audit: cache-without-tenant - what Unicode says of a character
def _joins(character: str) -> bool:
    """Return whether NFKC may compose `character` with the one before it, or drops it.

    Those are marks, the vowels and finals of Hangul, and what NFKC takes apart into one of them
    first, such as half-width sound marks and the letters of old Korean character sets.
    """
    first = unicodedata.normalize("NFKD", character)[0]
    return (
        unicodedata.category(first).startswith("M")
        or "\u1160" <= first <= "\u11ff"
        or _DROPPED.match(character) is not None
    )
