"""Texts that tenants write as settings, in memory."""

from itertools import count

from kotogura.tenants.identity import TenantId
from kotogura.tenants.texts import TenantText


class MemoryTexts:
    """Implements `TenantTexts`; `read_count` tells how often it was asked."""

    def __init__(self) -> None:
        self._kept: dict[TenantId, TenantText] = {}
        self._times = count(1)
        self.read_count = 0

    def get(self, tenant: TenantId) -> TenantText:
        """Return what was kept last; an empty text if nothing ever was."""
        self.read_count += 1
        return self._kept.get(tenant, TenantText.of(""))

    def put(self, tenant: TenantId, text: str) -> TenantText:
        """Keep `text`, which is valid, in the place of what was kept before; return it."""
        minute, second = divmod(next(self._times), 60)
        kept = TenantText.of(text, f"2026-01-01T00:{minute:02d}:{second:02d}.000Z")
        self._kept[tenant] = kept
        return kept
