"""The product's index with vectors of a base model, kept between runs for as long as it is true."""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from bench.corpus import Passage
from bench.library import TENANT, Library
from bench.ours_build import batches
from kotogura.analysis.analyzer import Analyzer
from kotogura.index.content import IndexedDocument
from kotogura.index.described import write_file
from kotogura.index.manifest import FORMAT_VERSION, FileEntry, ModelEntry
from kotogura.index.merge import compact
from kotogura.index.staging import build_segment
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.passages import DEFAULT_SIZES
from kotogura.semantics.quantization import quantize
from kotogura.semantics.segment_vectors import embed_segment, merge_vectors
from kotogura.semantics.serving import model_folder
from kotogura.semantics.vectors import WordVectors
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


@dataclass(frozen=True, slots=True)
class Built:
    """Where an index lies, and how many passages a second were embedded; None if it was there."""

    folder: Path
    passages_per_s: float | None


def build(
    passages: Sequence[Passage],
    model: Path,
    analyzer: Analyzer,
    cache: Path,
    clock: Callable[[], float],
) -> Built:
    """Return an index of `passages` with vectors, made below `cache` unless it is there."""
    digest = ModelManifest.read(model).digest
    settings = (digest, analyzer.fingerprint, FORMAT_VERSION, DEFAULT_SIZES)
    facts = [*settings, *(passage.text for passage in passages)]
    folder = cache / f"semantic-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"
    if folder.exists():
        return Built(folder, None)
    work = folder.with_suffix(".writing")
    shutil.rmtree(work, ignore_errors=True)
    library = Library(work)
    shutil.copytree(model, library.files.path(TENANT, model_folder(digest)))
    embedding = _Embedding(OnnxEmbedder.open(model, threads=1), library.files, clock)
    segments = tuple(
        build_segment(TENANT, batch, analyzer=analyzer, embed=embedding, files=library.files)
        for batch in batches(passages)
    )
    model_entry = ModelEntry(
        digest=digest, words=_words(embedding.embedder, library.files), content_generation=1
    )
    library.generations.publish(
        TENANT, None, segments=segments, content_changed=True, model=model_entry
    )
    merge = partial(merge_vectors, files=library.files)
    while compact(TENANT, library.generations, library.files, merge)[1]:
        pass
    work.replace(folder)
    return Built(folder, embedding.passage_count / embedding.seconds)


class _Embedding:
    """Implements `EmbedSegment`, and counts."""

    def __init__(
        self, embedder: OnnxEmbedder, files: TenantFiles, clock: Callable[[], float]
    ) -> None:
        self.embedder = embedder
        self._files = files
        self._clock = clock
        self.seconds = 0.0
        self.passage_count = 0

    def __call__(
        self, tenant: TenantId, segment_id: str, documents: Sequence[IndexedDocument]
    ) -> dict[str, FileEntry]:
        """Return the entry of the vectors of `documents`."""
        start, total = self._clock(), 0

        def note(_: int, count: int) -> None:
            nonlocal total
            total = count

        entry = embed_segment(tenant, segment_id, documents, self.embedder, self._files, note)
        self.seconds += self._clock() - start
        self.passage_count += total
        return {self.embedder.digest: entry}


def _words(embedder: OnnxEmbedder, files: TenantFiles) -> FileEntry:
    """Write the vectors of a vocabulary of one word: none of what is measured looks at it."""
    matrix, scales = quantize(embedder.embed_queries(["語"]))
    vectors = WordVectors(["語"], np.ones(1, np.uint32), matrix, scales, embedder.digest)
    name = f"{model_folder(embedder.digest)}/words.arrow"
    return write_file(TENANT, name, vectors.to_file(), files)
