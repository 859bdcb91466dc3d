"""Where a document is: segment and ordinal by document id, read from the segments themselves."""

from collections import OrderedDict
from dataclasses import dataclass

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
            name = f"segments/{segment_id}/documents.parquet"
            rows = read_table(tenant, name, self._files, _COLUMNS).to_pylist()
            found = {
                row["document_id"]: Place(
                    segment_id,
                    ordinal,
                    row["version"],
                    row["title"],
                    {name: row[f"{name}_length"] for name in FIELDS},
                )
                for ordinal, row in enumerate(rows)
            }
            self._cache[key] = found
            if len(self._cache) > _CACHED_SEGMENT_COUNT:
                self._cache.popitem(last=False)
        return found
