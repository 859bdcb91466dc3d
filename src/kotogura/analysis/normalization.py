"""Unicode normalisation that remembers where each character came from."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

# Surrogates, controls but tab and line feed, soft hyphens, zero-width and bidi marks, BOMs.
_DROPPED = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
# Characters that may join the one before them: half-width sound marks, and combining ones.
_JOINING = frozenset("\uff9e\uff9f\u3099\u309a")
_LINE = re.compile(r"[^\n]*\n?")


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
        """Return the span of the original that `text[start:end]` came from (end exclusive)."""
        if not self.runs or start >= end:
            return start, end
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
    if unicodedata.is_normalized("NFKC", text) and _DROPPED.search(text) is None:
        return NormalizedText(text)
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
        if unicodedata.is_normalized("NFKC", line) and _DROPPED.search(line) is None:
            emit(line, position, position + len(line), True)
        else:
            for start, end in _clusters(line):
                cluster = _DROPPED.sub("", line[start:end])
                changed = unicodedata.normalize("NFKC", cluster)
                even = changed == line[start:end]
                emit(changed, position + start, position + end, even)
        position += len(line)
    return NormalizedText("".join(pieces), tuple(runs), tuple(origins))


def _clusters(line: str) -> list[tuple[int, int]]:
    """Return spans that NFKC never composes across: a character and all that may join it."""
    starts = [
        index
        for index, character in enumerate(line)
        if index == 0
        or not (
            character in _JOINING
            or unicodedata.combining(character)
            or "\u1160" <= character <= "\u11ff"
            or _DROPPED.match(character)
        )
    ]
    return list(zip(starts, [*starts[1:], len(line)], strict=True))
