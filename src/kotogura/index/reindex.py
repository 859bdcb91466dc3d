"""Reindexing: every document of a tenant, in batches, into segments of a fresh generation.

The plan lists the tenant's files, and each batch becomes one segment; `swap` then publishes them.
What another analyzer committed meanwhile is planned as follow-ups, batches like the others.
The old generation serves until then. A run that broke off goes on where it was when its steps are
called again with its id: what is planned stays planned, what is built stays built.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from kotogura.analysis.analyzer import Analyzer
from kotogura.documents import formats
from kotogura.documents.changes import OLDEST, DocumentChange
from kotogura.documents.extracted import ExtractedDocument
from kotogura.documents.extraction import Read
from kotogura.documents.identity import document_id
from kotogura.documents.intake import read_document
from kotogura.documents.ledger import DocumentLedger, DocumentState, Reason
from kotogura.documents.lines import holds_lines
from kotogura.documents.metadata import described_name
from kotogura.documents.originals import OriginalFile, OriginalListing, Originals
from kotogura.errors import DocumentError, InvalidArgument, UnanalyzableText
from kotogura.index.compiling import store_dictionary
from kotogura.index.generations import Generations
from kotogura.index.manifest import SegmentEntry
from kotogura.index.runs import (
    Batch,
    Built,
    Plan,
    batch_name,
    entry_name,
    find_built,
    find_plan,
    mark_built,
    read_plan,
    replaced_name,
    write_plan,
)
from kotogura.index.staging import EmbedSegment, build_segment
from kotogura.index.tables import read_table
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

BATCH_DOCUMENT_COUNT = 4_000
BATCH_BYTES = 4_000_000

Within = Callable[[TenantId, Iterable[OriginalFile]], Iterable[OriginalFile]]
"""Leaves out what a tenant may not have."""


def plan(
    tenant: TenantId,
    run_id: str,
    originals: OriginalListing,
    generations: Generations,
    files: TenantFiles,
    dictionary: str = "",
    within: Within = lambda _, listed: listed,
) -> Plan:
    """List the tenant's files and write them down in batches, by count and by size.

    A file larger than a batch may be makes one of its own. The plan is written last; a run that has
    one keeps it. `dictionary` is the tenant's user dictionary as it was written; it is compiled
    here, and the run keeps to it. Files that `within` leaves out stay as they are.
    """
    known = find_plan(tenant, run_id, files)
    if known is not None:
        write_plan(tenant, known, files)  # what is seen may not outlast a crash: its writer failed
        return known
    current = generations.replaceable(tenant)
    documents = (
        original
        for original in originals.list(tenant)
        # Those are no documents: they are read with what they describe, or by their lines' objects.
        if described_name(original.name) is None and not holds_lines(original.name)
    )
    listed = ((one.name, one.size_bytes, None) for one in within(tenant, documents))
    batch_count = document_count = 0
    for batch in _in_batches(listed):
        files.write(tenant, batch_name(run_id, batch_count), batch.model_dump_json().encode())
        batch_count += 1
        document_count += len(batch.names)
    replaced = [segment.segment_id for segment in current.manifest.segments] if current else []
    files.write(tenant, replaced_name(run_id), json.dumps(replaced).encode())
    planned = Plan(
        tenant=tenant,
        run_id=run_id,
        base_generation=current.manifest.generation if current else 0,
        batch_count=batch_count,
        document_count=document_count,
        dictionary=store_dictionary(tenant, dictionary, files),
    )
    write_plan(tenant, planned, files)
    return planned


def plan_follow_up(
    tenant: TenantId, planned: Plan, segments: Iterable[SegmentEntry], files: TenantFiles
) -> tuple[Plan, list[Batch]]:
    """Plan batches of the documents that count in `segments`; return the plan with them, and them.

    A batch is written before the plan that counts it, so a crash in between plans it again.
    """
    batches = list(_in_batches(_live(tenant, segments, files)))
    for number, batch in enumerate(batches, planned.batch_count):
        name = batch_name(planned.run_id, number)
        files.write(tenant, name, batch.model_dump_json().encode())
    counts = {
        "batch_count": planned.batch_count + len(batches),
        "follow_up_count": planned.follow_up_count + len(batches),
    }
    longer = planned.model_copy(update=counts)
    write_plan(tenant, longer, files)
    return longer, batches


def _live(
    tenant: TenantId, segments: Iterable[SegmentEntry], files: TenantFiles
) -> Iterator[tuple[str, int, str | None]]:
    """Yield name, size and version of each document that counts."""
    for segment in segments:
        sizes = ["size_bytes"] if segment.format_version > 1 else []  # format 1 didn't tell them
        name = segment.files["documents"].name
        rows = read_table(tenant, name, files, ["name", "version", *sizes]).to_pylist()
        gone = set(segment.tombstones)
        for ordinal, row in enumerate(rows):
            if ordinal not in gone:
                yield row["name"], row.get("size_bytes") or 0, row["version"]


def _in_batches(documents: Iterable[tuple[str, int, str | None]]) -> Iterator[Batch]:
    """Yield batches of `documents`, each a name, a size in bytes and perhaps a version."""
    batch, size = Batch(names=[], sizes_bytes=[]), 0
    for name, size_bytes, version in documents:
        full = size + size_bytes > BATCH_BYTES or len(batch.names) >= BATCH_DOCUMENT_COUNT
        if batch.names and full:
            yield batch
            batch, size = Batch(names=[], sizes_bytes=[]), 0
        batch.names.append(name)
        batch.sizes_bytes.append(size_bytes)
        if version is not None:
            batch.versions.append(version)
        size += size_bytes
    if batch.names:
        yield batch


def build(
    tenant: TenantId,
    run_id: str,
    number: int,
    *,
    originals: Originals,
    ledger: DocumentLedger,
    analyzer: Analyzer,
    embed: EmbedSegment,
    files: TenantFiles,
    read: Read = formats.read,
) -> Built:
    """Build one segment of the documents of batch `number`; bad ones are quarantined. Repeatable.

    A batch that is built already, by this analyzer, is answered as it was. The analyzer must have
    the user dictionary that the run's plan names.

    Raises:
        RunNotFound: when there is no such run.
        InvalidArgument: when the run has no such batch.
    """
    planned = read_plan(tenant, run_id, files)
    if number not in planned.batches:
        raise InvalidArgument("the run has no batch of this number")
    data = files.read(tenant, batch_name(run_id, number))
    known = find_built(tenant, run_id, number, data, analyzer.fingerprint, files)
    if known is not None:
        # Once more, for what is seen may not outlast a crash: its writer failed.
        mark_built(tenant, run_id, number, data, analyzer.fingerprint, known, files)
        return known
    batch = Batch.model_validate_json(data)
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
            document = read_document(change, None, originals, read)
        except DocumentError as error:
            _quarantine(tenant, identity, change.sequencer, error, ledger)
            quarantined += 1
            continue
        if document is not None:
            documents.append(document)
    try:
        segment = _write(tenant, planned, documents, analyzer, embed, files)
    except UnanalyzableText:
        good = [one for one in documents if _is_analyzable(tenant, one, analyzer, ledger)]
        quarantined += len(documents) - len(good)
        documents = good
        segment = _write(tenant, planned, documents, analyzer, embed, files)
    built = Built(
        segment_id=segment.segment_id if segment else None,
        document_count=len(documents),
        quarantined_count=quarantined,
    )
    mark_built(tenant, run_id, number, data, analyzer.fingerprint, built, files)
    return built


def _write(
    tenant: TenantId,
    planned: Plan,
    documents: Sequence[ExtractedDocument],
    analyzer: Analyzer,
    embed: EmbedSegment,
    files: TenantFiles,
) -> SegmentEntry | None:
    """Write a segment of `documents` and its entry for the swap; None without documents."""
    if not documents:
        return None
    segment = build_segment(
        tenant,
        documents,
        analyzer=analyzer,
        embed=embed,
        files=files,
        dictionary=planned.dictionary,
    )
    name = entry_name(planned.run_id, segment.segment_id)
    files.write(tenant, name, segment.model_dump_json().encode())
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
