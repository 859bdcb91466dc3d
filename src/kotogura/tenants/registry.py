"""The register of tenants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kotogura.tenants.identity import TenantId

Cadence = Literal["off", "daily", "weekly"]


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """A tenant: its id, its name for people, and how often its model is trained by schedule.

    `limits` are those that an operator set for it, by the names of `Limits`; all others are the
    deployment's.
    """

    tenant: TenantId
    name: str
    cadence: Cadence = "weekly"
    created_at: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)


class TenantRegistry(Protocol):
    """Where tenants are registered."""

    def create(self, record: TenantRecord) -> None:
        """Register a tenant. Raises TenantExists."""

    def get(self, tenant: TenantId) -> TenantRecord | None:
        """Return one record, or None."""

    def set_cadence(self, tenant: TenantId, cadence: Cadence) -> None:
        """Say how often the tenant's model is trained by schedule. Raises TenantNotFound."""

    def set_limits(self, tenant: TenantId, limits: Mapping[str, int]) -> None:
        """Set the tenant's own limits, in the place of those it had. Raises TenantNotFound."""

    def all(self) -> Iterator[TenantRecord]:
        """Yield all records by tenant id."""
