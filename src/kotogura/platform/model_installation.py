"""Where a tenant's models lie, and how one that was made gets there, durably."""

import os
import shutil
from pathlib import Path

import numpy as np

from kotogura.index.described import write_file
from kotogura.index.generations import Generation
from kotogura.index.manifest import FileEntry
from kotogura.index.reader import GenerationReader
from kotogura.platform.wiring import Parts
from kotogura.semantics.embedder import Embedder
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.quantization import quantize
from kotogura.semantics.serving import model_folder
from kotogura.semantics.training import TrainedModel
from kotogura.semantics.vector_files import ENDING
from kotogura.semantics.vectors import WordVectors
from kotogura.semantics.vocabulary import content_words
from kotogura.tenants.identity import TenantId


def in_service(parts: Parts, tenant: TenantId, generation: Generation) -> Path | None:
    """Return the folder of the model in service, or None; one that is lost is none."""
    model = parts.generations.model_left(tenant, generation.manifest.model)
    return parts.files.path(tenant, model_folder(model.digest)) if model else None


def install_better(
    parts: Parts, tenant: TenantId, generation: Generation, trained: TrainedModel, base: Path
) -> Path:
    """Return the model to serve: the trained one if it is better, else the one in service.

    Before there is any in service, the base model itself is taken. A model that was refused stays
    for two hours, for inspection, until the janitor finds it.
    """
    models = parts.files.path(tenant, "models")
    serving = in_service(parts, tenant, generation)
    if trained.better:
        return _install(models, trained.folder)
    if serving is not None:
        return serving
    copy = models / f"{trained.folder.name}-base"
    shutil.copytree(base, copy, dirs_exist_ok=True)
    return _install(models, copy)


def _install(models: Path, made: Path) -> Path:
    """Give the model in `made` its digest as name, durably; an equal one that is there stays."""
    folder = models / ModelManifest.read(made).digest
    for path in made.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    if folder.exists():
        shutil.rmtree(made)
    else:
        made.rename(folder)
    return folder


def embed_words(
    parts: Parts,
    tenant: TenantId,
    reader: GenerationReader,
    embedder: Embedder,
    generation: Generation,
) -> FileEntry:
    """Write the vectors of the words that the tenant's documents use."""
    terms, frequencies = reader.vocabulary()
    words = content_words(zip(terms, (int(count) for count in frequencies), strict=True))
    matrix, scales = quantize(embedder.embed_queries([term for term, _ in words]))
    vectors = WordVectors(
        terms=[term for term, _ in words],
        document_frequencies=np.array([count for _, count in words], dtype=np.uint32),
        matrix=matrix,
        scales=scales,
        model_digest=embedder.digest,
    )
    name = f"{model_folder(embedder.digest)}/words-{generation.manifest.generation:010d}.{ENDING}"
    return write_file(tenant, name, vectors.to_file(), parts.files)
