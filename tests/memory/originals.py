"""A versioned bucket of tenants' files in memory."""

from collections.abc import Iterator, Mapping, Sequence

from kotogura.documents.lines import fingerprint
from kotogura.documents.originals import Original, OriginalFile
from kotogura.tenants.identity import TenantId


class MemoryOriginals:
    """Implements `OriginalFolders`; None among the versions is a delete marker."""

    def __init__(self) -> None:
        self._versions: dict[tuple[TenantId, str], list[bytes | None]] = {}
        self._labels: dict[tuple[TenantId, str, str], tuple[dict[str, str], dict[str, str]]] = {}

    def put(
        self,
        tenant: TenantId,
        name: str,
        data: bytes,
        metadata: dict[str, str] | None = None,
        tags: dict[str, str] | None = None,
    ) -> str:
        """Write a new version and return its id."""
        versions = self._versions.setdefault((tenant, name), [])
        versions.append(data)
        version_id = f"v{len(versions)}"
        self._labels[tenant, name, version_id] = (metadata or {}, tags or {})
        return version_id

    def remove(self, tenant: TenantId, name: str) -> None:
        """Put a delete marker on the name."""
        self._versions.setdefault((tenant, name), []).append(None)

    def version_count(self, tenant: TenantId, name: str) -> int:
        """Return how many versions there are, delete markers among them."""
        return len(self._versions.get((tenant, name), []))

    def read(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> bytes | None:
        """Return the object's bytes, or at most `limit_bytes` + 1; None when it isn't there."""
        versions = self._versions.get((tenant, name), [])
        if version_id is None:
            data = versions[-1] if versions else None
        else:
            number = int(version_id.removeprefix("v")) - 1
            data = versions[number] if 0 <= number < len(versions) else None
        return None if data is None else data[: limit_bytes + 1]

    def fetch(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> Original | None:
        """Return the object as `read` does, with its metadata and tags."""
        data = self.read(tenant, name, version_id, limit_bytes)
        if data is None:
            return None
        version_id = version_id or f"v{self.version_count(tenant, name)}"
        return Original(data, *self._labels[tenant, name, version_id])

    def exists(self, tenant: TenantId, name: str) -> bool:
        """Return whether the name has a current version."""
        versions = self._versions.get((tenant, name), [])
        return bool(versions) and versions[-1] is not None

    def list(self, tenant: TenantId, below: str = "") -> Iterator[OriginalFile]:
        """Yield the current files of `tenant` whose names begin with `below`, without folders."""
        for owner, name in sorted(self._versions):
            data = self._versions[owner, name][-1]
            listed = owner == tenant and name.startswith(below) and not name.endswith("/")
            if listed and data is not None:
                yield OriginalFile(name, len(data), fingerprint(data))

    def write_many(self, tenant: TenantId, files: Mapping[str, bytes]) -> None:
        """Write the files of these names."""
        for name, data in files.items():
            self.put(tenant, name, data)

    def remove_many(self, tenant: TenantId, names: Sequence[str]) -> None:
        """Remove the files of these names."""
        for name in names:
            self.remove(tenant, name)
