"""Building the product's index as a reindex does, and what it cost."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.corpus import Passage, read_corpus
from bench.engine import Job
from bench.library import TENANT, Library
from bench.timed import Before, TimedAnalyzer, TimedFiles
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.documents.extracted import ExtractedDocument
from kotogura.index.manifest import FileEntry, SegmentEntry
from kotogura.index.merge import compact
from kotogura.index.reindex import BATCH_DOCUMENT_COUNT
from kotogura.index.staging import build_segment

_TEXT_COLUMNS = {"title", "body"}


def build(job: Job) -> dict[str, Any]:
    """Build, publish, and merge until nothing is worth merging; return the figures."""
    passages = read_corpus(job.corpus)
    analyzer = TimedAnalyzer(sudachi_analyzer())
    analyzer.analyze("辞書を先に開く。")
    pa.array([0])  # imports pandas where it is installed; the product's images do without it
    analyzer.seconds = 0.0
    files = TimedFiles(job.folder)
    library = Library(job.folder, files)
    start, processor_start = time.perf_counter(), time.process_time()
    segments = []
    index_s = 0.0
    for batch in batches(passages):
        before = Before(analyzer, (text for one in batch for text in (one.title, one.body)))
        began = time.perf_counter()
        segments.append(
            build_segment(TENANT, batch, analyzer=before, embed=_without_model, files=files)
        )
        index_s += time.perf_counter() - began
    library.generations.publish(
        TENANT, None, segments=tuple(segments), content_changed=True, model=None
    )
    built, sync_s = time.perf_counter() - start, files.seconds
    while compact(TENANT, library.generations, files, _no_vectors)[1]:
        pass
    total = time.perf_counter() - start
    processor = time.process_time() - processor_start
    index_s -= sync_s
    current = library.generations.current(TENANT)
    if current is None:
        raise ValueError("the corpus is empty")
    in_service = current.manifest.segments
    postings = sum(_posting_count(library, segment) for segment in in_service)
    characters = sum(len(passage.title) + len(passage.text) for passage in passages)
    size = sum(entry.size_bytes for segment in in_service for entry in segment.file_entries())
    return {
        "build_s": round(total, 3),
        "build_cpu_s": round(processor, 3),
        "tokenize_s": round(analyzer.seconds, 3),
        "index_s": round(index_s, 3),
        "sync_s": round(sync_s, 3),
        "merge_s": round(total - built, 3),
        "tokenize_chars_per_s": round(characters / analyzer.seconds),
        "index_postings_per_s": round(postings / index_s),
        "postings": postings,
        "batches": len(segments),
        "segments": len(in_service),
        "index_bytes": size,
        "index_bytes_without_text": size - _text_bytes(library, in_service),
    }


def batches(passages: Sequence[Passage]) -> Iterator[list[ExtractedDocument]]:
    """Yield the passages in batches of as many documents as a reindex takes at once."""
    for first in range(0, len(passages), BATCH_DOCUMENT_COUNT):
        batch = passages[first : first + BATCH_DOCUMENT_COUNT]
        yield [
            ExtractedDocument(
                document_id=passage.id,
                name=f"{passage.id}.txt",
                version="1",
                title=passage.title,
                body=passage.text,
                media_type="text/plain",
                encoding="utf-8",
                size_bytes=len(passage.text.encode()),
            )
            for passage in batch
        ]


def _posting_count(library: Library, segment: SegmentEntry) -> int:
    path = library.files.path(TENANT, segment.files["terms"].name)
    column = pq.read_table(path, columns=["document_frequency"])["document_frequency"]
    return int(column.to_numpy().sum())


def _text_bytes(library: Library, segments: Sequence[SegmentEntry]) -> int:
    """Return what the stored titles and texts take, compressed, in the segments' files."""
    total = 0
    for name in (entry.name for segment in segments for entry in segment.files.values()):
        metadata = pq.read_metadata(library.files.path(TENANT, name))
        for group in range(metadata.num_row_groups):
            for number in range(metadata.num_columns):
                column = metadata.row_group(group).column(number)
                if column.path_in_schema in _TEXT_COLUMNS:
                    total += column.total_compressed_size
    return total


def _without_model(*_: object) -> dict[str, FileEntry]:
    return {}


def _no_vectors(*_: object) -> FileEntry:
    raise AssertionError("there is no model, so there are no vectors to merge")
