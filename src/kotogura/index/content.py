"""What a segment holds before it is written: documents in order, occurrences of terms in columns.

Occurrences come in while documents are analysed, or while older segments are read for a merge, and
are sorted once in the end: a radix sort of columns is what indexing a million postings a second
takes.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.analysis.analyzer import AnalyzedText, Analyzer, TermStream
from kotogura.documents.extracted import ExtractedDocument, Section
from kotogura.index.manifest import FIELDS
from kotogura.index.metadata import Metadata, metadata_table
from kotogura.index.sections import sections_table
from kotogura.index.streams import stream_field
from kotogura.index.tables import numbers
from kotogura.index.units import Ordinals, unit_table


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document's facts as a segment keeps them; lengths in units of the analyzer.

    `encoding` and `size_bytes` of the file are None where an earlier release didn't keep them.
    """

    document_id: str
    version: str
    name: str
    title: str
    body: str
    media_type: str
    title_length: int
    body_length: int
    encoding: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, eq=False)
class Occurrences:
    """Every place of every term, ordered by term, document and position.

    Attributes:
        dictionary: columns `term` and `field` by term id, ascending; fields as
            `kotogura.index.streams` tells them.
        term_ids: uint32 [n].
        documents: uint32 [n], ordinals.
        positions: uint32 [n], in units of the field's text.
        widths: uint8 [n], in units.
    """

    dictionary: pa.Table
    term_ids: Ordinals
    documents: Ordinals
    positions: Ordinals
    widths: NDArray[np.uint8]

    def posting_starts(self) -> NDArray[np.int64]:
        """Return, for each posting, its first occurrence, and in the end how many there are."""
        size = len(self.term_ids)
        first = np.ones(size, dtype=bool)
        first[1:] = (self.term_ids[1:] != self.term_ids[:-1]) | (
            self.documents[1:] != self.documents[:-1]
        )
        return np.append(np.flatnonzero(first), size)


@dataclass(slots=True)
class SegmentContent:
    """Documents in the order of their ordinals, the units of their texts, and occurrences.

    `units` has tables for each field, as `unit_table` makes them, in the order of the documents.
    `metadata` and `sections` have rows, documents by their ordinals.
    """

    documents: list[IndexedDocument] = field(default_factory=list)
    units: dict[str, list[pa.Table]] = field(default_factory=lambda: {name: [] for name in FIELDS})
    metadata: list[pa.Table] = field(default_factory=list)
    sections: list[pa.Table] = field(default_factory=list)
    _codes: dict[str, dict[str, int]] = field(default_factory=dict)
    _code_count: int = 0
    _columns: list[tuple[NDArray[Any], ...]] = field(default_factory=list)

    def codes(self, terms: Iterable[str], name: str) -> Ordinals:
        """Return the numbers that this content knows `terms` of field `name` by, new ones too."""
        known = self._codes.setdefault(name, {})
        first = self._code_count - len(known)
        found = [known.setdefault(term, first + len(known)) for term in terms]
        self._code_count = first + len(known)
        return np.array(found, dtype=np.uint32)

    def add_occurrences(
        self,
        codes: NDArray[Any],
        documents: NDArray[Any],
        positions: NDArray[Any],
        widths: NDArray[Any],
    ) -> None:
        """Add occurrences in columns; of one term, documents and then positions must not fall."""
        self._columns.append((codes, documents, positions, widths))

    def occurrences(self) -> Occurrences:
        """Return everything added, sorted."""
        columns = [np.concatenate(some) for some in zip(*self._columns, strict=True)]
        codes, documents, positions, widths = columns or [np.zeros(0, np.uint32)] * 4
        used = np.zeros(self._code_count, dtype=bool)
        used[codes] = True
        dictionary = self._dictionary(used)
        ids = np.zeros(self._code_count, dtype=np.uint32)
        sorted_codes = numbers(dictionary.column("code").combine_chunks())
        ids[sorted_codes] = np.arange(len(sorted_codes), dtype=np.uint32)
        term_ids = ids[codes]
        order = _stable_order(term_ids)
        return Occurrences(
            dictionary.select(["term", "field"]),
            term_ids[order],
            documents[order].astype(np.uint32),
            positions[order].astype(np.uint32),
            widths[order].astype(np.uint8),
        )

    def _dictionary(self, used: NDArray[np.bool_]) -> pa.Table:
        """Return the terms of codes in `used`, with `field` and `code`, sorted.

        Arrow, which is faster, sorts by the bytes of UTF-8, and Python by code points, which is
        the same order.
        """
        by_field = self._codes.items()
        table = pa.table(
            {
                "term": pa.array([term for _, known in by_field for term in known], pa.string()),
                "field": pa.array([name for name, known in by_field for _ in known], pa.string()),
                "code": pa.array(
                    [code for _, known in by_field for code in known.values()], pa.uint32()
                ),
            }
        )
        kept = used[numbers(table.column("code").combine_chunks())]
        return table.filter(pa.array(kept)).sort_by([("term", "ascending"), ("field", "ascending")])


def analyse_documents(documents: Iterable[ExtractedDocument], analyzer: Analyzer) -> SegmentContent:
    """Return the content of a segment of `documents`, in their order.

    Raises:
        UnanalyzableText: when one of them holds text that the analyzer refuses.
    """
    content = SegmentContent()
    metadata: list[Metadata] = []
    sections: list[Sequence[Section]] = []
    collectors = {name: _Collector(name) for name in FIELDS}
    for document in documents:
        analyzed = {
            "title": analyzer.analyze(document.title),
            "body": analyzer.analyze(document.body),
        }
        for name, text in analyzed.items():
            collectors[name].add(text)
        metadata.append(document.metadata)
        sections.append(document.sections)
        content.documents.append(
            IndexedDocument(
                document_id=document.document_id,
                version=document.version,
                name=document.name,
                title=document.title,
                body=document.body,
                media_type=document.media_type,
                title_length=analyzed["title"].length,
                body_length=analyzed["body"].length,
                encoding=document.encoding,
                size_bytes=document.size_bytes,
            )
        )
    for collector in collectors.values():
        collector.hand_over(content)
    content.metadata.append(metadata_table(metadata))
    content.sections.append(sections_table(sections))
    return content


class _Collector:
    """Gathers one field's occurrences and units, number after number, as texts are analysed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._words = _Gathered(name)
        self._readings = _Gathered(stream_field(name, "reading"))
        self._grams = _Gathered(stream_field(name, "gram"))
        self._starts, self._ends, self._unit_counts = array("I"), array("I"), array("I")

    def add(self, text: AnalyzedText) -> None:
        """Take in the next document's text."""
        self._words.add(text)
        self._readings.add(text.readings)
        self._grams.add(text.grams)
        self._starts.extend(text.unit_starts)
        self._ends.extend(text.unit_ends)
        self._unit_counts.append(len(text.unit_starts))

    def hand_over(self, content: SegmentContent) -> None:
        """Add all to `content`."""
        for gathered in (self._words, self._readings, self._grams):
            gathered.hand_over(content)
        starts, ends, counts = map(_numbers, (self._starts, self._ends, self._unit_counts))
        content.units[self._name].append(unit_table(starts, ends, counts))


class _Gathered:
    """One stream's terms and where they stand, document after document."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._terms: list[str] = []
        self._positions, self._widths, self._counts = array("I"), array("B"), array("I")

    def add(self, stream: AnalyzedText | TermStream) -> None:
        """Take in the next document's terms."""
        self._terms += stream.terms
        self._positions.extend(stream.positions)
        self._widths.extend(stream.widths)
        self._counts.append(len(stream.terms))

    def hand_over(self, content: SegmentContent) -> None:
        """Add all to `content`."""
        if not self._terms:
            return
        # Arrow tells a batch's different terms apart faster than a dict does.
        encoded = pa.array(self._terms, pa.string()).dictionary_encode()
        codes = content.codes(encoded.dictionary.to_pylist(), self._name)
        counts = _numbers(self._counts)
        content.add_occurrences(
            codes[numbers(encoded.indices)],
            np.repeat(np.arange(len(counts)), counts),
            _numbers(self._positions),
            np.frombuffer(self._widths, dtype=np.uint8),
        )


def _numbers(column: "array[int]") -> NDArray[np.int64]:
    return np.frombuffer(column, dtype=np.uint32).astype(np.int64)


def _stable_order(keys: Ordinals) -> NDArray[np.int64]:
    """Return what sorts `keys`, equals in their order: numpy's radix sort takes 16 bits a time."""
    low = np.argsort((keys & 0xFFFF).astype(np.uint16), kind="stable")
    high = np.argsort((keys[low] >> 16).astype(np.uint16), kind="stable")
    order: NDArray[np.int64] = low[high]
    return order
