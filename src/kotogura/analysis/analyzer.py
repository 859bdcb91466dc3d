"""The analyzer: text to terms with positions and offsets, the same for index and query."""

import hashlib
import importlib.metadata
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from sudachipy import Morpheme, SplitMode, Tokenizer

from kotogura.analysis.morphemes import morphemes
from kotogura.analysis.normalization import normalize

_REVISION = 1
"""Raise it with every change of this room that changes any term, position or offset."""

_DROPPED_CLASSES = {"助詞", "助動詞", "補助記号", "空白"}
_LATIN = re.compile(r"[A-Za-z0-9]+")
_MEANINGFUL = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Token:
    """One term where it stands.

    Attributes:
        term: the normalised form, case-folded; never empty.
        position: the place in a count of the text's shortest units; gaps where words are dropped.
        start: where it begins in the original text, in code points.
        end: where it ends, exclusive.
    """

    term: str
    position: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnalyzedText:
    """A text's tokens by position, and its `length` in units: compounds don't count twice."""

    tokens: tuple[Token, ...]
    length: int


class Analyzer(Protocol):
    """Turns text into terms. Index and query must have equal fingerprints."""

    @property
    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that change whenever any term could."""

    def analyze(self, text: str) -> AnalyzedText:
        """Return the tokens of `text`. Raises UnanalyzableText."""


class SudachiAnalyzer:
    """Terms of Sudachi's split mode C, and of the mode-A parts of its compounds.

    Particles, auxiliaries, symbols and blanks are dropped; single kanji, numbers and Latin words
    never are. A Latin word that the dictionary writes in katakana keeps its own form as well.
    Not safe for concurrent use: one analyzer for each thread.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._kept: dict[int, bool] = {}

    @property
    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that change whenever any term could."""
        return fingerprint()

    def analyze(self, text: str) -> AnalyzedText:
        """Return the tokens of `text`, with offsets into `text` as it was given.

        Raises:
            UnanalyzableText: when Sudachi refuses a single character.
        """
        normalized = normalize(text)
        tokens: list[Token] = []
        position = 0
        length = 0
        for offset, morpheme in morphemes(normalized.text, self._tokenizer):
            parts = morpheme.split(SplitMode.A, add_single=False)
            if not self._keeps(morpheme):
                position += max(1, len(parts))
                continue
            for term in _terms(morpheme):
                span = normalized.original_span(offset + morpheme.begin(), offset + morpheme.end())
                tokens.append(Token(term, position, *span))
            for part in parts:
                if self._keeps(part):
                    span = normalized.original_span(offset + part.begin(), offset + part.end())
                    tokens.extend(Token(term, position, *span) for term in _terms(part))
                    length += 1
                position += 1
            if not parts:
                position += 1
                length += 1
        return AnalyzedText(tuple(tokens), length)

    def _keeps(self, morpheme: Morpheme) -> bool:
        """Return whether the word class is indexed; symbols are when they hold a letter."""
        class_id = morpheme.part_of_speech_id()
        kept = self._kept.get(class_id)
        if kept is None:
            kept = self._kept[class_id] = morpheme.part_of_speech()[0] not in _DROPPED_CLASSES
        return kept or (
            morpheme.part_of_speech()[0] == "補助記号"
            and _MEANINGFUL.search(morpheme.normalized_form()) is not None
        )


def fingerprint() -> str:
    """Return 16 hexadecimal digits over all that decides terms: code, versions, Unicode data.

    >>> len(fingerprint())
    16
    """
    facts = [
        f"revision={_REVISION}",
        f"sudachipy={importlib.metadata.version('sudachipy')}",
        f"sudachidict-core={importlib.metadata.version('sudachidict-core')}",
        f"unicode={unicodedata.unidata_version}",
    ]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _terms(morpheme: Morpheme) -> Iterator[str]:
    """Yield the morpheme's normalised form, and a Latin surface that differs from it."""
    term = morpheme.normalized_form().casefold()
    if term.strip():
        yield term
    surface = morpheme.surface().casefold()
    if surface != term and _LATIN.fullmatch(surface):
        yield surface
