"""Marks: what to highlight of a query in the documents that it finds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kotogura.index.places import Span
from kotogura.index.reader import GenerationReader
from kotogura.search.phrases import PhraseWord, find_phrase
from kotogura.search.query_words import QueryWord
from kotogura.search.resolution import places_of


@dataclass(frozen=True, slots=True)
class MarkedWords:
    """Words to highlight, resolved, in `fields`."""

    words: tuple[QueryWord, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkedPhrase:
    """A phrase to highlight in `fields`, all of it where it stands as it is."""

    words: tuple[PhraseWord, ...]
    slop: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """All that a query highlights."""

    words: tuple[MarkedWords, ...] = ()
    phrases: tuple[MarkedPhrase, ...] = ()

    def places(self, documents: Sequence[int], reader: GenerationReader) -> dict[int, list[Span]]:
        """Return where they stand in `documents`, by document, in order of their start."""
        found: dict[int, list[Span]] = {document: [] for document in documents}
        words: dict[tuple[str, ...], list[QueryWord]] = {}
        for some in self.words:  # together, for a query may have a word in many places
            words.setdefault(some.fields, []).extend(some.words)
        for fields, together in words.items():
            for document, spans in places_of(together, documents, reader).items():
                found[document] += [span for span in spans if span.field in fields]
        for phrase in dict.fromkeys(self.phrases):
            for field in phrase.fields:
                for document, span in _phrase_spans(phrase, field, documents, reader):
                    found[document].append(span)
        for spans in found.values():
            spans.sort(key=lambda span: (span.start, -span.end))
        return found


def _phrase_spans(
    phrase: MarkedPhrase, field: str, documents: Sequence[int], reader: GenerationReader
) -> list[tuple[int, Span]]:
    places = find_phrase(phrase.words, field, reader, phrase.slop, documents)
    ranges = list(
        zip(places.documents.tolist(), places.firsts.tolist(), places.lasts.tolist(), strict=True)
    )
    text = " ".join(word.alternatives[0].terms[0] for word in phrase.words)
    spans = reader.places.unit_spans(field, ranges)
    return [(document, replace(span, term=text)) for (document, _, _), span in spans.items()]
