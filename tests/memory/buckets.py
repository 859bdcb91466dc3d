"""Buckets of searches in memory."""

from kotogura.tenants.identity import TenantId
from kotogura.tenants.search_rate import Bucket


class MemoryBuckets:
    """Implements `Buckets`; `writes` counts the replacements that were tried."""

    def __init__(self) -> None:
        self._buckets: dict[TenantId, Bucket] = {}
        self.writes = 0

    def get(self, tenant: TenantId) -> Bucket | None:
        """Return the tenant's bucket, or None where it has none."""
        return self._buckets.get(tenant)

    def replace(self, tenant: TenantId, expected: Bucket | None, new: Bucket) -> bool:
        """Replace `expected` by `new`; False if it was another by then."""
        self.writes += 1
        if self._buckets.get(tenant) != expected:
            return False
        self._buckets[tenant] = new
        return True
