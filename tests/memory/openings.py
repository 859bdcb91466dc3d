"""Openings in memory."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from kotogura.tenants.identity import TenantId
from kotogura.tenants.openings import Opening, by_count


class MemoryOpenings:
    """Implements `Openings`."""

    def __init__(self) -> None:
        self._counts: dict[TenantId, Counter[tuple[str, str]]] = defaultdict(Counter)

    def note(self, tenant: TenantId, query: str, document_id: str) -> None:
        """Keep one more opening of a document found by `query`."""
        self._counts[tenant][query, document_id] += 1

    def all(self, tenant: TenantId) -> Sequence[Opening]:
        """Return all that are kept, those first that were seen oftenest."""
        return by_count([Opening(*pair, count) for pair, count in self._counts[tenant].items()])
