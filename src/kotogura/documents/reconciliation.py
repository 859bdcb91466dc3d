"""Comparing the bucket with the ledger, and mending what events missed.

S3 tells each change at least once, and EventBridge tries for a day to deliver it. What got lost all
the same is seen here: a document whose record says something else than the bucket does is given an
event of our own, which takes the way of all others through `ingest`. Its sequencer lies right after
the last that is known, so the true event still counts should it come after all.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from kotogura.documents.changes import OLDEST, missed_event, successions
from kotogura.documents.identity import document_id
from kotogura.documents.known import KnownDocuments
from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState
from kotogura.documents.metadata import described_name
from kotogura.documents.moments import iso_8601
from kotogura.documents.originals import OriginalFile, OriginalFolders
from kotogura.errors import DocumentError
from kotogura.tenants.identity import TenantId

PATIENCE = timedelta(hours=2)
"""How long an event may be on its way, and a document in work, before anybody thinks it lost."""
LIMIT = 2_000
"""How many documents of a tenant are mended in one run; the next run goes on."""
TRIES = 3
"""How often a document is tried again that was quarantined by our fault, until it changes."""
_ASKED_COUNT = 100


class Finding(StrEnum):
    """In what a document's record and the bucket differ."""

    MISSING = "missing"  # a file that no record tells of
    OUTDATED = "outdated"  # another file, or another description, than the record's
    UNFINISHED = "unfinished"  # received hours ago, and come to no end
    FAILED = "failed"  # quarantined, and not by its own fault
    GONE = "gone"  # no file, and a record that tells of one


@dataclass(frozen=True, slots=True)
class Repair:
    """A document to be taken in again, and the event that does it."""

    document_id: str
    finding: Finding
    event: Mapping[str, Any]


@dataclass(slots=True)
class Reconciled:
    """What a run found; `complete` is False when the limit was reached: there may be more."""

    found: Counter[Finding] = field(default_factory=Counter)
    complete: bool = True


Mend = Callable[[Repair], None]
"""Starts `ingest` for a repair's event; what it raises ends the run."""


def reconcile(
    tenant: TenantId,
    originals: OriginalFolders,
    ledger: DocumentLedger,
    now: str,
    mend: Mend,
    limit: int = LIMIT,
    patience: timedelta = PATIENCE,
) -> Reconciled:
    """Mend what the ledger tells otherwise than the bucket, up to `limit` documents.

    Repeatable, also beside itself: what is mended counts as received, and thereby is no longer
    found for as long as `patience`.

    Raises:
        StoreUnavailable: when the bucket can't be listed; a retry goes on with what is left.
        Throttled: when the table is; as above.
    """
    done = Reconciled()
    for repair in find_repairs(tenant, originals, ledger, now, patience):
        if done.found.total() == limit:
            done.complete = False
            break
        mend(repair)
        done.found[repair.finding] += 1
    return done


def find_repairs(
    tenant: TenantId,
    originals: OriginalFolders,
    ledger: DocumentLedger,
    now: str,
    patience: timedelta,
) -> Iterator[Repair]:
    """Yield what differs between the bucket and the ledger, as of `now`, ISO 8601.

    The ledger is read before the bucket is listed, and read again for what seems to differ. Both go
    by page; what is kept of a document meanwhile is 21 bytes.
    """
    before = iso_8601(datetime.fromisoformat(now) - patience)
    known = KnownDocuments()
    for record in ledger.all(tenant):
        known.add(record)
    suspects = _suspects(originals.list(tenant), known, before)
    while some := list(islice(suspects, _ASKED_COUNT)):
        records = ledger.get_many(tenant, [identity for identity, _ in some])
        begun: set[str] = set()  # a file and its description are one document
        for identity, file in some:
            repair = _repair(tenant, identity, file, records.get(identity), before, now)
            if repair is not None and identity not in begun:
                begun.add(identity)
                yield repair
    if known.without_file_count():
        yield from _gone(tenant, known, originals, ledger, now)


def _suspects(
    files: Iterable[OriginalFile], known: KnownDocuments, before: str
) -> Iterator[tuple[str, OriginalFile]]:
    """Yield the files put before `before` that may differ, each with its document's id."""
    for file in files:
        described = described_name(file.name)
        if described is None:
            identity = document_id(file.name)
            agrees = known.see(identity, file)
        else:
            identity = document_id(described)
            agrees = not known.is_older(identity, file)
        if not agrees and file.modified_at < before:
            yield identity, file


def _repair(
    tenant: TenantId,
    identity: str,
    file: OriginalFile,
    record: DocumentRecord | None,
    before: str,
    now: str,
) -> Repair | None:
    """Return the repair of a document that has `file`, or is described by it; None without need."""
    if described_name(file.name) is not None:
        if record is None or record.state is DocumentState.DELETED:
            return None  # it describes nothing, or something that is missing itself
        finding = Finding.OUTDATED if file.modified_at > record.claimed_at else None
        name, size_bytes, etag = record.name, record.size_bytes, record.etag
    else:
        finding = _finding(file, record, before)
        name, size_bytes, etag = file.name, file.size_bytes, file.etag
    if finding is None:
        return None
    after = record.sequencer if record else OLDEST
    event = missed_event(tenant, name, after=after, size_bytes=size_bytes, etag=etag, time=now)
    return Repair(identity, finding, event)


def _finding(file: OriginalFile, record: DocumentRecord | None, before: str) -> Finding | None:
    if record is None or record.state is DocumentState.DELETED:
        return Finding.MISSING
    if record.state is DocumentState.RECEIVED:
        return Finding.UNFINISHED if record.updated_at < before else None
    replaced = record.etag not in ("", file.etag)
    if replaced or file.modified_at > record.claimed_at:
        return Finding.OUTDATED
    if record.updated_at < before and _worth_another_try(record):
        return Finding.FAILED
    return None


def _worth_another_try(record: DocumentRecord) -> bool:
    own_faults = {error.code for error in DocumentError.__subclasses__()}
    return (
        record.state is DocumentState.QUARANTINED
        and record.reason is not None
        and record.reason.code not in own_faults
        and successions(record.sequencer) < TRIES
    )


def _gone(
    tenant: TenantId,
    known: KnownDocuments,
    originals: OriginalFolders,
    ledger: DocumentLedger,
    now: str,
) -> Iterator[Repair]:
    """Yield the documents that were seen in the ledger alone, and still have no file."""
    for record in ledger.all(tenant):
        suspected = record.state is not DocumentState.DELETED
        if not suspected or not known.is_without_file(record.document_id):
            continue
        if not originals.exists(tenant, record.name):
            event = missed_event(
                tenant, record.name, after=record.sequencer, size_bytes=None, time=now
            )
            yield Repair(record.document_id, Finding.GONE, event)
