"""The analyzer: text to terms with positions and offsets, the same for index and query."""

import hashlib
import importlib.metadata
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Protocol

from sudachipy import Tokenizer

from kotogura.analysis.joined import divided_pairs, joined_numbers, legal_forms, standing_kana
from kotogura.analysis.kanji import fold_kanji
from kotogura.analysis.katakana import fold_voiced
from kotogura.analysis.latin import joined_words
from kotogura.analysis.morphemes import morphemes
from kotogura.analysis.normalization import normalize
from kotogura.analysis.vocabulary import JOINED_WORD, UNKNOWN_WORD, Vocabulary

_REVISION = 3
"""Raise it with every change of this room that changes any term, position or offset."""


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
class TermStream:
    """Terms beside a text's words, in columns, ordered by position.

    Attributes:
        terms: one for each place.
        positions: the unit where each begins.
        widths: how many units each takes.
    """

    terms: Sequence[str] = ()
    positions: Sequence[int] = ()
    widths: Sequence[int] = ()


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
        length: words that have a term; compounds and characters of a word don't count twice.
        readings: hiragana of the words that are written otherwise.
        grams: characters and pairs of neighbours of words that no dictionary has.
    """

    terms: Sequence[str]
    positions: Sequence[int]
    widths: Sequence[int]
    unit_starts: Sequence[int]
    unit_ends: Sequence[int]
    length: int
    readings: TermStream = field(default_factory=TermStream)
    grams: TermStream = field(default_factory=TermStream)

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

    Kanji are folded to today's forms first. Particles, auxiliaries, symbols and blanks are dropped;
    single kanji, numbers and Latin words never are. A Latin word that the dictionary writes in
    katakana keeps its own form as well. A Japanese word that is in no dictionary has a unit for
    each character, so that what stands within it has a place.
    Not safe for concurrent use: one analyzer for each thread.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        dictionary: str | None = None,
        system: Tokenizer | None = None,
    ) -> None:
        """Wire the parts.

        Args:
            tokenizer: cuts texts.
            dictionary: the digest of the user dictionary that `tokenizer` has; None if it has none.
            system: cuts the words of that dictionary into what the system's own says they hold.
        """
        self.tokenizer = tokenizer
        self._fingerprint = fingerprint(dictionary)
        self._vocabulary = Vocabulary(tokenizer, system)

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
        folded = fold_kanji(normalized.text)
        words, readings, grams = _Columns(), _Columns(), _Columns()
        terms, positions, widths = words.terms, words.positions, words.widths
        starts, ends = array("I"), array("I")
        shreds: list[int] = []
        is_cut = False
        length = 0
        known = self._vocabulary.known
        for offset, morpheme in morphemes(folded, self.tokenizer):
            surface = morpheme.surface()
            word_id = morpheme.word_id()
            is_known = word_id < UNKNOWN_WORD and word_id != JOINED_WORD
            form = "" if is_known else morpheme.normalized_form()
            key = (word_id, surface, form)
            word = known(key) or self._vocabulary.learn(key, morpheme)
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
            if word.readings:
                readings.add(word.readings, position)
            if word.is_suffix and is_cut and ends[-2] == begin == starts[-2] + 1:
                grams.add(((folded[begin - 1 : begin + 1], -1, 2),), position)
            if word.grams:
                grams.add(word.grams, position)
            if word.is_shred:
                shreds.append(position)
            is_cut = word.units is not None
            length += word.length
        words.insert(joined_words(folded, starts, ends))
        words.insert(joined_numbers(folded, starts, ends))
        words.insert(legal_forms(folded, starts, ends))
        grams.insert(divided_pairs(folded, starts, ends))
        if len(shreds) > 1:
            standing = standing_kana(folded, shreds, starts, ends)
            readings.insert(standing)
            words.insert(self._modern(standing))
        if normalized.runs:
            for unit, span in enumerate(zip(starts, ends, strict=True)):
                starts[unit], ends[unit] = normalized.original_span(*span)
        return AnalyzedText(
            terms=words.terms,
            positions=words.positions,
            widths=words.widths,
            unit_starts=starts,
            unit_ends=ends,
            length=length,
            readings=readings.stream(),
            grams=grams.stream(),
        )

    def _modern(self, standing: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
        """Return the words in hiragana that are written ず and じ today for づ and ぢ."""
        found = []
        for text, position, width in standing:
            modern = fold_voiced(text)
            word = self._vocabulary.alone(modern) if modern != text else None
            if word is not None:
                found.append((word.normalized_form().casefold(), position, width))
        return found


class _Columns:
    """A stream while it is gathered; a number takes four bytes or one, as a long text asks for."""

    __slots__ = ("positions", "terms", "widths")

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.positions, self.widths = array("I"), array("B")

    def add(self, tokens: Sequence[tuple[str, int, int]], position: int) -> None:
        """Append (term, unit, width) of a word that begins at `position`."""
        for term, unit, width in tokens:
            self.terms.append(term)
            self.positions.append(position + unit)
            self.widths.append(width)

    def insert(self, tokens: Sequence[tuple[str, int, int]]) -> None:
        """Put (term, position, width) before what stands at the same position.

        All of them in one pass: one by one, each would move all that stands behind it.
        """
        ordered = sorted(tokens, key=itemgetter(1))
        rows = [bisect_left(self.positions, position) for _, position, _ in ordered]
        terms: list[str] = []
        positions, widths = array("I"), array("B")
        done = 0
        for row, (term, position, width) in zip(rows, ordered, strict=True):
            terms += self.terms[done:row]
            positions += self.positions[done:row]
            widths += self.widths[done:row]
            terms.append(term)
            positions.append(position)
            widths.append(width)
            done = row
        self.terms[:done] = terms
        self.positions[:done] = positions
        self.widths[:done] = widths

    def stream(self) -> TermStream:
        """Return what was gathered."""
        return TermStream(self.terms, self.positions, self.widths)


def fingerprint(dictionary: str | None = None) -> str:
    """Return 16 hexadecimal digits over all that decides terms: code, versions, Unicode data.

    `dictionary` is the digest of the user dictionary, if there is one.

    >>> len(fingerprint()), fingerprint() == fingerprint("9f86d0")
    (16, False)
    """
    facts = [
        f"revision={_REVISION}",
        f"sudachipy={importlib.metadata.version('sudachipy')}",
        f"sudachidict-core={importlib.metadata.version('sudachidict-core')}",
        f"unicode={unicodedata.unidata_version}",
    ]
    if dictionary is not None:
        facts.append(f"dictionary={dictionary}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]
