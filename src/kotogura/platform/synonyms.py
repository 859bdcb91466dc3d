"""Tenants' synonyms, kept in the table."""

from kotogura.platform.clock import now
from kotogura.platform.table import Table, partition
from kotogura.tenants.identity import TenantId
from kotogura.tenants.synonyms import TenantSynonyms

_SYNONYMS = "SYNONYMS"


class TableSynonyms:
    """Implements `SynonymStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, tenant: TenantId) -> TenantSynonyms:
        """Return what was kept last; an empty text if nothing ever was."""
        item = self._table.get(partition(tenant), _SYNONYMS)
        if item is None:
            return TenantSynonyms.of("")
        return TenantSynonyms(item["text"], item["version"], item["updated_at"])

    def put(self, tenant: TenantId, text: str) -> TenantSynonyms:
        """Keep `text`, which is valid, in the place of what was kept before; return it."""
        kept = TenantSynonyms.of(text, now())
        self._table.put(
            {
                "pk": partition(tenant),
                "sk": _SYNONYMS,
                "text": kept.text,
                "version": kept.version,
                "updated_at": kept.updated_at,
            }
        )
        return kept
