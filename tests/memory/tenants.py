"""The register of tenants and the log of trainings in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from kotogura.errors import TenantExists, TenantNotFound
from kotogura.semantics.trainings import TrainingRecord
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import Cadence, TenantRecord


class MemoryTenants:
    """Implements `TenantRegistry`."""

    def __init__(self) -> None:
        self._records: dict[TenantId, TenantRecord] = {}
        self._erased: dict[TenantId, str] = {}

    def create(self, record: TenantRecord) -> None:
        """Register a tenant. Raises TenantExists."""
        if record.tenant in self._records or record.tenant in self._erased:
            raise TenantExists("there is a tenant of this id already")
        self._records[record.tenant] = record

    def get(self, tenant: TenantId) -> TenantRecord | None:
        """Return one record, or None."""
        return self._records.get(tenant)

    def mark_erased(self, tenant: TenantId, at: str) -> str:
        """Forget the record and keep only that the tenant is erased."""
        self._records.pop(tenant, None)
        return self._erased.setdefault(tenant, at)

    def erased_at(self, tenant: TenantId) -> str | None:
        """Return when the tenant was marked as erased, or None."""
        return self._erased.get(tenant)

    def set_cadence(self, tenant: TenantId, cadence: Cadence) -> None:
        """Say how often the tenant's model is trained. Raises TenantNotFound."""
        self._change(tenant, cadence=cadence)

    def set_learning(self, tenant: TenantId, *, from_openings: bool) -> None:
        """Say whether trainings learn from what was opened. Raises TenantNotFound."""
        self._change(tenant, learns_from_openings=from_openings)

    def set_limits(self, tenant: TenantId, limits: Mapping[str, int]) -> None:
        """Set the tenant's own limits, in the place of those it had. Raises TenantNotFound."""
        self._change(tenant, limits=dict(limits))

    def _change(self, tenant: TenantId, **changes: Any) -> None:
        if tenant not in self._records:
            raise TenantNotFound("the tenant is not registered")
        self._records[tenant] = replace(self._records[tenant], **changes)

    def all(self) -> Iterator[TenantRecord]:
        """Yield all records by tenant id."""
        return (self._records[tenant] for tenant in sorted(self._records))


class MemoryTrainings:
    """Implements `TrainingLog`."""

    def __init__(self) -> None:
        self._records: dict[tuple[TenantId, str], dict[str, Any]] = {}

    def get(self, tenant: TenantId, training_id: str) -> TrainingRecord | None:
        """Return one record, or None."""
        found = self._records.get((tenant, training_id))
        return TrainingRecord(**found) if found else None

    def newest(self, tenant: TenantId, limit: int = 20) -> list[TrainingRecord]:
        """Return the last trainings, the newest first."""
        ids = sorted((name for owner, name in self._records if owner == tenant), reverse=True)
        return [TrainingRecord(**self._records[tenant, name]) for name in ids[:limit]]

    def update(self, tenant: TenantId, training_id: str, changes: Mapping[str, Any]) -> None:
        """Set attributes of a record, creating it if it isn't there."""
        record = self._records.setdefault((tenant, training_id), {"training_id": training_id})
        record.update(changes)
