"""What a tenant's index is made of: its newest generation, its segments, and what is kept."""

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from kotogura.errors import CorruptIndex, GenerationNotFound, StoreUnavailable
from kotogura.index.generations import Generations
from kotogura.index.manifest import FIELDS, Manifest, SegmentEntry, decode_manifest
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


class GenerationReport(BaseModel):
    """One generation that is kept. `model` is the digest of the model in service, if any.

    `size_bytes` counts every file it names; generations share most of theirs.
    """

    generation: int
    created_at: str
    content_generation: int
    format_version: int
    analyzer: str
    model: str | None
    segment_count: int
    document_count: int
    size_bytes: int


class SegmentReport(BaseModel):
    """One segment of the newest generation; `term_count` counts a term once for each field."""

    segment_id: str
    format_version: int
    document_count: int
    tombstone_count: int
    term_count: int
    size_bytes: int
    vector_bytes: int


class IndexReport(BaseModel):
    """What `inspect` answers. `kept` and `unreadable`, names of manifests, are newest first."""

    newest: GenerationReport
    field_lengths: dict[str, int]
    tombstone_count: int
    segments: list[SegmentReport]
    kept: list[GenerationReport]
    unreadable: list[str]


def inspect(tenant: TenantId, generations: Generations, files: TenantFiles) -> IndexReport:
    """Describe the tenant's index. It reads manifests and the segments' footers alone.

    Raises:
        GenerationNotFound: before the first commit.
        CorruptIndex: when the newest manifest, or a file of its segments, can't be read.
    """
    current = generations.current(tenant)
    if current is None:
        raise GenerationNotFound("nothing has been committed for this tenant yet")
    manifest = current.manifest
    kept: list[GenerationReport] = []
    unreadable: list[str] = []
    for name in manifest.history:
        try:
            kept.append(_generation(decode_manifest(files.read(tenant, name))))
        except (StoreUnavailable, CorruptIndex):
            unreadable.append(name)
    return IndexReport(
        newest=_generation(manifest),
        field_lengths={field: manifest.field_length(field) for field in FIELDS},
        tombstone_count=sum(len(segment.tombstones) for segment in manifest.segments),
        segments=[_segment(tenant, segment, files) for segment in manifest.segments],
        kept=kept,
        unreadable=unreadable,
    )


def _generation(manifest: Manifest) -> GenerationReport:
    return GenerationReport(
        generation=manifest.generation,
        created_at=manifest.created_at,
        content_generation=manifest.content_generation,
        format_version=manifest.format_version,
        analyzer=manifest.analyzer,
        model=manifest.model.digest if manifest.model else None,
        segment_count=len(manifest.segments),
        document_count=manifest.document_count,
        size_bytes=sum(entry.size_bytes for entry in manifest.file_entries()),
    )


def _segment(tenant: TenantId, segment: SegmentEntry, files: TenantFiles) -> SegmentReport:
    return SegmentReport(
        segment_id=segment.segment_id,
        format_version=segment.format_version,
        document_count=segment.document_count,
        tombstone_count=len(segment.tombstones),
        term_count=_row_count(tenant, segment.files["terms"].name, files),
        size_bytes=sum(entry.size_bytes for entry in segment.files.values()),
        vector_bytes=sum(entry.size_bytes for entry in segment.vectors.values()),
    )


def _row_count(tenant: TenantId, name: str, files: TenantFiles) -> int:
    try:
        return int(pq.read_metadata(files.path(tenant, name)).num_rows)
    except (pa.ArrowInvalid, OSError):
        raise CorruptIndex("a file of the index can't be read; verify it") from None
