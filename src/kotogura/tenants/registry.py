"""The register of tenants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kotogura.tenants.identity import TenantId

Cadence = Literal["off", "daily", "weekly"]

ERASED_SECONDS = 35 * 86_400
"""As long as the table can be brought back to a moment at which the tenant was still there."""


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """A tenant: its id, its name for people, and how often its model is trained by schedule.

    With `learns_from_openings` what its people search for and open is kept, for trainings. `limits`
    are those that an operator set for it, by the names of `Limits`; others are the deployment's.
    """

    tenant: TenantId
    name: str
    cadence: Cadence = "weekly"
    created_at: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)
    learns_from_openings: bool = False


class TenantRegistry(Protocol):
    """Where tenants are registered."""

    def create(self, record: TenantRecord) -> None:
        """Register a tenant. Raises TenantExists, also for a while after one was erased."""

    def get(self, tenant: TenantId) -> TenantRecord | None:
        """Return one record, or None."""

    def mark_erased(self, tenant: TenantId, at: str) -> str:
        """Forget the record and keep only that the tenant is erased, for `ERASED_SECONDS`.

        Returns:
            `at`, ISO 8601 in UTC, or when it was first marked, if it was before.
        """

    def erased_at(self, tenant: TenantId) -> str | None:
        """Return when the tenant was marked as erased; None if it wasn't, or long ago."""

    def set_cadence(self, tenant: TenantId, cadence: Cadence) -> None:
        """Say how often the tenant's model is trained by schedule. Raises TenantNotFound."""

    def set_learning(self, tenant: TenantId, *, from_openings: bool) -> None:
        """Say whether trainings learn from what was opened. Raises TenantNotFound."""

    def set_limits(self, tenant: TenantId, limits: Mapping[str, int]) -> None:
        """Set the tenant's own limits, in the place of those it had. Raises TenantNotFound."""

    def all(self) -> Iterator[TenantRecord]:
        """Yield all records by tenant id."""
