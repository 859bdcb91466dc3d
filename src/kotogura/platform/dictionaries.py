"""Tenants' user dictionaries, kept in the table; compressed, for an item holds 400 KB."""

from kotogura.platform.clock import now
from kotogura.platform.table import Table, partition
from kotogura.tenants.dictionaries import TenantDictionary, packed, unpacked
from kotogura.tenants.identity import TenantId

_DICTIONARY = "DICTIONARY"


class TableDictionaries:
    """Implements `DictionaryStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, tenant: TenantId) -> TenantDictionary:
        """Return what was kept last; an empty text if nothing ever was."""
        item = self._table.get(partition(tenant), _DICTIONARY)
        if item is None:
            return TenantDictionary.of("")
        text = unpacked(bytes(item["packed"]))
        return TenantDictionary(text, item["version"], item["updated_at"])

    def put(self, tenant: TenantId, text: str) -> TenantDictionary:
        """Keep `text`, which is valid, in the place of what was kept before; return it."""
        kept = TenantDictionary.of(text, now())
        self._table.put(
            {
                "pk": partition(tenant),
                "sk": _DICTIONARY,
                "packed": packed(text),
                "version": kept.version,
                "updated_at": kept.updated_at,
            }
        )
        return kept
