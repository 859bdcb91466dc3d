"""The ledger's documents that have a state and a beginning of their name."""

from collections.abc import Collection

from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState, RecordPage
from kotogura.tenants.identity import TenantId

_READ_COUNT = 500
_READS = 10
"""A page of an answer reads at most 5,000 records, so that it comes in time; the next goes on."""


def matching_page(
    ledger: DocumentLedger,
    tenant: TenantId,
    states: Collection[DocumentState] = (),
    prefix: str = "",
    *,
    cursor: str | None = None,
    limit: int = 100,
) -> RecordPage:
    """Return up to `limit` records by document id that are in one of `states`, if any are given.

    A page may be short, even empty, and yet have a cursor: no more was looked at.
    """
    if not states and not prefix:
        return ledger.page(tenant, cursor=cursor, limit=limit)
    found: list[DocumentRecord] = []
    for _ in range(_READS):
        page = ledger.page(tenant, cursor=cursor, limit=_READ_COUNT)
        fitting = [
            record
            for record in page.records
            if (not states or record.state in states) and record.name.startswith(prefix)
        ]
        room = limit - len(found)
        found += fitting[:room]
        if len(fitting) > room:
            return RecordPage(found, found[-1].document_id)
        cursor = page.cursor
        if cursor is None or len(found) == limit:
            break
    return RecordPage(found, cursor)
