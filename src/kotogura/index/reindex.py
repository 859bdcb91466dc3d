"""Reindexing: every document of a tenant, in batches, into segments of a fresh generation.

The plan lists the tenant's files, and each batch becomes one segment; `swap` then publishes them.
The old generation serves until then.
"""

import json
from collections.abc import Sequence

from pydantic import BaseModel

from kotogura.analysis.analyzer import Analyzer
from kotogura.documents.changes import OLDEST, DocumentChange
from kotogura.documents.extracted import ExtractedDocument
from kotogura.documents.identity import document_id
from kotogura.documents.intake import read_document
from kotogura.documents.ledger import DocumentLedger, DocumentState, Reason
from kotogura.documents.originals import OriginalListing, Originals
from kotogura.errors import DocumentError, UnanalyzableText
from kotogura.index.generations import Generations
from kotogura.index.manifest import SegmentEntry
from kotogura.index.runs import batch_name, entry_name, replaced_name
from kotogura.index.staging import EmbedSegment, build_segment
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

BATCH_DOCUMENT_COUNT = 100
BATCH_BYTES = 4_000_000


class Batch(BaseModel):
    """One batch of a run: documents to build one segment of."""

    names: list[str]
    sizes_bytes: list[int]


class Plan(BaseModel):
    """What `functions/reindex/plan` answers; `run_id` names the run's folder of the store."""

    tenant: str
    run_id: str
    base_generation: int
    batches: list[str]


class Built(BaseModel):
    """What `functions/reindex/build` answers; `segment_id` is None when no document was good."""

    segment_id: str | None
    document_count: int
    quarantined_count: int


def plan(
    tenant: TenantId,
    run_id: str,
    originals: OriginalListing,
    generations: Generations,
    files: TenantFiles,
) -> Plan:
    """List the tenant's files and write them down in batches, by count and by size."""
    current = generations.current(tenant)
    batches: list[Batch] = []
    size = 0
    for original in originals.list(tenant):
        full = batches and (
            len(batches[-1].names) >= BATCH_DOCUMENT_COUNT
            or size + original.size_bytes > BATCH_BYTES
        )
        if not batches or full:
            batches.append(Batch(names=[], sizes_bytes=[]))
            size = 0
        batches[-1].names.append(original.name)
        batches[-1].sizes_bytes.append(original.size_bytes)
        size += original.size_bytes
    names = []
    for number, batch in enumerate(batches):
        name = batch_name(run_id, number)
        files.write(tenant, name, batch.model_dump_json().encode())
        names.append(name)
    replaced = [segment.segment_id for segment in current.manifest.segments] if current else []
    files.write(tenant, replaced_name(run_id), json.dumps(replaced).encode())
    return Plan(
        tenant=tenant,
        run_id=run_id,
        base_generation=current.manifest.generation if current else 0,
        batches=names,
    )


def build(
    tenant: TenantId,
    run_id: str,
    batch_name: str,
    *,
    originals: Originals,
    ledger: DocumentLedger,
    analyzer: Analyzer,
    embed: EmbedSegment,
    files: TenantFiles,
) -> Built:
    """Build one segment of a batch's documents; bad ones are quarantined. Repeatable."""
    batch = Batch.model_validate_json(files.read(tenant, batch_name))
    ids = [document_id(name) for name in batch.names]
    records = ledger.get_many(tenant, ids)
    documents: list[ExtractedDocument] = []
    quarantined = 0
    for name, size, identity in zip(batch.names, batch.sizes_bytes, ids, strict=True):
        record = records.get(identity)
        change = DocumentChange(
            tenant=tenant,
            name=name,
            document_id=identity,
            kind="created",
            sequencer=record.sequencer if record else OLDEST,
            version_id=None,
            size_bytes=size,
        )
        if record is None:
            ledger.claim(tenant, change)
        try:
            document = read_document(change, None, originals)
        except DocumentError as error:
            _quarantine(tenant, identity, change.sequencer, error, ledger)
            quarantined += 1
            continue
        if document is not None:
            documents.append(document)
    try:
        segment = _write(tenant, run_id, documents, analyzer, embed, files)
    except UnanalyzableText:
        good = [one for one in documents if _is_analyzable(tenant, one, analyzer, ledger)]
        quarantined += len(documents) - len(good)
        documents = good
        segment = _write(tenant, run_id, documents, analyzer, embed, files)
    return Built(
        segment_id=segment.segment_id if segment else None,
        document_count=len(documents),
        quarantined_count=quarantined,
    )


def _write(
    tenant: TenantId,
    run_id: str,
    documents: Sequence[ExtractedDocument],
    analyzer: Analyzer,
    embed: EmbedSegment,
    files: TenantFiles,
) -> SegmentEntry | None:
    """Write a segment of `documents` and its entry for the swap; None without documents."""
    if not documents:
        return None
    segment = build_segment(tenant, documents, analyzer=analyzer, embed=embed, files=files)
    files.write(tenant, entry_name(run_id, segment.segment_id), segment.model_dump_json().encode())
    return segment


def _is_analyzable(
    tenant: TenantId, document: ExtractedDocument, analyzer: Analyzer, ledger: DocumentLedger
) -> bool:
    """Return whether the analyzer takes the document's text; quarantine it if not."""
    try:
        analyzer.analyze(document.title)
        analyzer.analyze(document.body)
    except UnanalyzableText as error:
        _quarantine(tenant, document.document_id, document.version, error, ledger)
        return False
    return True


def _quarantine(
    tenant: TenantId, document_id: str, version: str, error: DocumentError, ledger: DocumentLedger
) -> None:
    reason = Reason(error.code, error.detail)
    ledger.settle(tenant, document_id, version, DocumentState.QUARANTINED, reason=reason)
