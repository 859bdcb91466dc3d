"""A query's words as one generation knows them."""

from collections.abc import Sequence

from kotogura.analysis.analyzer import Analyzer
from kotogura.index.manifest import FIELDS
from kotogura.index.places import Span
from kotogura.index.reader import GenerationReader
from kotogura.index.streams import stream_field
from kotogura.search.query_words import Alternatives, QueryWord, query_words
from kotogura.search.synonyms import NO_SYNONYMS, Synonyms

_ENTRY_BYTES = 400


def words_of(
    text: str,
    analyzer: Analyzer,
    reader: GenerationReader,
    synonyms: Synonyms = NO_SYNONYMS,
) -> tuple[QueryWord, ...]:
    """Return the words of `text`, with the alternatives that the reader's generation has.

    Those of `synonyms` are among them.

    Raises:
        AnalyzerMismatch, UnanalyzableText: as `query_words` does.
    """
    words = query_words(text, analyzer, reader.manifest.analyzer)
    return resolved(synonyms.expand(words), reader)


def resolved(words: Sequence[QueryWord], reader: GenerationReader) -> tuple[QueryWord, ...]:
    """Return `words` with the alternatives that a generation has; without any, with its first.

    Of a word that stands instead of its parts and those, one or the others stay.
    """
    known = _known(words, reader)
    found: list[QueryWord] = []
    covered = 0
    for word in words:
        alternatives = known[word.alternatives]
        if word.position + word.width <= covered:
            continue
        if not alternatives and (word.instead or word.extra):
            continue
        if word.instead:
            covered = word.position + word.width
        alternatives = alternatives or word.alternatives[:1]
        if alternatives != word.alternatives:
            word = word._replace(alternatives=alternatives)  # noqa: PLW2901 — the same, resolved
        found.append(word)
    return tuple(found)


def places_of(
    words: Sequence[QueryWord], documents: Sequence[int], reader: GenerationReader
) -> dict[int, list[Span]]:
    """Return where resolved `words` stand in `documents`, by document, in order of their start."""
    streams: dict[str, list[str]] = {}
    for word in words:
        for one in word.alternatives:
            streams.setdefault(one.stream, []).extend(one.terms)
    found = reader.places.spans(list(dict.fromkeys(streams.get("word", ()))), documents)
    for stream in ("reading", "gram"):
        if stream in streams:
            more = reader.places.spans(list(dict.fromkeys(streams[stream])), documents, stream)
            for document, spans in more.items():
                found[document] += spans
    for spans in found.values():
        spans.sort(key=lambda span: (span.start, -span.end))
    return found


def _known(
    words: Sequence[QueryWord], reader: GenerationReader
) -> dict[Alternatives, Alternatives]:
    """Return which alternatives of each word the generation has."""
    known: dict[Alternatives, Alternatives] = {}
    absent: list[Alternatives] = []
    base, get = reader.key("alternatives"), reader.cache.get
    for word in words:
        alternatives = word.alternatives
        kept = get((*base, alternatives))
        if kept is None:
            absent.append(alternatives)
        else:
            known[alternatives] = kept
    if not absent:
        return known
    terms = [term for some in absent for one in some for term in one.terms]
    postings = reader.postings(terms)
    for some in absent:
        known[some] = tuple(
            one
            for one in some
            if any(
                all((stream_field(name, one.stream), term) in postings for term in one.terms)
                for name in FIELDS
            )
        )
        reader.cache.put((*base, some), known[some], _ENTRY_BYTES * len(some))
    return known
