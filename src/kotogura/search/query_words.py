"""What a piece of a query asks for: its words, and the ways each may stand in the index."""

from dataclasses import dataclass
from typing import Literal

from kotogura.analysis.analyzer import Analyzer
from kotogura.errors import AnalyzerMismatch

Stream = Literal["word", "reading", "gram"]
"""Fields of the index end in it: `body` has words, `body.reading` and `body.gram` the others."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way in which a word may stand in the index.

    Attributes:
        stream: where its terms are to be looked for.
        terms: they stand at consecutive positions, all of them; nearly always there is one.
    """

    stream: Stream
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a query. It stands where any of its alternatives does, and counts once.

    Attributes:
        alternatives: at least one; the first is the word as the analyzer gives it.
        start: where it begins in the query's text, in code points.
        end: where it ends, exclusive.
        position: the unit of the query's text at which it begins; dropped words are units too.
        width: how many units it takes. A compound is followed by its parts, which lie within.
    """

    alternatives: tuple[Alternative, ...]
    start: int
    end: int
    position: int
    width: int


def query_words(
    text: str, analyzer: Analyzer, index_fingerprint: str = ""
) -> tuple[QueryWord, ...]:
    """Return the words of `text`, ordered by position, a compound before its parts.

    Words that are one place of the text, such as commit and コミット, are alternatives of one.
    Nothing is left out: a word that the text has twice is there twice.

    Raises:
        AnalyzerMismatch: when the index was made by another analyzer than this one.
        UnanalyzableText: when the analyzer refuses the text.
    """
    if index_fingerprint and analyzer.fingerprint != index_fingerprint:
        raise AnalyzerMismatch("the index was made by another analyzer; run reindex")
    analyzed = analyzer.analyze(text)
    places: dict[tuple[int, int], list[str]] = {}
    for term, position, width in zip(
        analyzed.terms, analyzed.positions, analyzed.widths, strict=True
    ):
        places.setdefault((position, width), []).append(term)
    return tuple(
        QueryWord(
            alternatives=tuple(Alternative("word", (term,)) for term in terms),
            start=analyzed.unit_starts[position],
            end=analyzed.unit_ends[position + width - 1],
            position=position,
            width=width,
        )
        for (position, width), terms in places.items()
    )
