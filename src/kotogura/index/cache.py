"""A cache that counts bytes: what was used last stays, as much as fits."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

CACHE_BYTES = 64_000_000
ENTRY_BYTES = 200
"""What an entry takes beside its arrays and texts, roughly."""


class ByteCache:
    """Least recently used goes first. Not safe for concurrent use.

    A key begins with the tenant and the generation, so that nothing crosses from one to another.
    """

    def __init__(self, limit_bytes: int = CACHE_BYTES) -> None:
        self._limit_bytes = limit_bytes
        # audit: cache-without-tenant - keys are held to the rule where they are used
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.size_bytes = 0

    def get(self, key: Hashable) -> Any | None:
        """Return what is kept under `key`, or None."""
        found = self._entries.get(key)
        if found is None:
            return None
        self._entries.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: Any, size_bytes: int) -> None:
        """Keep `value`, and let go of what was used longest ago until all fits.

        What is larger than the whole cache isn't kept, and nothing has to go for it.
        """
        before = self._entries.pop(key, None)
        self.size_bytes -= before[1] if before else 0
        if size_bytes > self._limit_bytes:
            return
        self.size_bytes += size_bytes
        self._entries[key] = (value, size_bytes)
        while self.size_bytes > self._limit_bytes:
            _, (_, gone_bytes) = self._entries.popitem(last=False)
            self.size_bytes -= gone_bytes
