"""The ledger of documents in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kotogura.documents.changes import DocumentChange
from kotogura.documents.ledger import Claim, DocumentRecord, DocumentState, Reason, RecordPage
from kotogura.tenants.identity import TenantId


class MemoryLedger:
    """Implements `DocumentLedger`; `updated_at` counts what was written."""

    def __init__(self) -> None:
        self._records: dict[tuple[TenantId, str], DocumentRecord] = {}
        self._writes = 0

    def claim(self, tenant: TenantId, change: DocumentChange) -> Claim:
        """Record `change` as received unless it, or a later one, is already known."""
        known = self._records.get((tenant, change.document_id))
        if known is not None and known.sequencer > change.sequencer:
            return Claim.SUPERSEDED
        if known is not None and known.sequencer == change.sequencer:
            received = known.state is DocumentState.RECEIVED
            return Claim.GRANTED if received else Claim.DUPLICATE
        began = self._tick()
        self._records[tenant, change.document_id] = DocumentRecord(
            document_id=change.document_id,
            name=change.name,
            state=DocumentState.RECEIVED,
            sequencer=change.sequencer,
            size_bytes=change.size_bytes,
            title=known.title if known else "",
            updated_at=began,
            etag=change.etag,
            claimed_at=began,
        )
        return Claim.GRANTED

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
        known = self._records.get((tenant, document_id))
        if known is None or known.sequencer != sequencer:
            return False
        self._records[tenant, document_id] = replace(
            known,
            state=state,
            generation=known.generation if generation is None else generation,
            title=title or known.title,
            reason=reason,
            updated_at=self._tick(),
        )
        return True

    def get(self, tenant: TenantId, document_id: str) -> DocumentRecord | None:
        """Return one record, or None."""
        return self._records.get((tenant, document_id))

    def get_many(self, tenant: TenantId, document_ids: Sequence[str]) -> dict[str, DocumentRecord]:
        """Return the records that exist, by id."""
        found = {name: self.get(tenant, name) for name in document_ids}
        return {name: record for name, record in found.items() if record is not None}

    def page(self, tenant: TenantId, *, cursor: str | None = None, limit: int = 100) -> RecordPage:
        """Return up to `limit` records in the order of their ids."""
        ids = sorted(name for owner, name in self._records if owner == tenant)
        rest = [name for name in ids if cursor is None or name > cursor]
        shown = rest[:limit]
        more = len(rest) > len(shown)
        return RecordPage(
            [self._records[tenant, name] for name in shown], shown[-1] if more else None
        )

    def all(self, tenant: TenantId) -> Iterator[DocumentRecord]:
        """Yield all records in the order of their ids."""
        yield from self.page(tenant, limit=len(self._records)).records

    def _tick(self) -> str:
        self._writes += 1
        return f"2026-01-01T00:00:00.{self._writes:06d}Z"
