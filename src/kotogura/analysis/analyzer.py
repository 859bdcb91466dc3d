"""The analyzer: text to terms with positions and offsets, the same for index and query."""

import hashlib
import importlib.metadata
import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sudachipy import Morpheme, SplitMode, Tokenizer

from kotogura.analysis.morphemes import morphemes
from kotogura.analysis.normalization import normalize

_REVISION = 1
"""Raise it with every change of this room that changes any term, position or offset."""

_KNOWN_WORD_COUNT = 65_536
_UNKNOWN_WORD = 0xF000_0000
"""From here on, a word id tells how Sudachi made up a word that is in no dictionary."""
_Key = tuple[int, str, str]
"""Word id, surface, and for unknown words the normalised form: İ may be one letter or two."""
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
    """A text's terms in columns, ordered by position; a compound comes before its parts.

    Attributes:
        terms: one for each token.
        positions: the unit where each begins.
        widths: how many units each takes: 1, or the number of a compound's parts.
        unit_starts: where each unit of the text begins in the original, in code points,
            ascending; dropped words are units too.
        unit_ends: where each ends, exclusive.
        length: units that have a term; compounds don't count twice.
    """

    terms: Sequence[str]
    positions: Sequence[int]
    widths: Sequence[int]
    unit_starts: Sequence[int]
    unit_ends: Sequence[int]
    length: int

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens as records, for whoever prefers them to columns."""
        return tuple(
            Token(term, position, self.unit_starts[position], self.unit_ends[position + width - 1])
            for term, position, width in zip(self.terms, self.positions, self.widths, strict=True)
        )


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
        self._fingerprint = fingerprint()
        self._word_classes: dict[int, str] = {}
        self._words: dict[_Key, _Word] = {}

    @property
    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that change whenever any term could."""
        return self._fingerprint

    def analyze(self, text: str) -> AnalyzedText:
        """Return the tokens of `text`, with offsets into `text` as it was given.

        Raises:
            UnanalyzableText: when Sudachi refuses a single character.
        """
        normalized = normalize(text)
        terms: list[str] = []
        positions: list[int] = []
        widths: list[int] = []
        starts: list[int] = []
        ends: list[int] = []
        length = 0
        known = self._words.get
        for offset, morpheme in morphemes(normalized.text, self._tokenizer):
            surface = morpheme.surface()
            word_id = morpheme.word_id()
            form = morpheme.normalized_form() if word_id >= _UNKNOWN_WORD else ""
            key = (word_id, surface, form)
            word = known(key) or self._learn(key, morpheme)
            position = len(starts)
            begin = offset + morpheme.begin()
            if word.units is None:
                starts.append(begin)
                ends.append(begin + len(surface))
            else:
                for start, end in word.units:
                    starts.append(begin + start)
                    ends.append(begin + end)
            for term, unit, width in word.tokens:
                terms.append(term)
                positions.append(position + unit)
                widths.append(width)
            length += word.length
        if normalized.runs:
            spans = [normalized.original_span(*span) for span in zip(starts, ends, strict=True)]
            starts = [start for start, _ in spans]
            ends = [end for _, end in spans]
        return AnalyzedText(
            terms,
            array("I", positions),
            array("B", widths),
            array("I", starts),
            array("I", ends),
            length,
        )

    def _learn(self, key: _Key, morpheme: Morpheme) -> "_Word":
        """Return what a morpheme is worth, and keep it: its key decides all of it."""
        if len(self._words) >= _KNOWN_WORD_COUNT:
            self._words.clear()
        terms = self._terms(morpheme)
        parts = morpheme.split(SplitMode.A, add_single=False)
        tokens = [(term, 0, max(1, len(parts))) for term in terms]
        length = int(bool(terms))
        if terms and parts:
            part_terms = [self._terms(part) for part in parts]
            tokens += [(term, unit, 1) for unit, own in enumerate(part_terms) for term in own]
            length = sum(map(bool, part_terms))
        begin = morpheme.begin()
        units = [(part.begin() - begin, part.end() - begin) for part in parts]
        if not parts and morpheme.end() - begin != len(morpheme.surface()):
            units = [(0, morpheme.end() - begin)]
        word = self._words[key] = _Word(tuple(units) or None, tuple(tokens), length)
        return word

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


@dataclass(frozen=True, slots=True)
class _Word:
    """What a morpheme is worth wherever it stands.

    Attributes:
        units: (start, end) of its units from where it begins; None if it is one unit as it is.
        tokens: (term, unit, width in units).
        length: units that have a term.
    """

    units: tuple[tuple[int, int], ...] | None
    tokens: tuple[tuple[str, int, int], ...]
    length: int


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
