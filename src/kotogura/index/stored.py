"""A segment as it is stored, in this format or an earlier one: documents, texts, units, places.

Format 1 kept body and facts in one file and offsets beside each posting; format 2 keeps texts apart
and offsets once for each unit of a text. What is asked of a segment is the same for both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index.content import IndexedDocument
from kotogura.index.manifest import FIELDS, SegmentEntry
from kotogura.index.rows import RowGroups
from kotogura.index.tables import list_offsets, list_values
from kotogura.index.units import Units, read_units
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

Numbers = NDArray[np.int64]

_FACTS = [field.name for field in fields(IndexedDocument) if field.name != "body"]
_LATER_FACTS = {"encoding", "size_bytes"}  # format 1 had none of these


@dataclass(frozen=True, slots=True)
class Place:
    """One posting: in which field of which document, and its row among the segment's postings."""

    field: str
    ordinal: int
    row: int


class StoredSegment:
    """Reads one segment by ordinals and by rows of its postings. Failures are those of `rows`."""

    def __init__(self, tenant: TenantId, entry: SegmentEntry, files: TenantFiles) -> None:
        self._old = entry.format_version < 2
        self._files = {
            kind: RowGroups(files.path(tenant, file.name)) for kind, file in entry.files.items()
        }

    def place_of_facts(self, ordinal: int) -> tuple[int, int]:
        """Return which group of rows, as `ids` takes it, holds a document, and its row there."""
        return self._files["documents"].place(ordinal)

    def ids(self, groups: Sequence[int]) -> list[pa.StringArray]:
        """Return the ids of all documents of each of `groups`."""
        tables = self._files["documents"].read(groups, ["document_id"]) if groups else ()
        return [table.column(0).combine_chunks() for table in tables]

    def documents(self, ordinals: Numbers) -> dict[int, IndexedDocument]:
        """Return whole documents by their ordinals."""
        bodies = dict(self._cells("documents" if self._old else "texts", ordinals, ["body"]))
        columns = [name for name in _FACTS if not self._old or name not in _LATER_FACTS]
        return {
            ordinal: IndexedDocument(body=bodies[ordinal]["body"], **row)
            for ordinal, row in self._cells("documents", ordinals, columns)
        }

    def texts(self, ordinals: Numbers) -> dict[int, tuple[str, str]]:
        """Return (title, body) by ordinal."""
        bodies = dict(self._cells("documents" if self._old else "texts", ordinals, ["body"]))
        titles = self._cells("documents", ordinals, ["title"])
        return {ordinal: (row["title"], bodies[ordinal]["body"]) for ordinal, row in titles}

    def spans(self, places: Sequence[Place]) -> dict[Place, list[tuple[int, int]]]:
        """Return where in their texts `places` are, in code points, end exclusive, in order."""
        by_row = dict(self._places(np.unique([place.row for place in places])))
        units = {} if self._old else self._units({place.ordinal for place in places})
        found: dict[Place, list[tuple[int, int]]] = {}
        for place in places:
            starts, ends = by_row[place.row]
            if not self._old:
                text = units[place.ordinal][place.field]
                positions, widths = starts, ends
                starts, ends = text.starts[positions], text.ends[positions + widths - 1]
            found[place] = sorted(zip(starts.tolist(), ends.tolist(), strict=True))
        return found

    def positions(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Return how many positions each of `rows` of the postings has, and all of them in order.

        Args:
            rows: int64 [n], ascending.
        """
        kind = "postings" if self._old else "positions"
        counts: list[Numbers] = [np.zeros(0, dtype=np.int64)]
        found: list[Numbers] = [np.zeros(0, dtype=np.int64)]
        for _, table, local in self._tables(kind, rows, ["positions"]):
            offsets = list_offsets(table, "positions")
            values = list_values(table, "positions")
            own = offsets[local + 1] - offsets[local]
            before = np.repeat(np.cumsum(own) - own, own)
            found.append(
                values[np.repeat(offsets[local], own) + np.arange(own.sum()) - before].astype(
                    np.int64
                )
            )
            counts.append(own)
        return np.concatenate(counts), np.concatenate(found)

    def units(self, ordinals: set[int]) -> dict[int, dict[str, Units]]:
        """Return the units of documents' texts by field; format 1 has none."""
        return {} if self._old else self._units(ordinals)

    def _places(self, rows: Numbers) -> Iterator[tuple[int, tuple[NDArray[Any], NDArray[Any]]]]:
        """Yield (row, its two lists): starts and ends in format 1, else positions and widths."""
        kind, columns = (
            ("postings", ["starts", "ends"])
            if self._old
            else ("positions", ["positions", "widths"])
        )
        for first, table, local in self._tables(kind, rows, columns):
            offsets = list_offsets(table, columns[0])
            one, other = (list_values(table, name) for name in columns)
            for row, start, end in zip(
                local + first, offsets[local], offsets[local + 1], strict=True
            ):
                # Copies, so that the rest of the row group isn't kept.
                yield int(row), (one[start:end].astype(np.int64), other[start:end].astype(np.int64))

    def _units(self, ordinals: set[int]) -> dict[int, dict[str, Units]]:
        columns = [f"{name}_{column}" for name in FIELDS for column in ("advances", "gaps")]
        found: dict[int, dict[str, Units]] = {}
        for first, table, local in self._tables("texts", np.array(sorted(ordinals)), columns):
            for name in FIELDS:
                units = read_units(table, name, local.tolist())
                for ordinal, one in zip(local + first, units, strict=True):
                    found.setdefault(int(ordinal), {})[name] = one
        return found

    def _cells(
        self, kind: str, ordinals: Numbers, columns: Sequence[str]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        for first, table, local in self._tables(kind, ordinals, columns):
            cells = {name: table.column(name) for name in columns}
            for row in local.tolist():
                yield first + row, {name: cells[name][row].as_py() for name in columns}

    def _tables(
        self, kind: str, rows: Numbers, columns: Sequence[str]
    ) -> Iterator[tuple[int, pa.Table, Numbers]]:
        """Yield (first row, table, wanted rows within it) of each row group that `rows` lie in."""
        if not len(rows):
            return
        file = self._files[kind]
        groups = file.groups(rows)
        numbers = sorted(set(groups.tolist()))  # np.unique imports np.ma
        for group, table in zip(numbers, file.read(numbers, columns), strict=True):
            first = file.first_row(group)
            yield first, table, rows[groups == group] - first
