"""Phrases: where words stand one behind the other, by true positions.

A phrase is read in its shortest units, and so is every text: a compound is found by its parts and
parts by their compound. What the phrase drops, such as a particle, keeps its place: as many units
lie between in the text. Blanks of the phrase need not be in the text, for Japanese has none.

With a slop words may also stand in another order, as in Lucene: a word's shift is how far it is
from where the phrase has it, and no two shifts may differ by more. Neighbours swapped differ by 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, combinations

import numpy as np
from numpy.typing import NDArray

from kotogura.analysis.analyzer import Analyzer
from kotogura.analysis.latin import SIGNED
from kotogura.index.postings import TermPostings
from kotogura.index.reader import GenerationReader
from kotogura.index.streams import stream_field
from kotogura.search.counts import PLACE_SHIFT, places_in, union
from kotogura.search.query_words import Alternative, QueryWord, query_words

Numbers = NDArray[np.int64]

_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class PhraseWord:
    """A word of a phrase.

    Attributes:
        alternatives: the ways it may stand in the index.
        width: how many units it takes.
        gap: how many units lie between the word before it and this one.
        blanks: how many of them are blanks.
    """

    alternatives: tuple[Alternative, ...]
    width: int
    gap: int
    blanks: int


@dataclass(frozen=True, slots=True, eq=False)
class PhrasePlaces:
    """Where a phrase stands in one field: from unit `firsts` to `lasts`, both included.

    Attributes:
        documents: int64 [n], never falling.
        firsts: int64 [n].
        lasts: int64 [n].
    """

    documents: Numbers
    firsts: Numbers
    lasts: Numbers

    def counts(self) -> tuple[Numbers, NDArray[np.uint32]]:
        """Return the documents, ascending, and how often the phrase stands in each."""
        documents, counts = np.unique(self.documents, return_counts=True)
        return documents, counts.astype(np.uint32)


def read_phrase(
    text: str, analyzer: Analyzer, index_fingerprint: str = ""
) -> tuple[PhraseWord, ...]:
    """Return the words of a phrase in their shortest units; none if all of it is dropped.

    Raises:
        AnalyzerMismatch, UnanalyzableText: as `query_words` does.
    """
    words = query_words(text, analyzer, index_fingerprint)
    analyzed = analyzer.analyze(text) if words else None
    found: list[PhraseWord] = []
    behind = 0
    for position in sorted({word.position for word in words}):
        there = [word for word in words if word.position == position and _is_literal(word)]
        if not there or position < behind:
            continue
        word = min(there, key=lambda one: (not _is_signed(one), one.width))
        gap = position - behind if found else 0
        blanks = 0
        if analyzed is not None and gap:
            units = zip(
                analyzed.unit_starts[behind:position],
                analyzed.unit_ends[behind:position],
                strict=True,
            )
            blanks = sum(text[start:end].isspace() for start, end in units)
        literal = tuple(one for one in word.alternatives if one.stream != "reading")
        found.append(PhraseWord(literal, word.width, gap, blanks))
        behind = position + word.width
    return tuple(found)


def find_phrase(
    words: Sequence[PhraseWord],
    field: str,
    reader: GenerationReader,
    slop: int = 0,
    within: Sequence[int] | None = None,
) -> PhrasePlaces:
    """Return where `words`, one at least, stand in `field`; each place has its latest beginning.

    Without a slop they stand in their order. So do words that have a term in common.

    Args:
        words: of the phrase.
        field: title or body.
        reader: the generation.
        slop: how many units more than in the phrase may lie between the first word and the last,
            or how far shifts may differ; in a phrase of Latin words, blanks don't count.
        within: numbers of the documents to look at; None looks at all.
    """
    postings = reader.postings(
        [term for word in words for one in word.alternatives for term in one.terms]
    )
    having = [_documents(word, field, postings) for word in words]
    if within is not None:
        having.append(np.unique(np.array(within, dtype=np.int64)))
    documents = reduce(_intersected, having)
    places = [_places(word, field, documents, reader) for word in words]
    firsts, ends = places[0]
    allowed = slop * (2 if any(word.blanks for word in words) and _is_latin(words) else 1)
    for word, (next_starts, next_ends) in zip(words[1:], places[1:], strict=True):
        if slop:
            chained = _at_most(ends, firsts, next_starts - (word.gap - word.blanks))
        else:
            gaps = {word.gap, word.gap - word.blanks}
            chained = np.max([_exactly(ends, firsts, next_starts - gap) for gap in gaps], axis=0)
        there = chained != _NOWHERE
        ends, firsts = next_ends[there], chained[there]
    if slop:
        near = ends - firsts <= allowed + sum(word.width + word.gap for word in words)
        more_firsts, more_ends = _near(words, places, slop)
        firsts = np.concatenate([firsts[near], more_firsts])
        ends = np.concatenate([ends[near], more_ends])
    order = np.lexsort((firsts, ends))
    firsts, ends = firsts[order], ends[order]
    if slop:
        latest = np.append(ends[1:] != ends[:-1], True)[: len(ends)]
        firsts, ends = firsts[latest], ends[latest]
    unit = (1 << PLACE_SHIFT) - 1
    return PhrasePlaces(firsts >> PLACE_SHIFT, firsts & unit, (ends - 1) & unit)


def _near(
    words: Sequence[PhraseWord],
    places: Sequence[tuple[Numbers, Numbers]],
    slop: int,
) -> tuple[Numbers, Numbers]:
    """Return where words stand in any order, their shifts within `slop`: firsts and ends.

    Each place of each word is tried as the one of the least shift, with the next of every other.
    Texts have blanks between Latin words, and then each counts with the word before it.
    """
    terms = [{term for one in word.alternatives for term in one.terms} for word in words]
    if any(one & other for one, other in combinations(terms, 2)):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    has_blanks = _is_latin(words) and all(term.isascii() for some in terms for term in some)
    allowed = slop * (2 if has_blanks and len(words) > 1 else 1)
    widths = [word.gap - (0 if has_blanks else word.blanks) + word.width for word in words]
    offsets = [end - word.width for end, word in zip(accumulate(widths), words, strict=True)]
    shifted = []
    for (starts, ends), offset in zip(places, offsets, strict=True):
        order = np.argsort(starts, kind="stable")
        # All by the same more, so that none falls into the document before.
        shifted.append((starts[order] + (offsets[-1] - offset), starts[order], ends[order]))
    firsts, lasts = [], []
    for least, _, _ in shifted:
        there = np.ones(len(least), dtype=np.bool_)
        starts = np.zeros((len(words), len(least)), dtype=np.int64)
        ends = np.zeros_like(starts)
        for row, (shifts, own_starts, own_ends) in enumerate(shifted):
            if not len(shifts):
                return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
            at = np.minimum(np.searchsorted(shifts, least), len(shifts) - 1)
            found = shifts[at]
            there &= (found >= least) & (found - least <= allowed)
            there &= found >> PLACE_SHIFT == least >> PLACE_SHIFT
            starts[row], ends[row] = own_starts[at], own_ends[at]
        starts, ends = np.sort(starts[:, there], axis=0), np.sort(ends[:, there], axis=0)
        apart = (ends[:-1] <= starts[1:]).all(axis=0)
        firsts.append(starts[0][apart])
        lasts.append(ends[-1][apart])
    return np.concatenate(firsts), np.concatenate(lasts)


def _is_signed(word: QueryWord) -> bool:
    """Return whether it is a Latin word that signs belong to, as in C++; its parts are others."""
    return word.instead and SIGNED.fullmatch(word.alternatives[0].terms[0]) is not None


def _is_literal(word: QueryWord) -> bool:
    """Return whether it is written so, and not only another word of the same sound."""
    first = word.alternatives[0]
    return first.stream != "reading" and (not word.instead or _is_signed(word))


def _is_latin(words: Sequence[PhraseWord]) -> bool:
    return all(word.blanks for word in words[1:])


def _documents(
    word: PhraseWord, field: str, postings: dict[tuple[str, str], TermPostings]
) -> Numbers:
    parts = [np.zeros(0, dtype=np.int64)]
    for one in word.alternatives:
        of_terms = [postings.get((stream_field(field, one.stream), term)) for term in one.terms]
        some = [part.documents for part in of_terms if part is not None]
        if len(some) == len(of_terms):
            parts.append(reduce(_intersected, some))
    return union(parts)


def _intersected(one: Numbers, other: Numbers) -> Numbers:
    both: Numbers = np.intersect1d(one, other, assume_unique=True)
    return both


def _places(
    word: PhraseWord, field: str, documents: Numbers, reader: GenerationReader
) -> tuple[Numbers, Numbers]:
    """Return where a word begins and ends, end exclusive, as places, by its beginning."""
    starts, ends = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for one in word.alternatives:
        name = stream_field(field, one.stream)
        each = [
            places_in(*reader.places.positions(name, term, documents)) - place
            for place, term in enumerate(one.terms)
        ]
        begin = reduce(np.intersect1d, each)
        width = word.width
        if one.stream == "gram":
            width = len(one.terms) - 1 + len(one.terms[-1])
        starts.append(begin)
        ends.append(begin + width)
    return _distinct(np.concatenate(starts), np.concatenate(ends))


def _distinct(starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """Return different places by start, then by end; np.unique takes tens of times as long."""
    order = np.lexsort((ends, starts))
    starts, ends = starts[order], ends[order]
    fresh = np.ones(len(starts), dtype=np.bool_)
    fresh[1:] = (starts[1:] != starts[:-1]) | (ends[1:] != ends[:-1])
    return starts[fresh], ends[fresh]


def _exactly(ends: Numbers, firsts: Numbers, wanted: Numbers) -> Numbers:
    """Return for each of `wanted` where the phrase that ends right there begins, the latest."""
    order = np.lexsort((firsts, ends))
    ends, firsts = ends[order], firsts[order]
    at = np.searchsorted(ends, wanted, side="right") - 1
    there = at >= 0
    there[there] = ends[at[there]] == wanted[there]
    found = np.full(len(wanted), _NOWHERE, dtype=np.int64)
    found[there] = firsts[at[there]]
    return found


def _at_most(ends: Numbers, firsts: Numbers, wanted: Numbers) -> Numbers:
    """Return for each of `wanted` where the phrase begins that ends there or before, the latest."""
    order = np.argsort(ends, kind="stable")
    ends, latest = ends[order], np.maximum.accumulate(firsts[order])
    at = np.searchsorted(ends, wanted, side="right") - 1
    there = at >= 0
    there[there] = latest[at[there]] >> PLACE_SHIFT == wanted[there] >> PLACE_SHIFT
    found = np.full(len(wanted), _NOWHERE, dtype=np.int64)
    found[there] = latest[at[there]]
    return found
