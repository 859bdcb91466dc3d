"""Buckets of searches, kept in the table, and limits remembered for a while."""

import time
from collections.abc import Callable

from kotogura.platform.clock import epoch_seconds
from kotogura.platform.table import ConditionFailed, Table
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import Limits, LimitsOf
from kotogura.tenants.search_rate import Bucket

_PARTITION = "SEARCH-RATE#"  # apart from all else: searches may write nothing but this
_KEY = "BUCKET"
_KEPT_SECONDS = 86_400  # by then it is full, and as good as none
_REMEMBERED_SECONDS = 60.0
_REMEMBERED_TENANTS = 10_000


def rate_partition(tenant: TenantId) -> str:
    """Return the partition that holds how fast `tenant` searches."""
    return _PARTITION + tenant


class TableBuckets:
    """Implements `Buckets`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, tenant: TenantId) -> Bucket | None:
        """Return the tenant's bucket, or None where it has none: a full one."""
        item = self._table.get(rate_partition(tenant), _KEY)
        return Bucket(item["tokens"], item["refilled_at"]) if item else None

    def replace(self, tenant: TenantId, expected: Bucket | None, new: Bucket) -> bool:
        """Replace `expected` by `new` in one conditional write; False if it was another by then."""
        item = {
            "pk": rate_partition(tenant),
            "sk": _KEY,
            "tokens": new.tokens,
            "refilled_at": new.at,
            "expires_at": epoch_seconds() + _KEPT_SECONDS,
        }
        try:
            if expected is None:
                self._table.put(item, "attribute_not_exists(sk)")
            else:
                self._table.put(
                    item,
                    "tokens = :tokens AND refilled_at = :at",
                    tokens=expected.tokens,
                    at=expected.at,
                )
        except ConditionFailed:
            return False
        return True


def remembered(limits_of: LimitsOf, clock: Callable[[], float] = time.monotonic) -> LimitsOf:
    """Return `limits_of` with each tenant's answer kept for a minute."""
    known: dict[TenantId, tuple[float, Limits]] = {}

    def of(tenant: TenantId) -> Limits:
        now = clock()
        found = known.get(tenant)
        if found is None or now - found[0] >= _REMEMBERED_SECONDS:
            if len(known) >= _REMEMBERED_TENANTS:
                known.clear()
            found = known[tenant] = (now, limits_of(tenant))
        return found[1]

    return of
