"""Staged changes and manifest pointers in memory."""

from collections.abc import Iterable, Sequence

from kotogura.index.changes import ManifestPointer, StagedChange
from kotogura.tenants.identity import TenantId


class MemoryStagedChanges:
    """Implements `StagedChanges`."""

    def __init__(self) -> None:
        self._staged: dict[tuple[TenantId, str, str], StagedChange] = {}

    def add(self, tenant: TenantId, change: StagedChange) -> None:
        """Stage `change`; staging it again replaces it."""
        self._staged[tenant, change.version, change.document_id] = change

    def all(self, tenant: TenantId) -> Sequence[StagedChange]:
        """Return what is staged, by version."""
        return [self._staged[key] for key in sorted(self._staged) if key[0] == tenant]

    def discard(self, tenant: TenantId, changes: Iterable[StagedChange]) -> None:
        """Forget `changes`; those already forgotten are no error."""
        for change in changes:
            self._staged.pop((tenant, change.version, change.document_id), None)


class MemoryPointers:
    """Implements `ManifestPointers`."""

    def __init__(self) -> None:
        self._pointers: dict[TenantId, ManifestPointer] = {}

    def get(self, tenant: TenantId) -> ManifestPointer | None:
        """Return the pointer, or None before the first commit."""
        return self._pointers.get(tenant)

    def move(
        self, tenant: TenantId, expected: ManifestPointer | None, new: ManifestPointer
    ) -> bool:
        """Replace `expected` by `new`; False if it was another by then."""
        if self._pointers.get(tenant) != expected:
            return False
        self._pointers[tenant] = new
        return True
