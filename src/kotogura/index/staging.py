"""From extracted documents to staged segments: the step between intake and commit."""

from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import BaseModel

from kotogura.analysis.analyzer import Analyzer
from kotogura.documents.extracted import ExtractedDocument, staged_name
from kotogura.index.changes import StagedChange, StagedChanges
from kotogura.index.content import IndexedDocument, analyse_documents
from kotogura.index.manifest import FileEntry, SegmentEntry
from kotogura.index.segment import write_segment
from kotogura.spans import span
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

EmbedSegment = Callable[[TenantId, str, Sequence[IndexedDocument]], dict[str, FileEntry]]
"""Writes a segment's vectors and returns them by model digest; none without a model."""


class Tokenized(BaseModel):
    """What `functions/tokenize` answers; ids only."""

    outcome: Literal["staged"] = "staged"
    tenant: str
    document_id: str
    sequencer: str
    segment_id: str


def stage_document(
    tenant: TenantId,
    document_id: str,
    sequencer: str,
    writing: str,
    *,
    analyzer: Analyzer,
    embed: EmbedSegment,
    files: TenantFiles,
    staged: StagedChanges,
    dictionary: str | None = None,
) -> Tokenized:
    """Analyse the extracted document and stage a segment that holds it alone. Idempotent.

    `dictionary` is the digest of the user dictionary that `analyzer` has, if it has one.

    The extracted document stays, for a step may be repeated; the janitor removes it.

    Raises:
        UnanalyzableText: when the analyzer refuses its text; retrying does not help.
        StoreUnavailable: when the extracted document can't be read; a retry may help.
    """
    data = files.read(tenant, staged_name(document_id, sequencer, writing))
    document = ExtractedDocument.model_validate_json(data)
    segment = build_segment(
        tenant, [document], analyzer=analyzer, embed=embed, files=files, dictionary=dictionary
    )
    change = StagedChange(
        document_id=document_id, version=sequencer, segment=segment, title=document.title
    )
    staged.add(tenant, change)
    return Tokenized(
        tenant=tenant,
        document_id=document_id,
        sequencer=sequencer,
        segment_id=segment.segment_id,
    )


def build_segment(
    tenant: TenantId,
    documents: Sequence[ExtractedDocument],
    *,
    analyzer: Analyzer,
    embed: EmbedSegment,
    files: TenantFiles,
    dictionary: str | None = None,
) -> SegmentEntry:
    """Write a segment of `documents` with its vectors, and return its entry."""
    with span("analyze-text") as analysing:
        content = analyse_documents(documents, analyzer)
        analysing.count(documents=len(documents))
    with span("write-segment"):
        segment = write_segment(tenant, content, analyzer.fingerprint, files, dictionary=dictionary)
    with span("embed-passages"):
        vectors = embed(tenant, segment.segment_id, content.documents)
    return segment.model_copy(update={"vectors": vectors})
