"""How much of the service a tenant may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace

from kotogura.tenants.identity import TenantId

BURST_SECONDS = 5
"""So many seconds' worth of searches may come at once after a rest."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a deployment grants every tenant, or what one tenant has.

    Attributes:
        searches_per_second: requests to the search function, as a lasting rate; at least 1.
        document_count: documents that can be found.
        index_bytes: files of the current generation's segments, vectors included.
        training_minutes: in a calendar month in UTC, all trainings together.
    """

    searches_per_second: int = 50
    document_count: int = 1_000_000
    index_bytes: int = 20_000_000_000
    training_minutes: int = 600

    @property
    def search_burst(self) -> int:
        """How many searches may come at once after a rest."""
        return self.searches_per_second * BURST_SECONDS

    def with_own(self, own: Mapping[str, int]) -> "Limits":
        """Return these limits with those that an operator set for one tenant.

        Names that this release doesn't know are left out: a newer one may have written them.

        >>> Limits().with_own({"document_count": 3, "from_tomorrow": 1}).document_count
        3
        """
        return replace(self, **{name: own[name] for name in LIMITS if name in own})


LIMITS = tuple(field.name for field in fields(Limits))
"""The names of all limits."""

LimitsOf = Callable[[TenantId], Limits]
"""Tells a tenant's limits, its own or the deployment's."""
