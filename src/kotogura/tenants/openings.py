"""What people searched for and then opened, kept where a tenant wants its model to learn of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kotogura.tenants.identity import TenantId

KEPT_DAYS = 90
LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class Opening:
    """A query by which a document was found and opened, and how often it was, about."""

    query: str
    document_id: str
    count: int


class Openings(Protocol):
    """Keeps openings for `KEPT_DAYS`; `tests/conformance/test_openings.py` holds for all."""

    def note(self, tenant: TenantId, query: str, document_id: str) -> None:
        """Keep one more opening of a document found by `query`.

        Raises:
            StoreUnavailable, Throttled: a retry may help; nothing was kept.
        """

    def all(self, tenant: TenantId) -> Sequence[Opening]:
        """Return all that are kept, those first that were seen oftenest, equals in one order."""


def by_count(openings: Sequence[Opening]) -> list[Opening]:
    """Return openings in the order in which `Openings.all` has them."""
    return sorted(openings, key=lambda one: (-one.count, one.document_id, one.query))
