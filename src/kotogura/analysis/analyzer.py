"""The analyzer: text to terms with positions and offsets, the same for index and query."""

import hashlib
import importlib.metadata
import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol

from sudachipy import Morpheme, SplitMode, Tokenizer

from kotogura.analysis.morphemes import morphemes
from kotogura.analysis.normalization import normalize

_REVISION = 1
"""Raise it with every change of this room that changes any term, position or offset."""

_SYMBOLS = "補助記号"
_DROPPED_CLASSES = {"助詞", "助動詞", "空白", _SYMBOLS}
_LATIN = re.compile(r"[A-Za-z0-9]+")
_KANJI = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_MEANINGFUL = re.compile(r"[^\W_]")


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
        self._word_classes: dict[int, str] = {}

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
            terms = self._terms(morpheme)
            span = normalized.original_span(offset + morpheme.begin(), offset + morpheme.end())
            tokens.extend(Token(term, position, *span) for term in terms)
            if not terms or not parts:
                position += max(1, len(parts))
                length += bool(terms)
                continue
            for part in parts:
                part_terms = self._terms(part)
                span = normalized.original_span(offset + part.begin(), offset + part.end())
                tokens.extend(Token(term, position, *span) for term in part_terms)
                position += 1
                length += bool(part_terms)
        return AnalyzedText(tuple(tokens), length)

    def _terms(self, morpheme: Morpheme) -> list[str]:
        """Return the terms of one morpheme; none if it is dropped.

        They are its normalised form, and a Latin surface that differs from it. A symbol has them
        when it holds a letter; a particle in one kanji, such as 程, is that kanji.
        """
        surface = morpheme.surface().casefold()
        term = morpheme.normalized_form().casefold()
        word_class = self._word_class(morpheme)
        if word_class in _DROPPED_CLASSES and not (
            word_class == _SYMBOLS and _MEANINGFUL.search(term)
        ):
            return [surface] if _KANJI.fullmatch(surface) else []
        if surface != term and _LATIN.fullmatch(surface):
            return [term, surface]
        return [term] if term.strip() else []

    def _word_class(self, morpheme: Morpheme) -> str:
        """Return the first part of speech; asking Sudachi for all six is slow."""
        class_id = morpheme.part_of_speech_id()
        found = self._word_classes.get(class_id)
        if found is None:
            found = self._word_classes[class_id] = morpheme.part_of_speech()[0]
        return found


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
