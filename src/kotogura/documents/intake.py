"""The first step of `ingest`: an event becomes an extracted document, or a reason why not."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import uuid4

from pydantic import BaseModel

from kotogura.documents import formats
from kotogura.documents.changes import DocumentChange, parse_event, redescription
from kotogura.documents.extracted import ExtractedDocument, staged_name
from kotogura.documents.extraction import (
    DOCUMENT_LIMIT_BYTES,
    Read,
    check_admissible,
    extract,
)
from kotogura.documents.identity import document_id
from kotogura.documents.ledger import Claim, DocumentLedger, DocumentState, Reason
from kotogura.documents.lines import holds_lines
from kotogura.documents.metadata import (
    DESCRIPTION,
    DESCRIPTION_LIMIT_BYTES,
    described_name,
    object_fields,
    read_description,
)
from kotogura.documents.originals import OriginalFolders, Originals
from kotogura.documents.quota import Admit, admit_all
from kotogura.documents.unpacking import unpack
from kotogura.spans import span
from kotogura.tenants.files import TenantFiles


class Intake(BaseModel):
    """What `functions/ingest` answers; ids only, never a document's text.

    `writing` tells the staged text from others of the same change; None where none was staged.
    """

    outcome: Literal["extracted", "removed", "skipped"]
    tenant: str
    document_id: str
    sequencer: str
    writing: str | None = None
    reason: str | None = None


class Quarantined(BaseModel):
    """What `functions/ingest/quarantine` answers."""

    outcome: Literal["quarantined", "superseded"]
    tenant: str
    document_id: str
    code: str


def receive(
    event: Mapping[str, Any],
    originals: OriginalFolders,
    ledger: DocumentLedger,
    files: TenantFiles,
    read: Read = formats.read,
    admit: Admit = admit_all,
) -> Intake:
    """Take an S3 event in, extract the document it is about, and stage its text.

    Events may come twice and in any order: a change that is known, or older than one that is
    known, is skipped. A removal of one version of several leads to the version that is current
    now. Repeating a call that failed half-way is safe.

    A `.meta.json` is no document: a change of it, its removal too, is one of the document that it
    describes, which is read anew. One that describes nothing yet is read when its document comes.
    A file of JSON Lines is none either: each of its lines becomes an object with its own event, and
    has the fields that are said of the file.

    Raises:
        InvalidEvent, InvalidTenantId: when the event isn't about a tenant's document.
        DocumentError: one of its classes, when the document can't be read, or `admit` refuses it.
    """
    change = parse_event(event)
    if change.name.endswith("/"):
        return _answer(change, "skipped", "folder")
    if holds_lines(change.name):
        return _unpack(change, originals, ledger)
    described = described_name(change.name)
    if described is not None:
        known = ledger.get(change.tenant, document_id(described))
        if known is None or known.state is DocumentState.DELETED:
            return _answer(change, "skipped", "nothing-described")
        change = redescription(change, described, known.sequencer, known.size_bytes, known.etag)
        if holds_lines(described):
            return _unpack(change, originals, ledger)
    if _brings_a_file(change, originals):
        admit(change.tenant, change.document_id)  # before the claim, by which it would be known
    claim = ledger.claim(change.tenant, change)
    if claim is not Claim.GRANTED:
        return _answer(change, "skipped", claim.value)
    return _stage(change, described is not None, originals, files, read)


def _brings_a_file(change: DocumentChange, originals: Originals) -> bool:
    """Return whether there is a file to read: a removed version may have uncovered another."""
    if change.kind == "created":
        return True
    return not change.marker and originals.exists(change.tenant, change.name)


def _unpack(change: DocumentChange, originals: OriginalFolders, ledger: DocumentLedger) -> Intake:
    """Unpack the file as it is now, whatever the ledger says of this change of it.

    A change that a later one has overtaken may be the second try of a call that broke off, after
    it had written beside the later one's: it too has to leave all as the file says.
    """
    ledger.claim(change.tenant, change)
    there = unpack(change.tenant, change.name, originals)
    state = DocumentState.UNPACKED if there else DocumentState.DELETED
    ledger.settle(change.tenant, change.document_id, change.sequencer, state)
    return _answer(change, "skipped", "unpacked")


def _stage(
    change: DocumentChange,
    of_description: bool,
    originals: Originals,
    files: TenantFiles,
    read: Read,
) -> Intake:
    """Stage the document of a change that was granted, or find that there is none."""
    if change.kind == "deleted" and (
        change.marker or not originals.exists(change.tenant, change.name)
    ):
        return _answer(change, "removed")
    version_id = change.version_id if change.kind == "created" else None
    document = read_document(change, version_id, originals, read)
    if document is None and of_description:
        # Its removal, whose event may be on its way, is older than this change, and would be lost.
        return _answer(change, "removed")
    if document is None:
        return _answer(change, "skipped", "gone")
    writing = uuid4().hex
    files.write(
        change.tenant,
        staged_name(change.document_id, change.sequencer, writing),
        document.model_dump_json().encode(),
    )
    return _answer(change, "extracted").model_copy(update={"writing": writing})


def read_document(
    change: DocumentChange,
    version_id: str | None,
    originals: Originals,
    read: Read = formats.read,
) -> ExtractedDocument | None:
    """Return the document of `change` as it is in the bucket, or None when it is gone.

    Its description is the one that lies beside it now, whatever version of the file is read.

    Raises:
        DocumentError: one of its classes, when the document can't be read.
    """
    if change.size_bytes:
        check_admissible(change.name, change.size_bytes)  # before a gigabyte is read
    with span("fetch-file") as fetching:
        original = originals.fetch(change.tenant, change.name, version_id, DOCUMENT_LIMIT_BYTES)
        if original is None:
            return None
        fetching.count(bytes=len(original.data))
        name = change.name + DESCRIPTION
        beside = originals.read(change.tenant, name, None, DESCRIPTION_LIMIT_BYTES)
    description = None if beside is None else read_description(beside)
    with span("extract-text"):
        return extract(change, original.data, object_fields(original), description, read)


def quarantine(event: Mapping[str, Any], reason: Reason, ledger: DocumentLedger) -> Quarantined:
    """Record why the document of `event` can't be found, where its owner will look.

    The version that was indexed before, if any, stays findable until a good one replaces it. A
    change that came to another end, by an execution that ran beside this one, keeps that end.
    A change of a description that was never claimed, or not as the last, is not recorded: what is
    known of its document by now has read the description anew.
    """
    change = parse_event(event)
    described = described_name(change.name)
    if described is not None:
        known = ledger.get(change.tenant, document_id(described))
        sequencer = known.sequencer if known else ""
        size_bytes, etag = (known.size_bytes, known.etag) if known else (0, "")
        change = redescription(change, described, sequencer, size_bytes, etag)
        if change.sequencer != sequencer:
            return _quarantined(change, "superseded", reason)
    if ledger.claim(change.tenant, change) is Claim.GRANTED:
        ledger.settle(
            change.tenant,
            change.document_id,
            change.sequencer,
            DocumentState.QUARANTINED,
            reason=reason,
        )
    record = ledger.get(change.tenant, change.document_id)
    quarantined = (
        record is not None
        and record.sequencer == change.sequencer
        and record.state is DocumentState.QUARANTINED
    )
    return _quarantined(change, "quarantined" if quarantined else "superseded", reason)


def _quarantined(
    change: DocumentChange, outcome: Literal["quarantined", "superseded"], reason: Reason
) -> Quarantined:
    return Quarantined(
        outcome=outcome,
        tenant=change.tenant,
        document_id=change.document_id,
        code=reason.code,
    )


def skipped(change: DocumentChange, reason: str) -> Intake:
    """Return the answer to a change that is left alone."""
    return _answer(change, "skipped", reason)


def _answer(
    change: DocumentChange,
    outcome: Literal["extracted", "removed", "skipped"],
    reason: str | None = None,
) -> Intake:
    return Intake(
        outcome=outcome,
        tenant=change.tenant,
        document_id=change.document_id,
        sequencer=change.sequencer,
        reason=reason,
    )
