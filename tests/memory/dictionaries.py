"""Tenants' user dictionaries in memory."""

from itertools import count

from kotogura.tenants.dictionaries import TenantDictionary
from kotogura.tenants.identity import TenantId


class MemoryDictionaries:
    """Implements `DictionaryStore`."""

    def __init__(self) -> None:
        self._kept: dict[TenantId, TenantDictionary] = {}
        self._times = count(1)

    def get(self, tenant: TenantId) -> TenantDictionary:
        """Return what was kept last; an empty text if nothing ever was."""
        return self._kept.get(tenant, TenantDictionary.of(""))

    def put(self, tenant: TenantId, text: str) -> TenantDictionary:
        """Keep `text`, which is valid, in the place of what was kept before; return it."""
        minute, second = divmod(next(self._times), 60)
        kept = TenantDictionary.of(text, f"2026-01-01T00:{minute:02d}:{second:02d}.000Z")
        self._kept[tenant] = kept
        return kept
