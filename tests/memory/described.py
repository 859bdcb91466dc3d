"""A generation of documents that are nothing but their metadata."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kotogura.documents.extracted import ExtractedDocument
from kotogura.documents.metadata_values import MetadataValue
from kotogura.index.content import analyse_documents
from kotogura.index.manifest import Manifest, SegmentEntry
from kotogura.index.reader import GenerationReader
from kotogura.index.segment import write_segment
from tests.memory.files import MemoryFiles
from tests.memory.language import WordAnalyzer
from tests.memory.library import MINATO


@dataclass(frozen=True)
class Described:
    """A document; `dead` ones have a tombstone."""

    document_id: str
    metadata: Mapping[str, Sequence[MetadataValue]]
    dead: bool = False
    name: str = "a.txt"
    title: str = ""
    media_type: str = "text/plain"


def described_reader(folder: Path, batches: Sequence[Sequence[Described]]) -> GenerationReader:
    """Return a reader of one segment for each of `batches`; numbers follow their order."""
    files = MemoryFiles(folder)
    segments = tuple(_segment(files, batch) for batch in batches)
    manifest = Manifest(
        generation=1, content_generation=1, analyzer="f" * 16, segments=segments, created_at=""
    )
    return GenerationReader(MINATO, manifest, files)


def _segment(files: MemoryFiles, batch: Sequence[Described]) -> SegmentEntry:
    documents = [
        ExtractedDocument(
            document_id=one.document_id,
            name=one.name,
            version="01",
            title=one.title,
            body="word",
            media_type=one.media_type,
            encoding="utf-8",
            size_bytes=len(one.name),
            metadata={name: list(values) for name, values in one.metadata.items()},
        )
        for one in batch
    ]
    content = analyse_documents(documents, WordAnalyzer())
    dead = tuple(place for place, one in enumerate(batch) if one.dead)
    return write_segment(MINATO, content, "f" * 16, files).model_copy(update={"tombstones": dead})
