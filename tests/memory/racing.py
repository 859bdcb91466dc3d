"""Pointers that let something else happen first: every race a test can name."""

from collections.abc import Callable

from kotogura.index.changes import ManifestPointer
from kotogura.tenants.identity import TenantId
from tests.memory.changes import MemoryPointers


class RacingPointers(MemoryPointers):
    """Before each `move` one of `rivals` runs, the first added first."""

    def __init__(self) -> None:
        super().__init__()
        self.rivals: list[Callable[[], object]] = []

    def move(
        self, tenant: TenantId, expected: ManifestPointer | None, new: ManifestPointer
    ) -> bool:
        """Let a rival in, then move as if it had not been known."""
        if self.rivals:
            self.rivals.pop(0)()
        return super().move(tenant, expected, new)
