"""Changes that wait for their commit, and the pointer that a commit moves."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from kotogura.index.manifest import ModelEntry, SegmentEntry
from kotogura.tenants.identity import TenantId


class StagedChange(BaseModel):
    """A document's new version, or its removal, ready to be committed.

    Attributes:
        document_id: whose change it is.
        version: the change's sequencer; greater is later.
        segment: a segment that holds this document alone, or None for a removal.
        title: for the ledger; empty for a removal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_id: str
    version: str
    segment: SegmentEntry | None
    title: str = ""


class ManifestPointer(BaseModel):
    """Which manifest a tenant's readers should open.

    Attributes:
        generation: of that manifest.
        manifest: its name in the tenant's folder.
        sha256: of its bytes.
        content_generation: as in the manifest.
        trained_generation: the content generation that the model in service learned from.
        document_count, index_bytes: of that manifest, for those who can't read it; None in
            pointers that were written before there was such a thing.
        model: as in the manifest, for a rebuilding after that is lost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    generation: int
    manifest: str
    sha256: str
    content_generation: int
    trained_generation: int | None = None
    document_count: int | None = None
    index_bytes: int | None = None
    model: ModelEntry | None = None


class StagedChanges(Protocol):
    """Where changes wait. One suite, `tests/conformance/test_staged_changes.py`, holds for all."""

    def add(self, tenant: TenantId, change: StagedChange) -> None:
        """Stage `change`; staging it again replaces it."""

    def all(self, tenant: TenantId) -> Sequence[StagedChange]:
        """Return what is staged, by version. Reads are strongly consistent."""

    def discard(self, tenant: TenantId, changes: Iterable[StagedChange]) -> None:
        """Forget `changes`; those already forgotten are no error."""


class ManifestPointers(Protocol):
    """Each tenant's pointer. One suite, `tests/conformance/test_pointers.py`, holds for all."""

    def get(self, tenant: TenantId) -> ManifestPointer | None:
        """Return the pointer, or None before the first commit. Reads are strongly consistent."""

    def move(
        self, tenant: TenantId, expected: ManifestPointer | None, new: ManifestPointer
    ) -> bool:
        """Replace `expected` by `new` in one conditional write; False if it was another by then."""


def stage_removal(
    tenant: TenantId, document_id: str, sequencer: str, staged: StagedChanges
) -> None:
    """Stage the removal of a document. Idempotent."""
    staged.add(tenant, StagedChange(document_id=document_id, version=sequencer, segment=None))


def parted(
    changes: Iterable[StagedChange], test: Callable[[StagedChange], bool]
) -> tuple[list[StagedChange], list[StagedChange]]:
    """Return the changes that pass the test and those that don't, each in their order."""
    passing: list[StagedChange] = []
    others: list[StagedChange] = []
    for change in changes:
        (passing if test(change) else others).append(change)
    return passing, others
