"""What a tenant's documents are in one generation and not in another."""

from pydantic import BaseModel

from kotogura.index.directory import Directory
from kotogura.index.manifest import Manifest
from kotogura.index.tombstones import live_places
from kotogura.tenants.identity import TenantId


class Differences(BaseModel):
    """Counts of documents that are found otherwise than before.

    Attributes:
        missing_count: found before, and not any more.
        returned_count: not found before, as they were deleted since, and found now.
        replaced_count: found in another version.
    """

    missing_count: int
    returned_count: int
    replaced_count: int


def differences(
    tenant: TenantId, before: Manifest, after: Manifest, directory: Directory
) -> Differences:
    """Compare which documents, in which versions, two generations have."""
    was, now = _versions(tenant, before, directory), _versions(tenant, after, directory)
    return Differences(
        missing_count=len(was.keys() - now.keys()),
        returned_count=len(now.keys() - was.keys()),
        replaced_count=sum(was[name] != now[name] for name in was.keys() & now.keys()),
    )


def _versions(tenant: TenantId, manifest: Manifest, directory: Directory) -> dict[str, str]:
    return {
        name: place.version
        for segment in manifest.segments
        for name, place in live_places(segment, directory.places(tenant, segment.segment_id))
    }
