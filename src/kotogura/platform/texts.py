"""Texts that tenants write as settings, kept in the table: one item for each tenant and kind."""

from kotogura.platform.clock import now
from kotogura.platform.table import Table, partition
from kotogura.tenants.identity import TenantId
from kotogura.tenants.texts import TenantText, packed, unpacked

SYNONYMS = "SYNONYMS"
DICTIONARY = "DICTIONARY"


class TableTexts:
    """Implements `TenantTexts` for one kind of text, whose items have `kind` as sort key.

    With `packs` a text is compressed, for an item holds 400 KB.
    """

    def __init__(self, table: Table, kind: str, *, packs: bool = False) -> None:
        self._table = table
        self._kind = kind
        self._packs = packs

    def get(self, tenant: TenantId) -> TenantText:
        """Return what was kept last; an empty text if nothing ever was."""
        item = self._table.get(partition(tenant), self._kind)
        if item is None:
            return TenantText.of("")
        text = unpacked(bytes(item["packed"])) if self._packs else item["text"]
        return TenantText(text, item["version"], item["updated_at"])

    def put(self, tenant: TenantId, text: str) -> TenantText:
        """Keep `text`, which is valid, in the place of what was kept before; return it."""
        kept = TenantText.of(text, now())
        self._table.put(
            {
                "pk": partition(tenant),
                "sk": self._kind,
                **({"packed": packed(text)} if self._packs else {"text": text}),
                "version": kept.version,
                "updated_at": kept.updated_at,
            }
        )
        return kept
