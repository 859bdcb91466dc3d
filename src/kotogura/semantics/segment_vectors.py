"""A segment's vectors: made of its documents' passages, and merged when segments are."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from kotogura.errors import CorruptIndex
from kotogura.index.content import IndexedDocument
from kotogura.index.described import write_file
from kotogura.index.manifest import FileEntry, SegmentEntry
from kotogura.index.stored import StoredSegment
from kotogura.semantics.passages import below_title, short_title, split_passages
from kotogura.semantics.quantization import quantize
from kotogura.semantics.vector_files import ENDING
from kotogura.semantics.vectors import PassageVectors
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:  # merging needs no model, and a commit no onnxruntime
    from kotogura.semantics.embedder import Embedder


def embed_segment(
    tenant: TenantId,
    segment_id: str,
    documents: Sequence[IndexedDocument],
    embedder: "Embedder",
    files: TenantFiles,
    on_progress: Callable[[int, int], None] | None = None,
) -> FileEntry:
    """Write the vectors of all passages of `documents`; a passage is embedded below its title.

    The embedder's own tokens decide where passages end.

    The same documents and model give the same bytes, so repeating it is safe.
    """
    measure = embedder.measure
    passages = [
        (ordinal, passage, below_title(title, passage.text(document.body)))
        for ordinal, document in enumerate(documents)
        for title in (short_title(document.title, measure),)
        for passage in split_passages(document.body, measure, title=title)
    ]
    embedded = embedder.embed_passages([text for _, _, text in passages], on_progress)
    matrix, scales = quantize(embedded)
    vectors = PassageVectors(
        ordinals=np.array([ordinal for ordinal, _, _ in passages], dtype=np.uint32),
        starts=np.array([passage.start for _, passage, _ in passages], dtype=np.uint32),
        ends=np.array([passage.end for _, passage, _ in passages], dtype=np.uint32),
        matrix=matrix,
        scales=scales,
        model_digest=embedder.digest,
    )
    name = vectors_name(segment_id, embedder.digest)
    return write_file(tenant, name, vectors.to_file(), files)


def embed_published(
    tenant: TenantId,
    segment: SegmentEntry,
    embedder: "Embedder",
    files: TenantFiles,
    on_progress: Callable[[int, int], None] | None = None,
) -> FileEntry:
    """Write the vectors of a segment that is published, by the documents it holds.

    Documents with a tombstone are embedded too: ordinals must agree.
    """
    ordinals = np.arange(segment.document_count)
    documents = StoredSegment(tenant, segment, files).documents(ordinals)
    in_order = [documents[ordinal] for ordinal in range(segment.document_count)]
    return embed_segment(tenant, segment.segment_id, in_order, embedder, files, on_progress)


def read_vectors(
    tenant: TenantId, segment: SegmentEntry, digest: str, files: TenantFiles
) -> PassageVectors | None:
    """Return a segment's vectors of the model `digest`, or None where it has none yet.

    Raises:
        CorruptIndex: when the file holds another model's vectors.
    """
    entry = segment.vectors.get(digest)
    if entry is None:
        return None
    vectors = PassageVectors.from_file(files.path(tenant, entry.name))
    if vectors.model_digest != digest:
        raise CorruptIndex("a segment's vectors are another model's; train again")
    return vectors


def merge_vectors(
    tenant: TenantId,
    merged_id: str,
    segments: Sequence[SegmentEntry],
    ordinals: Sequence[Mapping[int, int]],
    digest: str,
    files: TenantFiles,
) -> FileEntry:
    """Write the vectors of a merged segment: those of `segments`, renumbered by `ordinals`.

    Raises:
        CorruptIndex: when one of them has none of the model `digest`.
    """
    parts: list[PassageVectors] = []
    numbers: list[np.ndarray[tuple[int], np.dtype[np.uint32]]] = []
    for segment, renumbered in zip(segments, ordinals, strict=True):
        vectors = read_vectors(tenant, segment, digest, files)
        if vectors is None:
            raise CorruptIndex("a segment to be merged has no vectors; train again")
        rows = [row for row, old in enumerate(vectors.ordinals) if int(old) in renumbered]
        numbers.append(
            np.array([renumbered[int(vectors.ordinals[row])] for row in rows], dtype=np.uint32)
        )
        parts.append(
            PassageVectors(
                ordinals=vectors.ordinals[rows],
                starts=vectors.starts[rows],
                ends=vectors.ends[rows],
                matrix=vectors.matrix[rows],
                scales=vectors.scales[rows],
                model_digest=digest,
            )
        )
    merged = PassageVectors(
        ordinals=np.concatenate(numbers),
        starts=np.concatenate([part.starts for part in parts]),
        ends=np.concatenate([part.ends for part in parts]),
        matrix=np.concatenate([part.matrix for part in parts]),
        scales=np.concatenate([part.scales for part in parts]),
        model_digest=digest,
    )
    return write_file(tenant, vectors_name(merged_id, digest), merged.to_file(), files)


def vectors_name(segment_id: str, digest: str) -> str:
    """Return where to write a segment's vectors of one model; another name each time.

    As with segments, no name is used twice, so that nothing new can be taken for something old.
    """
    return f"segments/{segment_id}/vectors-{digest[:16]}-{uuid4().hex[:12]}.{ENDING}"
