"""Sudachi's morphemes for text of any length, within Sudachi's own limits."""

import re
from collections.abc import Iterator

from sudachipy import Morpheme, SplitMode, Tokenizer
from sudachipy.errors import SudachiError

from kotogura.errors import UnanalyzableText

# Sudachi refuses input above 49,149 bytes of UTF-8, and above 65,535 after normalising it itself.
PIECE_LIMIT_BYTES = 16_000
_SENTENCE_END = re.compile(r"[。．!?！？\n]+")


def morphemes(text: str, tokenizer: Tokenizer) -> Iterator[tuple[int, Morpheme]]:
    """Yield (offset, morpheme) over `text` in split mode C.

    Add the offset to a morpheme's own begin and end to have its place in `text`.

    Raises:
        UnanalyzableText: when Sudachi refuses even one character. Retrying does not help.
    """
    for start, end in pieces(text):
        yield from _analyse(text[start:end], start, tokenizer)


def pieces(text: str, limit_bytes: int = PIECE_LIMIT_BYTES) -> Iterator[tuple[int, int]]:
    """Yield spans that cover `text`, each within `limit_bytes` of UTF-8, cut at sentence ends.

    A sentence that is longer by itself is cut where the limit falls.

    >>> list(pieces("はい。いいえ。", limit_bytes=12))
    [(0, 3), (3, 7)]
    """
    limit = max(1, limit_bytes // 4)  # no code point takes more than four bytes
    start = 0
    while start < len(text):
        end = min(len(text), start + limit_bytes)
        if len(text[start:end].encode("utf-8")) > limit_bytes:
            end = min(len(text), start + limit)
        if end < len(text):
            ends = [match.end() for match in _SENTENCE_END.finditer(text, start, end)]
            end = ends[-1] if ends else end
        yield start, end
        start = end


def _analyse(piece: str, offset: int, tokenizer: Tokenizer) -> Iterator[tuple[int, Morpheme]]:
    """Tokenize `piece`, halving it as long as Sudachi refuses it."""
    try:
        found = tokenizer.tokenize(piece, SplitMode.C)
    except SudachiError:
        if len(piece) < 2:
            raise UnanalyzableText("the analyzer refuses a character of the text") from None
        middle = len(piece) // 2
        yield from _analyse(piece[:middle], offset, tokenizer)
        yield from _analyse(piece[middle:], offset + middle, tokenizer)
        return
    for morpheme in found:
        yield offset, morpheme
