"""Openings, kept in the table: one item for each query and document of a tenant."""

import hashlib
from collections.abc import Sequence

from kotogura.platform.clock import epoch_seconds
from kotogura.platform.table import Item, Table, partition
from kotogura.tenants.identity import TenantId
from kotogura.tenants.openings import KEPT_DAYS, Opening, by_count

_OPENING = "OPENING#"
_KEPT_SECONDS = KEPT_DAYS * 86_400


class TableOpenings:
    """Implements `Openings`. Two that are noted at once may count as one."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, tenant: TenantId, query: str, document_id: str) -> None:
        """Keep one more opening of a document found by `query`."""
        pair = hashlib.sha256(f"{document_id}\0{query}".encode()).hexdigest()[:32]
        known = self._table.get(partition(tenant), _OPENING + pair)
        self._table.put(
            {
                "pk": partition(tenant),
                "sk": _OPENING + pair,
                "query": query,
                "document_id": document_id,
                "opened_count": (known["opened_count"] if known and _is_kept(known) else 0) + 1,
                "expires_at": epoch_seconds() + _KEPT_SECONDS,
            }
        )

    def all(self, tenant: TenantId) -> Sequence[Opening]:
        """Return all that are kept, those first that were seen oftenest."""
        items = filter(_is_kept, self._table.query(partition(tenant), _OPENING))
        return by_count(
            [Opening(item["query"], item["document_id"], item["opened_count"]) for item in items]
        )


def _is_kept(item: Item) -> bool:
    """Tell whether the item's time has not come: DynamoDB may take days to remove it."""
    return bool(item["expires_at"] > epoch_seconds())
