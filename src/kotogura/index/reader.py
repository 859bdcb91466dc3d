"""Reading one generation: terms and postings through DuckDB, documents and places by their rows.

Documents are numbered through the whole generation: a segment's ordinals follow those of the
segments before it. The SQL stands in `kotogura.index.statements`. Opening reads nothing; what a
query needs is read when it is asked for, and kept in a cache that counts bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.errors import IndexLost, StoreUnavailable
from kotogura.index import statements
from kotogura.index.cache import ENTRY_BYTES, ByteCache
from kotogura.index.content import IndexedDocument
from kotogura.index.dictionary import LAST_CHARACTER, WHOLE_DICTIONARY_BYTES, TermDictionary
from kotogura.index.manifest import FIELDS, Manifest, SegmentEntry
from kotogura.index.metadata_columns import MetadataColumns
from kotogura.index.places import Places
from kotogura.index.postings import Numbers, TermPostings, arrange
from kotogura.index.segments import Segments
from kotogura.spans import span
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    import duckdb

_FIRST_SORTED_FORMAT = 2


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
        cache: ByteCache | None = None,
        pinned: str = "",
        threads: int = 1,
        memory_limit_bytes: int = 256_000_000,
    ) -> None:
        """Pin `manifest`; `pinned` is its name, which tells generations apart in a shared cache."""
        self.tenant = tenant
        self.manifest = manifest
        self.cache = cache if cache is not None else ByteCache()
        self._key = (tenant, pinned)
        self._files = files
        self._segments = Segments(tenant, manifest, files)
        self._bases = self._segments.bases
        self._paths = {
            kind: [str(files.path(tenant, one.files[kind].name)) for one in manifest.segments]
            for kind in ("terms", "postings", "documents")
        }
        self.places = Places(self._segments, self.postings, self.cache, self.key)
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._threads, self._memory_limit_bytes = threads, memory_limit_bytes
        self.live = self._live_mask()
        self.metadata = MetadataColumns(
            list(zip(self._bases.tolist(), manifest.segments, strict=False)),
            lambda segment, kind: str(files.path(tenant, segment.files[kind].name)),
            self.live,
            self._table,
            self.cache,
            self.key,
        )
        self._lengths: dict[str, Numbers] | None = None

    def close(self) -> None:
        """Release the connection; the reader opens another one if it is used again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def key(self, *parts: str | int) -> tuple[str | int, ...]:
        """Return the key of something of this generation in `cache`."""
        return (*self._key, *parts)

    def lengths(self, field: str) -> Numbers:
        """Return each document's length in `field`, in units, by its number."""
        if self._lengths is None:
            lengths = {name: np.zeros(int(self._bases[-1]), dtype=np.int64) for name in FIELDS}
            if self._bases[-1]:
                rows = self._fetch(statements.LENGTHS, {"files": self._paths["documents"]})
                numbers = self._bases[rows["file_index"].astype(np.int64)] + rows["document"]
                for name in FIELDS:
                    lengths[name][numbers] = rows[f"{name}_length"]
            self._lengths = lengths
        return self._lengths[field]

    def postings(self, terms: Sequence[str]) -> dict[tuple[str, str], TermPostings]:
        """Return the live postings of `terms` by (field, term); terms without any are absent."""
        found: dict[tuple[str, str], TermPostings] = {}
        absent: list[str] = []
        for term in dict.fromkeys(terms):
            kept = self.cache.get(self.key("postings", term))
            if kept is None:
                absent.append(term)
            else:
                found |= kept
        if absent and self._bases[-1]:
            with span("read-postings") as reading:
                loaded = self._load(absent)
                reading.count(terms=len(absent))
            for term, by_field in loaded.items():
                size = sum(one.size_bytes + ENTRY_BYTES for one in by_field.values())
                self.cache.put(self.key("postings", term), by_field, size + ENTRY_BYTES)
                found |= by_field
        return found

    def terms_beginning(self, prefix: str, fields: Sequence[str], count: int) -> list[str]:
        """Return the `count` most frequent terms of `fields` that begin with `prefix`.

        Tombstones count; equals come in order of their text.
        """
        if not (self._bases[-1] and prefix and fields):
            return []
        dictionary = self._dictionary()
        if dictionary is not None:
            found = dictionary.beginning(prefix, frozenset(fields))
            return sorted(found, key=lambda term: (-found[term], term))[:count]
        parameters = {
            "files": self._paths["terms"],
            "prefix": prefix,
            "last": prefix + LAST_CHARACTER,
            "fields": list(fields),
            "count": count,
        }
        terms: list[str] = self._table(statements.PREFIX, parameters).column("term").to_pylist()
        return terms

    def document_ids(self, documents: Sequence[int]) -> dict[int, str]:
        """Return the ids of documents by their numbers."""
        places: dict[int, tuple[int, int, int]] = {}
        kept: dict[tuple[int, int], Any] = {}
        absent: dict[int, list[int]] = {}
        for number in documents:
            segment, ordinal = self._segments.locate(number)
            group, row = self._segments[segment].place_of_facts(ordinal)
            places[number] = segment, group, row
            if (segment, group) not in kept:
                ids = kept[segment, group] = self.cache.get(self.key("ids", segment, group))
                if ids is None:
                    absent.setdefault(segment, []).append(group)
        for segment, groups in absent.items():
            groups.sort()
            for group, ids in zip(groups, self._segments[segment].ids(groups), strict=True):
                kept[segment, group] = ids
                self.cache.put(self.key("ids", segment, group), ids, ids.nbytes + ENTRY_BYTES)
        return {
            number: kept[segment, group][row].as_py()
            for number, (segment, group, row) in places.items()
        }

    def document_id(self, number: int) -> str:
        """Return the id of one document by its number."""
        return self.document_ids([number])[number]

    def documents(self, documents: Sequence[int]) -> dict[int, IndexedDocument]:
        """Return documents by their numbers."""
        found: dict[int, IndexedDocument] = {}
        absent: list[int] = []
        for number in documents:
            kept = self.cache.get(self.key("document", number))
            if kept is None:
                absent.append(number)
            else:
                found[number] = kept
        for segment, ordinals in self._segments.group(absent):
            base = int(self._bases[segment])
            for ordinal, document in self._segments[segment].documents(ordinals).items():
                size = 4 * len(document.body) + 4 * len(document.title) + 5 * ENTRY_BYTES
                self.cache.put(self.key("document", base + ordinal), document, size)
                found[base + ordinal] = document
        return found

    def texts(self, documents: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Return (title, body) by number, which is less to read than whole documents."""
        return {
            int(self._bases[segment]) + ordinal: text
            for segment, ordinals in self._segments.group(documents)
            for ordinal, text in self._segments[segment].texts(ordinals).items()
        }

    def find(self, document_id: str) -> int | None:
        """Return the number of the live document with this id, or None."""
        if not self._bases[-1]:
            return None
        parameters = {"files": self._paths["documents"], "document_id": document_id}
        rows = self._fetch(statements.FIND, parameters)
        numbers = self._bases[rows["file_index"].astype(np.int64)] + rows["document"]
        live = numbers[self.live[numbers]]
        return int(live[0]) if len(live) else None

    def vocabulary(self) -> tuple[list[str], Numbers]:
        """Return every body term in order, and its document frequency, tombstones included."""
        if not self._bases[-1]:
            return [], np.zeros(0, dtype=np.int64)
        table = self._table(statements.VOCABULARY, {"files": self._paths["terms"]})
        return table["term"].to_pylist(), table["document_frequency"].to_numpy()

    def segment_base(self, number: int) -> int:
        """Return the number of the first document of the manifest's segment `number`."""
        return int(self._bases[number])

    def _load(self, terms: Sequence[str]) -> dict[str, dict[tuple[str, str], TermPostings]]:
        """Read the postings of `terms`; one without any has none."""
        found: dict[str, dict[tuple[str, str], TermPostings]] = {term: {} for term in terms}
        entries = self._entries(terms)
        if not len(entries["term_id"]):
            return found
        numbers = np.array(sorted(set(entries["file_index"].tolist())))  # np.unique imports np.ma
        parameters: dict[str, Any] = {
            "files": [self._paths["postings"][int(number)] for number in numbers],
            "term_ids": sorted(set(entries["term_id"].tolist())),
        }
        rows = self._fetch(statements.POSTINGS, parameters)
        rows["file_index"] = numbers[rows["file_index"].astype(np.int64)]
        live = None if self.live.all() else self.live
        for (name, term), postings in arrange(entries, rows, self._bases, live).items():
            found[term][name, term] = postings
        return found

    def _entries(self, terms: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Return the rows of the segments' terms that are about `terms`."""
        dictionary = self._dictionary()
        if dictionary is None:
            parameters = {"files": self._paths["terms"], "terms": list(terms)}
            return self._fetch(statements.TERMS, parameters)
        return dictionary.find(terms)

    def _dictionary(self) -> TermDictionary | None:
        """Return the whole dictionary, or None where it is too large to be read at once."""
        sizes = (segment.files["terms"].size_bytes for segment in self.manifest.segments)
        if sum(sizes) > WHOLE_DICTIONARY_BYTES:
            return None
        dictionary: TermDictionary | None = self.cache.get(self.key("dictionary"))
        if dictionary is None:
            segments = zip(self.manifest.segments, self._paths["terms"], strict=True)
            dictionary = TermDictionary([self._terms_of(*segment) for segment in segments])
            self.cache.put(self.key("dictionary"), dictionary, dictionary.size_bytes)
        return dictionary

    def _terms_of(self, segment: SegmentEntry, path: str) -> pa.Table:
        """Read all terms of a segment. From format 2 they lie sorted; a sort would take 10 MB."""
        is_sorted = segment.format_version >= _FIRST_SORTED_FORMAT
        sql = statements.DICTIONARY if is_sorted else statements.UNORDERED_DICTIONARY
        return self._table(sql, {"files": [path]})

    def _live_mask(self) -> NDArray[np.bool_]:
        live = np.ones(int(self._bases[-1]), dtype=bool)
        for base, segment in zip(self._bases, self.manifest.segments, strict=False):
            live[[int(base) + ordinal for ordinal in segment.tombstones]] = False
        return live

    def _fetch(self, sql: str, parameters: dict[str, Any]) -> dict[str, NDArray[Any]]:
        with self._translated() as connection:
            return connection.execute(sql, parameters).fetchnumpy()

    def _table(self, sql: str, parameters: dict[str, Any]) -> pa.Table:
        with self._translated() as connection:
            return connection.sql(sql, params=parameters).to_arrow_table()

    @contextmanager
    def _translated(self) -> Iterator["duckdb.DuckDBPyConnection"]:
        """Yield the connection; turn DuckDB's errors about files into ours."""
        # Imported by the first statement: a search by meaning asks none, and saves 22 MB.
        from kotogura.index.locked import locked_connection, translated  # noqa: PLC0415

        if self._connection is None:
            folder = self._files.path(self.tenant, "segments")
            self._connection = locked_connection(folder, self._threads, self._memory_limit_bytes)
        try:
            with translated():
                yield self._connection
        except StoreUnavailable:
            if not all(Path(path).exists() for paths in self._paths.values() for path in paths):
                raise IndexLost from None
            raise
