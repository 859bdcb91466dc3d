"""The trainer's task: one tenant's model, from its corpus into service; on Fargate or as a process.

It exits with 0 once a model serves, else with 1, and the reason is in the training's record: the
workflow that started it fails with it, and the model that served before goes on serving.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from aws_lambda_powertools import Logger

from kotogura.errors import KotoguraError, NotEnoughText
from kotogura.index.generations import Generation
from kotogura.index.manifest import FileEntry
from kotogura.index.reader import GenerationReader
from kotogura.index.segment import write_file
from kotogura.platform.clock import now
from kotogura.platform.settings import required
from kotogura.platform.telemetry import where_raised
from kotogura.platform.wiring import Parts
from kotogura.semantics.embedder import Embedder, OnnxEmbedder
from kotogura.semantics.promotion import promote
from kotogura.semantics.quantization import quantize
from kotogura.semantics.segment_vectors import embed_published
from kotogura.semantics.serving import model_folder
from kotogura.semantics.training import TrainedModel, TrainingProgress, train
from kotogura.semantics.training_pairs import TrainingDocument
from kotogura.semantics.trainings import TrainingState
from kotogura.semantics.vectors import WordVectors
from kotogura.semantics.vocabulary import content_words
from kotogura.tenants.identity import TenantId

DEADLINE_SECONDS = 3_300.0
"""An hour at most, less the time to embed the corpus and to start the task."""

_REPORT_SECONDS = 2.0

Report = Callable[..., None]


def main() -> int:
    """Run the training that the environment names; return the process's exit code."""
    logger = Logger(service="trainer")
    parts = Parts.from_environment()
    tenant = TenantId(required(parts.settings.tenant, "KOTOGURA_TENANT"))
    training_id = required(parts.settings.training_id, "KOTOGURA_TRAINING_ID")
    logger.append_keys(tenant=tenant, training_id=training_id)
    try:
        figures, state = run(parts, tenant, training_id, logger)
    except Exception as error:  # noqa: BLE001 — whatever it was, its owner must see that it failed
        reason = {
            "code": error.code if isinstance(error, KotoguraError) else "internal",
            "detail": error.detail if isinstance(error, KotoguraError) else type(error).__name__,
        }
        changes = {"state": TrainingState.FAILED.value, "ended_at": now(), "reason": reason}
        parts.trainings.update(tenant, training_id, changes)
        logger.error("training failed", extra={"reason": reason, "raised": where_raised(error)})
        return 1
    done = {"state": state.value, "ended_at": now(), "figures": figures, "progress": None}
    parts.trainings.update(tenant, training_id, done)
    logger.info("training done", extra={"figures": figures, "state": state.value})
    return 0


def run(
    parts: Parts, tenant: TenantId, training_id: str, logger: Logger
) -> tuple[dict[str, Any], TrainingState]:
    """Train, embed and promote; return the figures and how it ended.

    Raises:
        NotEnoughText: when the tenant has too few documents to learn from.
        CommitConflict: when the promotion lost every race; start the training again.
    """
    begun = time.monotonic()
    report = _reporter(parts, tenant, training_id, logger)
    generation = parts.generations.current(tenant)
    if generation is None or not generation.manifest.document_count:
        raise NotEnoughText("the tenant has no documents yet: upload some")
    reader = GenerationReader(tenant, generation.manifest, parts.files)
    threads = os.cpu_count() or 1
    output = parts.files.path(tenant, f"models/.{training_id}")
    shutil.rmtree(output, ignore_errors=True)  # an earlier try that was taken away by Spot
    trained = train(
        _corpus(reader),
        base=required(parts.settings.base_model, "KOTOGURA_BASE_MODEL"),
        output=output,
        deadline_s=DEADLINE_SECONDS,
        threads=threads,
        on_progress=report,
    )
    folder = _serving(parts, tenant, generation, trained)
    embedder = OnnxEmbedder.open(folder, threads=threads)
    report(TrainingProgress("embed"), at_once=True)
    words = _embed_words(parts, tenant, reader, embedder, generation)
    promoted = promote(
        tenant,
        embedder.digest,
        words,
        generation.manifest.content_generation,
        lambda segment: embed_published(
            tenant,
            segment,
            embedder,
            parts.files,
            lambda done, total: report(TrainingProgress("embed", done, total)),
        ),
        parts.generations,
    )
    figures = {
        **trained.figures,
        "model": embedder.digest,
        "generation": promoted.manifest.generation,
        "seconds_all": round(time.monotonic() - begun, 1),
    }
    return figures, TrainingState.PROMOTED if trained.better else TrainingState.KEPT


def _corpus(reader: GenerationReader) -> list[TrainingDocument]:
    """Return the live documents by id, so that equal corpora train alike."""
    numbers = [int(number) for number in np.flatnonzero(reader.live)]
    documents = [
        TrainingDocument(document.document_id, document.title, document.body)
        for document in reader.documents(numbers).values()
    ]
    return sorted(documents, key=lambda document: document.document_id)


def _serving(parts: Parts, tenant: TenantId, generation: Generation, trained: TrainedModel) -> Path:
    """Return the model to serve: the trained one if it is better, else the one in service.

    Before there is any in service, what training answers is taken: the base model itself.
    """
    in_service = generation.manifest.model
    if trained.better or in_service is None:
        return _install(parts.files.path(tenant, "models"), trained)
    shutil.rmtree(trained.folder)
    return parts.files.path(tenant, model_folder(in_service.digest))


def _install(models: Path, trained: TrainedModel) -> Path:
    """Give the model's folder its digest as name, durably; an equal one that is there stays."""
    folder = models / trained.manifest.digest
    for path in trained.folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    if folder.exists():
        shutil.rmtree(trained.folder)
    else:
        trained.folder.rename(folder)
    return folder


def _embed_words(
    parts: Parts,
    tenant: TenantId,
    reader: GenerationReader,
    embedder: Embedder,
    generation: Generation,
) -> FileEntry:
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
    name = f"{model_folder(embedder.digest)}/words-{generation.manifest.generation:010d}.parquet"
    return write_file(tenant, name, vectors.to_parquet(), parts.files)


def _reporter(parts: Parts, tenant: TenantId, training_id: str, logger: Logger) -> Report:
    """Return what writes progress into the record and the log, every other second at most."""
    last_stage, last_time = "", 0.0

    def report(progress: TrainingProgress, *, at_once: bool = False) -> None:
        nonlocal last_stage, last_time
        due = time.monotonic() - last_time >= _REPORT_SECONDS
        if not (at_once or due or progress.stage != last_stage):
            return
        last_stage, last_time = progress.stage, time.monotonic()
        facts = {
            "stage": progress.stage,
            "step": progress.step,
            "steps": progress.steps,
            "loss": progress.loss,
        }
        parts.trainings.update(tenant, training_id, {"progress": facts})
        logger.info("training progress", extra={"progress": facts})

    return report


if __name__ == "__main__":
    sys.exit(main())
