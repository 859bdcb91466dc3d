"""The ledger of documents: which change of each is known, and what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kotogura.documents.changes import DocumentChange
from kotogura.tenants.identity import TenantId


class DocumentState(StrEnum):
    """Where a document's newest known change stands."""

    RECEIVED = "received"
    INDEXED = "indexed"
    UNPACKED = "unpacked"  # a file whose lines are documents, each with a record of its own
    QUARANTINED = "quarantined"
    DELETED = "deleted"


class Claim(StrEnum):
    """What the ledger says to a change that wants to be worked on."""

    GRANTED = "granted"
    DUPLICATE = "duplicate"  # this very change has already come to its end
    SUPERSEDED = "superseded"  # a later change of the same key is known


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a document was quarantined: an error's `code`, and one line for a person."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the ledger holds of one document.

    Attributes:
        document_id, name: of the document.
        state: where its newest known change stands.
        sequencer: of that change.
        size_bytes: of the file, as the change told it.
        title: of what was indexed last.
        generation: where the change was committed.
        reason: why it was quarantined.
        updated_at: when the record was written last, ISO 8601.
        etag: of the file, as the change told it; empty where it didn't.
        claimed_at: when work on the change began, before which the bucket was not read for it.
    """

    document_id: str
    name: str
    state: DocumentState
    sequencer: str
    size_bytes: int = 0
    title: str = ""
    generation: int | None = None
    reason: Reason | None = None
    updated_at: str = ""
    etag: str = ""
    claimed_at: str = ""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Some records by document id, and where the next page begins (None at the end)."""

    records: Sequence[DocumentRecord]
    cursor: str | None


class DocumentLedger(Protocol):
    """One suite, `tests/conformance/test_ledger.py`, holds for every implementation."""

    def claim(self, tenant: TenantId, change: DocumentChange) -> Claim:
        """Record `change` as received unless it, or a later one, is already known. Idempotent."""

    def settle(
        self,
        tenant: TenantId,
        document_id: str,
        sequencer: str,
        state: DocumentState,
        *,
        generation: int | None = None,
        title: str = "",
        reason: Reason | None = None,
    ) -> bool:
        """Record the end of a change; False, and nothing is written, if a later one is known."""

    def get(self, tenant: TenantId, document_id: str) -> DocumentRecord | None:
        """Return one record, or None."""

    def get_many(self, tenant: TenantId, document_ids: Sequence[str]) -> dict[str, DocumentRecord]:
        """Return the records that exist, by id. Reads are strongly consistent."""

    def page(self, tenant: TenantId, *, cursor: str | None = None, limit: int = 100) -> RecordPage:
        """Return up to `limit` records in the order of their ids."""

    def all(self, tenant: TenantId) -> Iterator[DocumentRecord]:
        """Yield all records in the order of their ids, as they were a moment ago, page by page.

        Not strongly consistent, which costs half.
        """
