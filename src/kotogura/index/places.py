"""Where terms stand in documents of one pinned generation: in units, and in code points."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kotogura.index.cache import ENTRY_BYTES, ByteCache
from kotogura.index.postings import Numbers, TermPostings
from kotogura.index.segments import Segments
from kotogura.index.stored import Place
from kotogura.index.streams import Stream, stream_field, text_field

_WHOLE_POSITIONS_COUNT = 16_384
"""Of a term in more documents, the positions are read where they are asked for, and not kept."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a term stands in one field of a document, in code points, end exclusive."""

    field: str
    start: int
    end: int
    term: str = dataclasses.field(default="", compare=False)


class Places:
    """Reads places, and keeps them in the generation's cache. Failures are those of the reader."""

    def __init__(
        self,
        segments: Segments,
        postings: Callable[[Sequence[str]], dict[tuple[str, str], TermPostings]],
        cache: ByteCache,
        key: Callable[..., tuple[str | int, ...]],
    ) -> None:
        """Take the generation's segments, what reads its postings, and where things are kept."""
        self._segments = segments
        self._postings = postings
        self._cache = cache
        self._key = key

    def positions(self, field: str, term: str, documents: Numbers) -> tuple[Numbers, Numbers]:
        """Return where `term` stands in `field` of `documents`: (documents, positions).

        Args:
            field: as the index calls it, a stream's name included.
            term: as the index has it.
            documents: int64, ascending, all different.

        Returns:
            Two int64 [n] arrays, by document, then by position; a document for each position.
        """
        postings = self._postings([term]).get((field, term))
        if postings is None or not len(documents):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        if len(postings.documents) > _WHOLE_POSITIONS_COUNT:
            at = np.searchsorted(documents, postings.documents)
            at[at == len(documents)] = 0
            return self._read_positions(postings.only(documents[at] == postings.documents))
        key = self._key("positions", field, term)
        whole: tuple[Numbers, Numbers] | None = self._cache.get(key)
        if whole is None:
            whole = self._read_positions(postings)
            self._cache.put(key, whole, whole[0].nbytes + whole[1].nbytes + ENTRY_BYTES)
        at = np.searchsorted(documents, whole[0])
        at[at == len(documents)] = 0
        kept = documents[at] == whole[0]
        return whole[0][kept], whole[1][kept]

    def _read_positions(self, postings: TermPostings) -> tuple[Numbers, Numbers]:
        """Read where a term stands: (documents, positions)."""
        parts = [(np.zeros(0, dtype=np.int64),) * 2]
        segments = self._segments.of(postings.documents)
        for segment in np.unique(segments).tolist():
            here = segments == segment
            rows = postings.rows[here].astype(np.int64)
            counts, positions = self._segments[segment].positions(rows)
            parts.append((np.repeat(postings.documents[here], counts), positions))
        return np.concatenate([one for one, _ in parts]), np.concatenate([two for _, two in parts])

    def unit_spans(
        self, field: str, ranges: Sequence[tuple[int, int, int]]
    ) -> dict[tuple[int, int, int], Span]:
        """Return where ranges of units (document, first, last) lie in `field`, in code points.

        Ranges in segments of format 1, which have no units, are absent.
        """
        found: dict[tuple[int, int, int], Span] = {}
        numbers = sorted({document for document, _, _ in ranges})
        for segment, ordinals in self._segments.group(numbers):
            base = self._segments.first(segment)
            units = self._segments[segment].units(set(ordinals.tolist()))
            for document, first, last in ranges:
                if (text := units.get(document - base, {}).get(field)) is not None:
                    start, end = int(text.starts[first]), int(text.ends[last])
                    found[document, first, last] = Span(field, start, end)
        return found

    def spans(
        self, terms: Sequence[str], documents: Sequence[int], stream: Stream = "word"
    ) -> dict[int, list[Span]]:
        """Return where `terms` of one stream stand in `documents`, by document, by their start."""
        found: dict[int, list[Span]] = {document: [] for document in documents}
        absent: list[tuple[int, str]] = []
        for document in found:
            for term in terms:
                kept = self._cache.get(self._key("spans", stream, document, term))
                if kept is None:
                    absent.append((document, term))
                else:
                    found[document] += kept
        for (document, term), spans in self._read_spans(absent, stream).items():
            size = ENTRY_BYTES * (1 + len(spans))
            self._cache.put(self._key("spans", stream, document, term), spans, size)
            found[document] += spans
        for spans in found.values():
            spans.sort(key=lambda span: (span.start, -span.end))
        return found

    def _read_spans(
        self, wanted: Sequence[tuple[int, str]], stream: Stream
    ) -> dict[tuple[int, str], list[Span]]:
        """Read where each term of a stream stands in its document."""
        found: dict[tuple[int, str], list[Span]] = {one: [] for one in wanted}
        documents: dict[str, list[int]] = {}
        for document, term in wanted:
            documents.setdefault(term, []).append(document)
        by_segment: dict[int, list[Place]] = {}
        terms: dict[tuple[int, int], str] = {}
        for (field, term), postings in self._postings(list(documents)).items():
            name = text_field(field)
            if field != stream_field(name, stream):
                continue
            numbers = np.array(documents[term], dtype=np.int64)
            at = np.searchsorted(postings.documents, numbers)
            at[at == len(postings.documents)] = 0
            there = postings.documents[at] == numbers if len(postings.documents) else []
            for number, row in zip(numbers[there], postings.rows[at[there]], strict=True):
                segment, ordinal = self._segments.locate(int(number))
                place = Place(name, ordinal, int(row))
                by_segment.setdefault(segment, []).append(place)
                terms[segment, place.row] = term
        for segment, places in by_segment.items():
            for place, spans in self._segments[segment].spans(places).items():
                number = self._segments.first(segment) + place.ordinal
                term = terms[segment, place.row]
                found[number, term] += [Span(place.field, *span, term) for span in spans]
        return found
