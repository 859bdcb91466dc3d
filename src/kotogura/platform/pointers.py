"""Manifest pointers and staged changes, kept in the table."""

from collections.abc import Iterable, Sequence

from kotogura.index.changes import ManifestPointer, StagedChange
from kotogura.platform.clock import epoch_seconds, now
from kotogura.platform.table import ConditionFailed, Table, partition
from kotogura.tenants.identity import TenantId

_POINTER = "MANIFEST"
_STAGED = "STAGED#"
_STAGED_SECONDS = 7 * 86_400  # the janitor keeps a staged segment's files as long


class TablePointers:
    """Implements `ManifestPointers`: the commit is one conditional write of one item."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, tenant: TenantId) -> ManifestPointer | None:
        """Return the pointer, or None before the first commit."""
        item = self._table.get(partition(tenant), _POINTER)
        if item is None:
            return None
        fields = {name: item[name] for name in ManifestPointer.model_fields if name in item}
        return ManifestPointer(**fields)

    def move(
        self, tenant: TenantId, expected: ManifestPointer | None, new: ManifestPointer
    ) -> bool:
        """Replace `expected` by `new` in one conditional write; False if it was another by then."""
        item = {
            "pk": partition(tenant),
            "sk": _POINTER,
            "updated_at": now(),
            **new.model_dump(exclude_none=True),
        }
        try:
            if expected is None:
                self._table.put(item, "attribute_not_exists(sk)")
            else:
                self._table.put(
                    item,
                    "generation = :generation AND sha256 = :sha256",
                    generation=expected.generation,
                    sha256=expected.sha256,
                )
        except ConditionFailed:
            return False
        return True


class TableStagedChanges:
    """Implements `StagedChanges`, one item a change."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, tenant: TenantId, change: StagedChange) -> None:
        """Stage `change`; staging it again replaces it."""
        self._table.put(
            {
                "pk": partition(tenant),
                "sk": _sort_key(change),
                "change": change.model_dump_json(),
                "expires_at": epoch_seconds() + _STAGED_SECONDS,
            }
        )

    def all(self, tenant: TenantId) -> Sequence[StagedChange]:
        """Return what is staged, by version."""
        return [
            StagedChange.model_validate_json(item["change"])
            for item in self._table.query(partition(tenant), _STAGED)
        ]

    def discard(self, tenant: TenantId, changes: Iterable[StagedChange]) -> None:
        """Forget `changes`; those already forgotten are no error."""
        self._table.delete(partition(tenant), [_sort_key(change) for change in changes])


def _sort_key(change: StagedChange) -> str:
    return f"{_STAGED}{change.version}#{change.document_id}"
