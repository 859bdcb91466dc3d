"""A tenant's folder of the store, which a function alone can reach."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

from kotogura.errors import StoreUnavailable
from kotogura.tenants.identity import TenantId

Ask = Callable[[dict[str, Any]], dict[str, Any]]
"""Returns what `LeavingFunction` answers to an event."""


class TenantFolder:
    """One tenant's folder of the store."""

    def __init__(self, ask: Ask, tenant: TenantId) -> None:
        self._ask = ask
        self._tenant = tenant

    @property
    def place(self) -> str:
        """Where it lies, for people."""
        return f"store: tenants/{self._tenant}/"

    def names(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """Yield name and size in bytes of each file below the folder `prefix`."""
        after: str | None = ""
        while after is not None:
            answer = self._call("list", prefix=prefix, after=after)
            yield from ((name, size_bytes) for name, size_bytes in answer["files"])
            after = answer["next"]

    def read(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a file, some megabytes at a time."""
        start, size_bytes = 0, 1
        while start < size_bytes:
            answer = self._call("read", name=name, start=start)
            piece = base64.b64decode(answer["data"], validate=True)
            size_bytes = answer["size_bytes"]
            if not piece and start < size_bytes:
                raise StoreUnavailable("a file of the store became shorter; try again")
            start += len(piece)
            yield piece

    def remove(self) -> dict[str, int]:
        """Remove all of it; return how many `files`, and their `bytes`."""
        count = removed_bytes = 0
        while True:
            answer = self._call("erase")
            count += answer["removed_file_count"]
            removed_bytes += answer["removed_bytes"]
            if answer["left_file_count"] == 0 or answer["removed_file_count"] == 0:
                return {"files": count, "bytes": removed_bytes}

    def left(self) -> int:
        """Return how many files there are."""
        return sum(1 for _ in self.names())

    def _call(self, action: str, **wanted: Any) -> dict[str, Any]:
        return self._ask({"tenant": self._tenant, "action": action, **wanted})
