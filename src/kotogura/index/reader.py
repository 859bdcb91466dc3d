"""Reading one generation: terms, postings, places and documents, through DuckDB over Parquet.

Documents are numbered through the whole generation: a segment's ordinals follow those of the
segments before it. The SQL stands in `kotogura.index.statements`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index import statements
from kotogura.index.locked import locked_connection
from kotogura.index.manifest import FIELDS, Manifest
from kotogura.index.segment import IndexedDocument
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

Numbers = NDArray[np.int64]

_CACHED_TERM_COUNT = 20_000


@dataclass(frozen=True, slots=True)
class TermPostings:
    """One term's postings in one field: `documents` ascending, `frequencies` beside them."""

    documents: Numbers
    frequencies: Numbers


@dataclass(frozen=True, slots=True)
class Span:
    """Where a term stands in one field of a document, in code points, end exclusive."""

    field: str
    start: int
    end: int


class GenerationReader:
    """Reads one pinned generation of one tenant. Not safe for concurrent use.

    Its DuckDB sees the tenant's own folder and nothing else, and can't be told otherwise.
    """

    def __init__(
        self,
        tenant: TenantId,
        manifest: Manifest,
        files: TenantFiles,
        *,
        threads: int = 1,
        memory_limit_bytes: int = 256_000_000,
    ) -> None:
        self.tenant = tenant
        self.manifest = manifest
        self._files = files
        counts = [segment.document_count for segment in manifest.segments]
        self._bases = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        self._numbers: dict[str, int] = {}
        self._paths: dict[str, list[str]] = {"terms": [], "postings": [], "documents": []}
        for number, segment in enumerate(manifest.segments):
            for kind, paths in self._paths.items():
                path = str(files.path(tenant, segment.files[kind].name))
                paths.append(path)
                self._numbers[path] = number
        self._connection = locked_connection(
            files.path(tenant, "segments"), threads, memory_limit_bytes
        )
        self.live = self._live_mask()
        self._lengths: dict[str, Numbers] | None = None
        self._term_ids: dict[str, list[tuple[int, str, int]]] = {}
        self._postings: dict[tuple[str, str], TermPostings] = {}

    def close(self) -> None:
        """Release the connection; the reader can't be used afterwards."""
        self._connection.close()

    def lengths(self, field: str) -> Numbers:
        """Return each document's length in `field`, in units, by its number."""
        if self._lengths is None:
            rows = self._fetch(statements.LENGTHS, {"files": self._paths["documents"]})
            numbers = self._global(rows, rows["document"])
            self._lengths = {}
            for name in FIELDS:
                lengths = np.zeros(int(self._bases[-1]), dtype=np.int64)
                lengths[numbers] = rows[f"{name}_length"]
                self._lengths[name] = lengths
        return self._lengths[field]

    def postings(self, terms: Sequence[str]) -> dict[tuple[str, str], TermPostings]:
        """Return the live postings of `terms` by (field, term); terms without any are absent."""
        self._load(terms)
        return {
            key: self._postings[key]
            for term in terms
            for key in ((field, term) for field in FIELDS)
            if key in self._postings
        }

    def places(self, terms: Sequence[str], documents: Sequence[int]) -> dict[int, list[Span]]:
        """Return where `terms` stand in `documents`, by document and in order of their start."""
        found: dict[int, list[Span]] = {document: [] for document in documents}
        self._load(terms)
        wanted = {
            (number, term_id): field
            for term in terms
            for number, field, term_id in self._term_ids.get(term, [])
        }
        if not wanted or not documents:
            return found
        parameters = {
            "files": self._segment_paths("postings", documents),
            "term_ids": sorted({term_id for _, term_id in wanted}),
            "documents": self._locals(documents),
        }
        for row in self._table(statements.PLACES, parameters).to_pylist():
            number = self._numbers[row["filename"]]
            document = int(self._bases[number]) + row["document"]
            field = wanted.get((number, row["term_id"]))
            if field is not None and document in found:
                spans = zip(row["starts"], row["ends"], strict=True)
                found[document].extend(Span(field, start, end) for start, end in spans)
        for spans_found in found.values():
            spans_found.sort(key=lambda span: (span.start, -span.end))
        return found

    def document_ids(self, documents: Sequence[int]) -> dict[int, str]:
        """Return the ids of documents by their numbers."""
        wanted = set(documents)
        return {
            number: row["document_id"]
            for row in self._rows(statements.IDS, documents)
            if (number := self._number(row)) in wanted
        }

    def documents(self, documents: Sequence[int]) -> dict[int, IndexedDocument]:
        """Return documents by their numbers."""
        wanted = set(documents)
        return {
            number: IndexedDocument(
                **{key: row[key] for key in IndexedDocument.__dataclass_fields__}
            )
            for row in self._rows(statements.DOCUMENTS, documents)
            if (number := self._number(row)) in wanted
        }

    def find(self, document_id: str) -> int | None:
        """Return the number of the live document with this id, or None."""
        if not self._bases[-1]:
            return None
        parameters = {"files": self._paths["documents"], "document_id": document_id}
        for row in self._table(statements.FIND, parameters).to_pylist():
            number = self._number(row)
            if self.live[number]:
                return number
        return None

    def vocabulary(self) -> tuple[list[str], Numbers]:
        """Return every body term in order, and its document frequency, tombstones included."""
        if not self._bases[-1]:
            return [], np.zeros(0, dtype=np.int64)
        table = self._table(statements.VOCABULARY, {"files": self._paths["terms"]})
        return table["term"].to_pylist(), table["document_frequency"].to_numpy()

    def segment_base(self, number: int) -> int:
        """Return the number of the first document of the manifest's segment `number`."""
        return int(self._bases[number])

    def _load(self, terms: Sequence[str]) -> None:
        """Fetch postings of `terms` into the cache, also the fact that a term has none."""
        fresh = [term for term in dict.fromkeys(terms) if term not in self._term_ids]
        if not fresh or not self._bases[-1]:
            return
        if len(self._term_ids) + len(fresh) > _CACHED_TERM_COUNT:
            self._term_ids.clear()
            self._postings.clear()
            fresh = list(dict.fromkeys(terms))
        self._term_ids.update({term: [] for term in fresh})
        names: dict[tuple[int, int], tuple[str, str]] = {}
        parameters: dict[str, Any] = {"files": self._paths["terms"], "terms": fresh}
        for row in self._table(statements.TERMS, parameters).to_pylist():
            number = self._numbers[row["filename"]]
            self._term_ids[row["term"]].append((number, row["field"], row["term_id"]))
            names[number, row["term_id"]] = (row["field"], row["term"])
        if not names:
            return
        numbers = sorted({number for number, _ in names})
        parameters = {
            "files": [self._paths["postings"][number] for number in numbers],
            "term_ids": sorted({term_id for _, term_id in names}),
        }
        rows = self._fetch(statements.POSTINGS, parameters)
        segments = self._segments(rows)
        documents = self._bases[segments] + rows["document"]
        live = self.live[documents]
        for (number, term_id), key in sorted(names.items()):
            mask = (segments == number) & (rows["term_id"] == term_id) & live
            order = np.argsort(documents[mask], kind="stable")
            part = TermPostings(
                documents[mask][order], rows["frequency"][mask][order].astype(np.int64)
            )
            before = self._postings.get(key)
            self._postings[key] = (
                part
                if before is None
                else TermPostings(
                    np.concatenate([before.documents, part.documents]),
                    np.concatenate([before.frequencies, part.frequencies]),
                )
            )

    def _live_mask(self) -> NDArray[np.bool_]:
        live = np.ones(int(self._bases[-1]), dtype=bool)
        for base, segment in zip(self._bases, self.manifest.segments, strict=False):
            live[[int(base) + ordinal for ordinal in segment.tombstones]] = False
        return live

    def _segment_paths(self, kind: str, documents: Sequence[int]) -> list[str]:
        numbers = np.searchsorted(self._bases, np.asarray(documents), side="right") - 1
        return [self._paths[kind][number] for number in np.unique(numbers)]

    def _locals(self, documents: Sequence[int]) -> list[int]:
        wanted = np.asarray(documents, dtype=np.int64)
        numbers = np.searchsorted(self._bases, wanted, side="right") - 1
        return [int(ordinal) for ordinal in np.unique(wanted - self._bases[numbers])]

    def _rows(self, sql: str, documents: Sequence[int]) -> list[dict[str, Any]]:
        if not documents:
            return []
        parameters = {
            "files": self._segment_paths("documents", documents),
            "documents": self._locals(documents),
        }
        return list(self._table(sql, parameters).to_pylist())

    def _number(self, row: dict[str, Any]) -> int:
        number = self._numbers[row["filename"]]
        return int(self._bases[number]) + int(row["document"])

    def _segments(self, rows: dict[str, NDArray[np.generic]]) -> Numbers:
        names, inverse = np.unique(rows["filename"], return_inverse=True)
        return np.array([self._numbers[str(name)] for name in names], dtype=np.int64)[inverse]

    def _global(self, rows: dict[str, NDArray[np.generic]], local: NDArray[np.generic]) -> Numbers:
        numbers: Numbers = self._bases[self._segments(rows)] + local
        return numbers

    def _fetch(self, sql: str, parameters: dict[str, Any]) -> dict[str, NDArray[np.generic]]:
        with _translated():
            return self._connection.execute(sql, parameters).fetchnumpy()

    def _table(self, sql: str, parameters: dict[str, Any]) -> pa.Table:
        with _translated():
            return self._connection.sql(sql, params=parameters).to_arrow_table()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn DuckDB's errors about files into ours."""
    try:
        yield
    except duckdb.IOException as error:
        raise StoreUnavailable("a file of the index can't be read") from error
    except duckdb.InvalidInputException as error:
        raise CorruptIndex("a file of the index is not what it was; run reindex") from error
