"""Tenants' files in memory, with a shadow on the disk for engines that read files themselves."""

import math
from collections.abc import Iterator
from pathlib import Path

from kotogura.errors import InvalidArgument, StoreUnavailable
from kotogura.tenants.identity import TenantId


class MemoryFiles:
    """Implements `TenantFiles`; `scratch` holds the shadow, and time passes by `pass_seconds`."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._data: dict[tuple[TenantId, str], bytes] = {}
        self._written_at: dict[tuple[TenantId, str], float] = {}
        self._now = 0.0

    def pass_seconds(self, seconds: float) -> None:
        """Let every file grow older."""
        self._now += seconds

    def write(self, tenant: TenantId, name: str, data: bytes) -> None:
        """Keep `data` under `name`."""
        path = self.path(tenant, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self._data[tenant, name] = data
        self._written_at[tenant, name] = self._now

    def read(self, tenant: TenantId, name: str) -> bytes:
        """Return the file's bytes."""
        self.path(tenant, name)
        try:
            return self._data[tenant, name]
        except KeyError:
            raise StoreUnavailable("there is no such file") from None

    def path(self, tenant: TenantId, name: str) -> Path:
        """Return where the shadow of `name` lies."""
        if name.startswith("/") or ".." in name.split("/"):
            raise InvalidArgument("a file's name leads out of the tenant's folder")
        return self._scratch / tenant / name

    def names(self, tenant: TenantId, prefix: str) -> Iterator[str]:
        """Yield the names of all files below the folder `prefix`, in order of their text."""
        folder = prefix.rstrip("/") + "/" if prefix else ""
        owned = (name for owner, name in self._data if owner == tenant)
        yield from sorted(name for name in owned if name.startswith(folder))

    def age_seconds(self, tenant: TenantId, name: str) -> float:
        """Return how long ago the file was written; infinite when it is missing."""
        return self._now - self._written_at.get((tenant, name), -math.inf)

    def remove(self, tenant: TenantId, name: str) -> None:
        """Remove the file if it is there."""
        self._data.pop((tenant, name), None)
        self._written_at.pop((tenant, name), None)
        self.path(tenant, name).unlink(missing_ok=True)
