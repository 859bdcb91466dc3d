"""The register of tenants and the log of trainings, kept in the table."""

from collections.abc import Iterator, Mapping
from typing import Any

from kotogura.errors import TenantExists, TenantNotFound
from kotogura.platform.clock import epoch_seconds, now
from kotogura.platform.table import TENANTS, ConditionFailed, Table, partition
from kotogura.semantics.trainings import TrainingRecord
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import ERASED_SECONDS, Cadence, TenantRecord

_TRAINING = "TRAINING#"
_ERASED = "erased_at"
_REGISTERED = "attribute_exists(cadence)"  # what is left of an erased tenant has none


class TableTenants:
    """Implements `TenantRegistry`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, record: TenantRecord) -> None:
        """Register a tenant.

        Raises:
            TenantExists: when the id is taken, or was a while ago.
        """
        item = {
            "pk": TENANTS,
            "sk": str(record.tenant),
            "tenant": str(record.tenant),
            "name": record.name,
            "cadence": record.cadence,
            "created_at": record.created_at or now(),
            "limits": dict(record.limits),
            "learns_from_openings": record.learns_from_openings,
        }
        try:
            self._table.put(
                item, "attribute_not_exists(sk) OR expires_at < :now", now=epoch_seconds()
            )
        except ConditionFailed:
            if self.erased_at(record.tenant):
                raise TenantExists(
                    f"a tenant of this id was erased; it is free again after "
                    f"{ERASED_SECONDS // 86_400} days"
                ) from None
            raise TenantExists("there is a tenant of this id already") from None

    def get(self, tenant: TenantId) -> TenantRecord | None:
        """Return one record, or None."""
        item = self._table.get(TENANTS, tenant)
        return _tenant(item) if item and _ERASED not in item else None

    def mark_erased(self, tenant: TenantId, at: str) -> str:
        """Forget the record and keep only that the tenant is erased, for `ERASED_SECONDS`."""
        first = self.erased_at(tenant)
        if first is None:
            expires_at = epoch_seconds() + ERASED_SECONDS
            item = {"pk": TENANTS, "sk": str(tenant), _ERASED: at, "expires_at": expires_at}
            self._table.put(item)
        return first or at

    def erased_at(self, tenant: TenantId) -> str | None:
        """Return when the tenant was marked as erased; None if it wasn't, or long ago."""
        item = self._table.get(TENANTS, tenant) or {}
        expired = item.get("expires_at", 0) < epoch_seconds()
        return None if expired else item.get(_ERASED)

    def set_cadence(self, tenant: TenantId, cadence: Cadence) -> None:
        """Say how often the tenant's model is trained by schedule.

        Raises:
            TenantNotFound: when the tenant isn't registered.
        """
        self._change(tenant, {"cadence": cadence})

    def set_learning(self, tenant: TenantId, *, from_openings: bool) -> None:
        """Say whether trainings learn from what was opened.

        Raises:
            TenantNotFound: when the tenant isn't registered.
        """
        self._change(tenant, {"learns_from_openings": from_openings})

    def set_limits(self, tenant: TenantId, limits: Mapping[str, int]) -> None:
        """Set the tenant's own limits, in the place of those it had.

        Raises:
            TenantNotFound: when the tenant isn't registered.
        """
        self._change(tenant, {"limits": dict(limits)})

    def _change(self, tenant: TenantId, changes: dict[str, Any]) -> None:
        try:
            self._table.update(TENANTS, tenant, changes, _REGISTERED)
        except ConditionFailed:
            raise TenantNotFound("the tenant is not registered") from None

    def all(self) -> Iterator[TenantRecord]:
        """Yield all records by tenant id."""
        return (_tenant(item) for item in self._table.query(TENANTS, "") if _ERASED not in item)


class TableTrainings:
    """Implements `TrainingLog`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, tenant: TenantId, training_id: str) -> TrainingRecord | None:
        """Return one record, or None."""
        item = self._table.get(partition(tenant), _TRAINING + training_id)
        return TrainingRecord(**item) if item else None

    def newest(self, tenant: TenantId, limit: int = 20) -> list[TrainingRecord]:
        """Return the last trainings, the newest first."""
        items = self._table.query(partition(tenant), _TRAINING, newest_first=True)
        return [TrainingRecord(**item) for item, _ in zip(items, range(limit), strict=False)]

    def update(self, tenant: TenantId, training_id: str, changes: Mapping[str, Any]) -> None:
        """Set attributes of a record, creating it if the workflow did not."""
        self._table.update(
            partition(tenant),
            _TRAINING + training_id,
            {"training_id": training_id, **changes},
            "attribute_exists(sk) OR attribute_not_exists(sk)",
        )


def _tenant(item: Mapping[str, Any]) -> TenantRecord:
    return TenantRecord(
        TenantId(item["tenant"]),
        item["name"],
        item["cadence"],
        item["created_at"],
        item.get("limits", {}),
        item.get("learns_from_openings", False),
    )
