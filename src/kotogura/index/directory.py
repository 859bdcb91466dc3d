"""Where a document is: segment and ordinal by document id, read from the segments themselves."""

from collections import OrderedDict
from dataclasses import dataclass

import pyarrow.parquet as pq

from kotogura.index.manifest import FIELDS, Manifest
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

_COLUMNS = ["document_id", "version", *(f"{name}_length" for name in FIELDS)]
_CACHED_SEGMENT_COUNT = 256


@dataclass(frozen=True, slots=True)
class Place:
    """A live document's place, its version, and its length in each field."""

    segment_id: str
    document: int
    version: str
    lengths: dict[str, int]


class Directory:
    """Looks documents up by id. Segments never change, so what was read of one stays true."""

    def __init__(self, files: TenantFiles) -> None:
        self._files = files
        self._cache: OrderedDict[tuple[TenantId, str], dict[str, Place]] = OrderedDict()

    def locate(self, tenant: TenantId, manifest: Manifest, document_id: str) -> Place | None:
        """Return the place of the live document `document_id`, or None when there is none."""
        for segment in reversed(manifest.segments):
            place = self.places(tenant, segment.segment_id).get(document_id)
            if place is not None and place.document not in segment.tombstones:
                return place
        return None

    def places(self, tenant: TenantId, segment_id: str) -> dict[str, Place]:
        """Return the places of all documents of one segment, those with a tombstone included."""
        key = (tenant, segment_id)
        found = self._cache.get(key)
        if found is None:
            path = self._files.path(tenant, f"segments/{segment_id}/documents.parquet")
            rows = pq.read_table(path, columns=_COLUMNS).to_pylist()
            found = {
                row["document_id"]: Place(
                    segment_id,
                    ordinal,
                    row["version"],
                    {name: row[f"{name}_length"] for name in FIELDS},
                )
                for ordinal, row in enumerate(rows)
            }
            self._cache[key] = found
            if len(self._cache) > _CACHED_SEGMENT_COUNT:
                self._cache.popitem(last=False)
        return found
