"""Reading metadata of one generation: one field as columns, or one document as it was given.

What documents.parquet holds of every document (name, title, media type, size) is read in the same
form, so that filters and orders need not know where a field comes from.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.documents.extracted import Section
from kotogura.documents.metadata_values import MetadataValue
from kotogura.index import statements
from kotogura.index.cache import ByteCache
from kotogura.index.manifest import SegmentEntry
from kotogura.index.metadata import value_of
from kotogura.index.tables import compute, numbers, text_scalar

Numbers = NDArray[np.int64]
Fact = Literal["name", "title", "media_type", "size_bytes"]
Fetch = Callable[[str, dict[str, Any]], pa.Table]

_TEXT_BYTES = 100
"""What a text takes beside its characters, roughly."""
_HOLDERS = {"text": "text", "number": "number", "flag": "number", "date": "time", "time": "time"}


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """All values of one kind in one field, those of documents with a tombstone left out.

    Attributes:
        kind: as in `kotogura.index.metadata`.
        documents: int64 [n], the document of each value, by number, never falling.
        values: [n], float64 numbers and flags, int64 milliseconds, int64 places in `texts`.
        texts: distinct texts in order of their code points; empty unless `kind` is text.
    """

    kind: str
    documents: Numbers
    values: NDArray[Any]
    texts: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """How much memory it takes, roughly."""
        texts = sum(2 * len(text) + _TEXT_BYTES for text in self.texts)
        return self.documents.nbytes + self.values.nbytes + texts


@dataclass(frozen=True, slots=True, eq=False)
class DocumentOrder:
    """Where each document stands when all are put in order of their ids.

    Attributes:
        ranks: int64 [document count], by number: how many documents have a lesser id.
    """

    ranks: Numbers
    _ids: pa.Array

    def place(self, document_id: str) -> tuple[int, bool]:
        """Return how many documents have a lesser id than this, and whether any has this one."""
        wanted = text_scalar(document_id)
        lesser: int = compute().less(self._ids, wanted).true_count
        return lesser, compute().equal(self._ids, wanted).true_count > 0


@dataclass(frozen=True, slots=True)
class FieldSummary:
    """A field of metadata: how many documents that can be found have it, by kind."""

    name: str
    documents_by_kind: dict[str, int]


class MetadataColumns:
    """Reads metadata of one pinned generation. Failures are those of `fetch`."""

    def __init__(
        self,
        segments: Sequence[tuple[int, SegmentEntry]],
        path: Callable[[SegmentEntry, str], str],
        live: NDArray[np.bool_],
        fetch: Fetch,
        cache: ByteCache,
        key: Callable[..., tuple[str | int, ...]],
    ) -> None:
        """Wire the parts.

        Args:
            segments: each with the number of its first document.
            path: tells where a segment's file of some sort lies.
            live: which documents have no tombstone, by number.
            fetch: runs a statement.
            cache: where columns are kept.
            key: makes a key of this generation.
        """
        self._segments = segments
        self._path = path
        self._live = live
        self._fetch = fetch
        self._cache = cache
        self._key = key

    def columns(self, field: str) -> tuple[Column, ...]:
        """Return the values of `field`, a column for each kind that is there, by kind."""
        found: tuple[Column, ...] | None = self._cache.get(self._key("metadata", field))
        if found is None:
            found = self._read(field)
            size = sum(column.size_bytes for column in found) + _TEXT_BYTES
            self._cache.put(self._key("metadata", field), found, size)
        return found

    def fact(self, name: Fact) -> Column:
        """Return what each document is called or has, by number."""
        found: Column | None = self._cache.get(self._key("fact", name))
        if found is None:
            found = self._read_fact(name)
            self._cache.put(self._key("fact", name), found, found.size_bytes)
        return found

    def order(self) -> DocumentOrder:
        """Return the order of the documents' ids."""
        found: DocumentOrder | None = self._cache.get(self._key("order"))
        if found is None:
            files, _ = self._files("documents")
            ids = pa.nulls(0, pa.string())
            if files:
                table = self._fetch(statements.IDS, {"files": files})
                ids = table.column("document_id").combine_chunks()
            ranks = numbers(compute().rank(ids, tiebreaker="min")).astype(np.int64) - 1
            found = DocumentOrder(ranks, ids)
            self._cache.put(self._key("order"), found, ranks.nbytes + ids.nbytes)
        return found

    def fields(self) -> list[FieldSummary]:
        """Return all fields of metadata by name; what is in documents.parquet is not among them."""
        files, _ = self._files("metadata")
        if not files:
            return []
        entries = [entry for _, entry in self._segments if "metadata" in entry.files]
        dead = [(file, row) for file, entry in enumerate(entries) for row in entry.tombstones]
        parameters = {
            "files": files,
            "dead_files": [file for file, _ in dead],
            "dead_documents": [row for _, row in dead],
        }
        found: dict[str, dict[str, int]] = {}
        for row in self._fetch(statements.METADATA_FIELDS, parameters).to_pylist():
            found.setdefault(row["field"], {})[row["kind"]] = row["documents"]
        return [FieldSummary(name, counts) for name, counts in found.items()]

    def of_documents(self, documents: Sequence[int]) -> dict[int, dict[str, list[MetadataValue]]]:
        """Return all metadata of `documents`, by number; fields in order of their names."""
        found: dict[int, dict[str, list[MetadataValue]]] = {number: {} for number in documents}
        for number, row in self._rows("metadata", statements.METADATA_OF_DOCUMENTS, documents):
            value = value_of(row["kind"], row[_HOLDERS[row["kind"]]])
            found[number].setdefault(row["field"], []).append(value)
        return found

    def sections(self, documents: Sequence[int]) -> dict[int, list[Section]]:
        """Return the sections of `documents`, by number and in order of their starts."""
        found: dict[int, list[Section]] = {number: [] for number in documents}
        for number, row in self._rows("sections", statements.SECTIONS, documents):
            section = Section(start=row["start"], heading=row["heading"], page=row["page"])
            found[number].append(section)
        return found

    def _rows(
        self, kind: str, sql: str, documents: Sequence[int]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (number, row) of what `sql` reads about `documents`, in the files' order."""
        wanted = set(documents)
        files: list[str] = []
        bases: list[int] = []
        ordinals: set[int] = set()
        for base, entry in self._segments:
            own = [number - base for number in wanted if 0 <= number - base < entry.document_count]
            if own and kind in entry.files:
                files.append(self._path(entry, kind))
                bases.append(base)
                ordinals.update(own)
        if not files:
            return
        for row in self._fetch(sql, {"files": files, "documents": sorted(ordinals)}).to_pylist():
            number = bases[row["file_index"]] + row["document"]
            if number in wanted:  # another segment's document may have the same ordinal
                yield number, row

    def _read(self, field: str) -> tuple[Column, ...]:
        files, bases = self._files("metadata")
        if not files:
            return ()
        table = self._fetch(statements.METADATA, {"files": files, "field": field})
        kinds = table.column("kind")
        return tuple(
            self._column(
                kind, table.filter(compute().equal(kinds, text_scalar(kind))), _HOLDERS[kind], bases
            )
            for kind in sorted(kinds.unique().to_pylist())
        )

    def _read_fact(self, name: Fact) -> Column:
        files, bases = self._files("documents", least_format=2 if name == "size_bytes" else 1)
        kind = "number" if name == "size_bytes" else "text"
        if not files:
            return Column(kind, np.zeros(0, np.int64), np.zeros(0, np.int64))
        table = self._fetch(statements.FACTS[name], {"files": files})
        return self._column(kind, table, "fact", bases)

    def _column(self, kind: str, table: pa.Table, holder: str, bases: Numbers) -> Column:
        """Return the live values of one kind, held in the column `holder` of `table`."""
        documents = bases[_integers(table, "file_index")] + _integers(table, "document")
        held = table.column(holder).combine_chunks()
        texts: tuple[str, ...] = ()
        if kind == "text":
            encoded = held.dictionary_encode()
            known: list[str] = encoded.dictionary.to_pylist()
            order = sorted(range(len(known)), key=known.__getitem__)
            places = np.zeros(len(known), dtype=np.int64)
            places[order] = np.arange(len(known))
            texts = tuple(known[place] for place in order)
            values = places[numbers(encoded.indices)]
        else:
            values = numbers(held)
        live = self._live[documents]
        if not live.all():
            documents, values = documents[live], values[live]
            if kind == "text":
                used, values = np.unique(values, return_inverse=True)
                texts = tuple(texts[place] for place in used.tolist())
        if (np.diff(documents) < 0).any():
            sequence = np.argsort(documents, kind="stable")
            documents, values = documents[sequence], values[sequence]
        return Column(kind, documents, values, texts)

    def _files(self, kind: str, least_format: int = 1) -> tuple[list[str], Numbers]:
        """Return the files that segments have, and the number of each one's first document."""
        there = [
            (self._path(entry, kind), base)
            for base, entry in self._segments
            if kind in entry.files and entry.format_version >= least_format
        ]
        return [path for path, _ in there], np.array([base for _, base in there], dtype=np.int64)


def _integers(table: pa.Table, column: str) -> Numbers:
    found: Numbers = numbers(table.column(column).combine_chunks()).astype(np.int64)
    return found
