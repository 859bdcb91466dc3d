"""Where a document is: segment and ordinal by document id, read from the segments themselves."""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index.manifest import FIELDS, Manifest
from kotogura.index.tables import read_table
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

_COLUMNS = ["document_id", "version", "title", *(f"{name}_length" for name in FIELDS)]
_CACHED_SEGMENT_COUNT = 256


@dataclass(frozen=True, slots=True)
class Place:
    """A document's place, its version, its title, and its length in each field."""

    segment_id: str
    document: int
    version: str
    title: str
    lengths: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """One segment's documents in columns, and their ids in order: a tenth of what objects take."""

    segment_id: str
    table: pa.Table
    ids: NDArray[np.bytes_]
    ordinals: NDArray[np.int64]

    @classmethod
    def of(cls, segment_id: str, table: pa.Table) -> "_Rows":
        """Return the rows of `table`, ready to be searched."""
        ids = np.array(
            [name.encode() for name in table["document_id"].to_pylist()], dtype=np.bytes_
        )
        ordinals = np.argsort(ids, kind="stable")
        return cls(segment_id, table, ids[ordinals], ordinals)

    def find(self, document_id: str) -> Place | None:
        """Return the place of the document with this id, tombstone or not."""
        number = int(np.searchsorted(self.ids, np.bytes_(document_id.encode())))
        if number == len(self.ids) or self.ids[number] != document_id.encode():
            return None
        ordinal = int(self.ordinals[number])
        return self._place(ordinal, self.table.slice(ordinal, 1).to_pylist()[0])

    def places(self) -> dict[str, Place]:
        """Return all places by document id."""
        return {
            row["document_id"]: self._place(ordinal, row)
            for ordinal, row in enumerate(self.table.to_pylist())
        }

    def _place(self, ordinal: int, row: dict[str, str | int]) -> Place:
        lengths = {name: int(row[f"{name}_length"]) for name in FIELDS}
        return Place(self.segment_id, ordinal, str(row["version"]), str(row["title"]), lengths)


class Directory:
    """Looks documents up by id. Segments never change, so what was read of one stays true."""

    def __init__(self, files: TenantFiles) -> None:
        self._files = files
        self._cache: OrderedDict[tuple[TenantId, str], _Rows] = OrderedDict()

    def locate(self, tenant: TenantId, manifest: Manifest, document_id: str) -> Place | None:
        """Return the place of the live document `document_id`, or None when there is none."""
        for segment in reversed(manifest.segments):
            place = self._rows(tenant, segment.segment_id).find(document_id)
            if place is not None and place.document not in segment.tombstones:
                return place
        return None

    def places(self, tenant: TenantId, segment_id: str) -> dict[str, Place]:
        """Return the places of all documents of one segment, those with a tombstone included."""
        return self._rows(tenant, segment_id).places()

    def _rows(self, tenant: TenantId, segment_id: str) -> _Rows:
        key = (tenant, segment_id)
        found = self._cache.get(key)
        if found is None:
            name = f"segments/{segment_id}/documents.parquet"
            found = _Rows.of(segment_id, read_table(tenant, name, self._files, _COLUMNS))
            self._cache[key] = found
            if len(self._cache) > _CACHED_SEGMENT_COUNT:
                self._cache.popitem(last=False)
        return found
