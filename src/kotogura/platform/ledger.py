"""The ledger of documents, kept in the table."""

from collections.abc import Iterator, Sequence
from typing import Any

from kotogura.documents.changes import DocumentChange
from kotogura.documents.ledger import (
    Claim,
    DocumentRecord,
    DocumentState,
    Reason,
    RecordPage,
)
from kotogura.platform.clock import now
from kotogura.platform.table import ConditionFailed, Item, Table, partition
from kotogura.tenants.identity import TenantId

_PREFIX = "DOCUMENT#"


class TableLedger:
    """Implements `DocumentLedger` by conditional writes of one item a document."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, tenant: TenantId, change: DocumentChange) -> Claim:
        """Record `change` as received unless it, or a later one, is already known. Idempotent."""
        pk, sk = partition(tenant), _PREFIX + change.document_id
        known = self._table.get(pk, sk)
        began = now()
        item = {
            "pk": pk,
            "sk": sk,
            "document_id": change.document_id,
            "name": change.name,
            "state": DocumentState.RECEIVED.value,
            "sequencer": change.sequencer,
            "size_bytes": change.size_bytes,
            "title": known["title"] if known else "",
            "updated_at": began,
            "claimed_at": began,
            "etag": change.etag,
        }
        try:
            self._table.put(
                item,
                "attribute_not_exists(sk) OR sequencer < :sequencer",
                sequencer=change.sequencer,
            )
        except ConditionFailed:
            known = self._table.get(pk, sk)
            if known is None or known["sequencer"] != change.sequencer:
                return Claim.SUPERSEDED
            done = known["state"] != DocumentState.RECEIVED.value
            return Claim.DUPLICATE if done else Claim.GRANTED
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
        changes: Item = {"state": state.value, "updated_at": now(), "reason": _reason_item(reason)}
        if generation is not None:
            changes["generation"] = generation
        if title:
            changes["title"] = title
        try:
            self._table.update(
                partition(tenant),
                _PREFIX + document_id,
                changes,
                "sequencer = :sequencer",
                sequencer=sequencer,
            )
        except ConditionFailed:
            return False
        return True

    def get(self, tenant: TenantId, document_id: str) -> DocumentRecord | None:
        """Return one record, or None."""
        item = self._table.get(partition(tenant), _PREFIX + document_id)
        return _record(item) if item else None

    def get_many(self, tenant: TenantId, document_ids: Sequence[str]) -> dict[str, DocumentRecord]:
        """Return the records that exist, by id."""
        sks = [_PREFIX + document_id for document_id in dict.fromkeys(document_ids)]
        records = map(_record, self._table.get_many(partition(tenant), sks))
        return {record.document_id: record for record in records}

    def page(self, tenant: TenantId, *, cursor: str | None = None, limit: int = 100) -> RecordPage:
        """Return up to `limit` records in the order of their ids."""
        after = _PREFIX + cursor if cursor else None
        items, last = self._table.page(partition(tenant), _PREFIX, after, limit)
        return RecordPage(
            [_record(item) for item in items], last.removeprefix(_PREFIX) if last else None
        )

    def all(self, tenant: TenantId) -> Iterator[DocumentRecord]:
        """Yield all records in the order of their ids, as they were a moment ago."""
        return map(_record, self._table.query(partition(tenant), _PREFIX, consistent=False))


def _reason_item(reason: Reason | None) -> dict[str, Any] | None:
    return {"code": reason.code, "detail": reason.detail} if reason else None


def _record(item: Item) -> DocumentRecord:
    reason = item.get("reason")
    return DocumentRecord(
        document_id=item["document_id"],
        name=item["name"],
        state=DocumentState(item["state"]),
        sequencer=item["sequencer"],
        size_bytes=item["size_bytes"],
        title=item.get("title", ""),
        generation=item.get("generation"),
        reason=Reason(reason["code"], reason["detail"]) if reason else None,
        updated_at=item["updated_at"],
        etag=item.get("etag", ""),
        claimed_at=item.get("claimed_at") or item["updated_at"],
    )
