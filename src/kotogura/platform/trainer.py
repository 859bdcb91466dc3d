"""The trainer's task: one tenant's model, from its corpus into service; on Fargate or as a process.

It exits with 0 once a model serves or there is nothing to do, with 143 when it was interrupted, and
else with 1. The reason is in the training's record; the workflow that started it fails with it, and
the model that served before goes on serving.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from aws_lambda_powertools import Logger

from kotogura.errors import KotoguraError, NotEnoughText, TrainingInterrupted
from kotogura.index.generations import Generation
from kotogura.index.manifest import FileEntry
from kotogura.index.reader import GenerationReader
from kotogura.index.segment import write_file
from kotogura.platform.clock import now
from kotogura.platform.interruption import EXIT_CODE, Interruption
from kotogura.platform.settings import required
from kotogura.platform.telemetry import where_raised
from kotogura.platform.wiring import Parts
from kotogura.semantics.checkpoints import Resumption
from kotogura.semantics.embedder import Embedder, OnnxEmbedder
from kotogura.semantics.labelled_pairs import LABELLED_NAME, LIMIT_BYTES, parse_labelled
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.promotion import promote
from kotogura.semantics.quantization import quantize
from kotogura.semantics.segment_vectors import embed_published
from kotogura.semantics.serving import model_folder
from kotogura.semantics.training import TrainedModel, TrainingProgress, train
from kotogura.semantics.training_need import (
    SMALLEST_CHANGE,
    changed_share,
    decode_learned,
    encode_learned,
    learned_from,
    minutes_spent,
)
from kotogura.semantics.training_pairs import TrainingDocument, TrainingPair
from kotogura.semantics.trainings import TrainingState
from kotogura.semantics.vectors import WordVectors
from kotogura.semantics.vocabulary import content_words
from kotogura.tenants.identity import TenantId

DEADLINE_SECONDS = 3_300.0
"""An hour at most, less the time to embed the corpus and to start the task."""

_REPORT_SECONDS = 2.0
_COUNTED_TRAININGS = 200

Report = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended, for its record."""

    state: TrainingState
    figures: dict[str, Any] | None = None
    reason: dict[str, Any] | None = None


def main() -> int:
    """Run the training that the environment names; return the process's exit code."""
    logger = Logger(service="trainer")
    parts = Parts.from_environment()
    tenant = TenantId(required(parts.settings.tenant, "KOTOGURA_TENANT"))
    training_id = required(parts.settings.training_id, "KOTOGURA_TRAINING_ID")
    logger.append_keys(tenant=tenant, training_id=training_id)
    interruption = Interruption()
    interruption.listen()
    try:
        outcome = run(parts, tenant, training_id, logger, interruption)
    except TrainingInterrupted:
        logger.warning("training interrupted")
        return EXIT_CODE  # the record stays as it is: the workflow starts the same training again
    except Exception as error:  # noqa: BLE001 — whatever it was, its owner must see that it failed
        reason = {
            "code": error.code if isinstance(error, KotoguraError) else "internal",
            "detail": error.detail if isinstance(error, KotoguraError) else type(error).__name__,
        }
        changes = {"state": TrainingState.FAILED.value, "ended_at": now(), "reason": reason}
        parts.trainings.update(tenant, training_id, changes)
        logger.error("training failed", extra={"reason": reason, "raised": where_raised(error)})
        return 1
    done = {
        "state": outcome.state.value,
        "ended_at": now(),
        "figures": outcome.figures,
        "reason": outcome.reason,
        "progress": None,
    }
    parts.trainings.update(tenant, training_id, done)
    logger.info("training done", extra={"figures": outcome.figures, "state": outcome.state.value})
    return 0


def run(
    parts: Parts,
    tenant: TenantId,
    training_id: str,
    logger: Logger,
    interruption: Interruption,
) -> Outcome:
    """Train, embed and promote; return how it ended.

    Started again with the same `training_id` after an interruption, fine-tuning goes on from its
    checkpoint.

    Raises:
        NotEnoughText: when the tenant has too few documents to learn from.
        TrainingInterrupted: when `interruption` came.
        CommitConflict: when the promotion lost every race; start the training again.
    """
    begun = time.monotonic()
    report = _reporter(parts, tenant, training_id, logger, interruption)
    generation = parts.generations.current(tenant)
    if generation is None or not generation.manifest.document_count:
        raise NotEnoughText("the tenant has no documents yet: upload some")
    reader = GenerationReader(tenant, generation.manifest, parts.files)
    documents = _corpus(reader)
    reason = _reason_to_skip(parts, tenant, training_id, generation, documents)
    if reason is not None:
        return Outcome(TrainingState.SKIPPED, reason=reason)
    labelled, wrong_count = _labelled(parts, tenant)
    threads = os.cpu_count() or 1
    base = required(parts.settings.base_model, "KOTOGURA_BASE_MODEL")
    output = parts.files.path(tenant, f"models/.{training_id}")
    checkpoints = parts.files.path(tenant, f"models/.{training_id}-checkpoint")
    shutil.rmtree(output, ignore_errors=True)  # whole, of a try that was taken away while embedding
    trained = train(
        documents,
        base=base,
        output=output,
        in_service=_in_service(parts, tenant, generation),
        labelled=labelled,
        deadline_s=DEADLINE_SECONDS,
        threads=threads,
        resumption=Resumption(checkpoints, interrupted=interruption.asked),
        on_progress=report,
    )
    folder = _serving(parts, tenant, generation, trained, base)
    embedder = OnnxEmbedder.open(folder, threads=threads)
    report(TrainingProgress("embed"), at_once=True)
    words = _embed_words(parts, tenant, reader, embedder, generation)
    parts.files.write(
        tenant,
        _learned_name(embedder.digest, generation.manifest.content_generation),
        encode_learned(learned_from(documents)),
    )
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
    shutil.rmtree(checkpoints, ignore_errors=True)
    figures = {
        **trained.figures,
        "labelled_lines_wrong": wrong_count,
        "served": "tuned" if trained.better else trained.figures["rival"],
        "model": embedder.digest,
        "generation": promoted.manifest.generation,
        "seconds_all": round(time.monotonic() - begun, 1),
    }
    if trained.better:
        return Outcome(TrainingState.PROMOTED, figures)
    verdict = trained.verdict
    return Outcome(TrainingState.KEPT, figures, {"code": verdict.code, "detail": verdict.detail})


def _reason_to_skip(
    parts: Parts,
    tenant: TenantId,
    training_id: str,
    generation: Generation,
    documents: Sequence[TrainingDocument],
) -> dict[str, Any] | None:
    """Return why a scheduled training is not worth it, or None; one on demand always is."""
    record = parts.trainings.get(tenant, training_id)
    if record is None or record.cause != "schedule":
        return None
    others = [
        other
        for other in parts.trainings.newest(tenant, _COUNTED_TRAININGS)
        if other.training_id != training_id
    ]
    spent = minutes_spent(others, now())
    if spent >= parts.settings.training_minutes:
        allowed = parts.settings.training_minutes
        detail = f"trainings took {spent:.0f} of {allowed} minutes this month"
        return {"code": "training-budget-spent", "detail": detail}
    model = generation.manifest.model
    if model is None:
        return None
    name = _learned_name(model.digest, model.content_generation)
    if not parts.files.path(tenant, name).is_file():
        return None
    before = decode_learned(parts.files.read(tenant, name))
    share = changed_share(before, learned_from(documents))
    if share >= SMALLEST_CHANGE:
        return None
    detail = (
        f"{share:.1%} of the documents changed since the last training, {SMALLEST_CHANGE:.0%} must"
    )
    return {"code": "too-little-changed", "detail": detail}


def _learned_name(digest: str, content_generation: int) -> str:
    return f"{model_folder(digest)}/learned-{content_generation:010d}.json"


def _labelled(parts: Parts, tenant: TenantId) -> tuple[list[TrainingPair], int]:
    """Return the pairs that people made, and how many lines were wrong; none without a bucket."""
    if parts.settings.documents_bucket is None:
        return [], 0
    data = parts.originals.read_beside(tenant, LABELLED_NAME, LIMIT_BYTES)
    return parse_labelled(data[:LIMIT_BYTES]) if data else ([], 0)


def _in_service(parts: Parts, tenant: TenantId, generation: Generation) -> Path | None:
    model = generation.manifest.model
    return parts.files.path(tenant, model_folder(model.digest)) if model else None


def _corpus(reader: GenerationReader) -> list[TrainingDocument]:
    """Return the live documents by id, so that equal corpora train alike."""
    numbers = [int(number) for number in np.flatnonzero(reader.live)]
    documents = [
        TrainingDocument(document.document_id, document.title, document.body)
        for document in reader.documents(numbers).values()
    ]
    return sorted(documents, key=lambda document: document.document_id)


def _serving(
    parts: Parts, tenant: TenantId, generation: Generation, trained: TrainedModel, base: Path
) -> Path:
    """Return the model to serve: the trained one if it is better, else the one in service.

    Before there is any in service, the base model itself is taken. A model that was refused stays
    for two hours, for inspection, until the janitor finds it.
    """
    models = parts.files.path(tenant, "models")
    in_service = _in_service(parts, tenant, generation)
    if trained.better:
        return _install(models, trained.folder)
    if in_service is not None:
        return in_service
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


def _reporter(
    parts: Parts,
    tenant: TenantId,
    training_id: str,
    logger: Logger,
    interruption: Interruption,
) -> Report:
    """Return what writes progress into the record and the log, every other second at most.

    Where no checkpoint is to be written first, it also ends an interrupted training.
    """
    last_stage, last_time = "", 0.0

    def report(progress: TrainingProgress, *, at_once: bool = False) -> None:
        nonlocal last_stage, last_time
        if progress.stage != "fine-tune":
            interruption.check()
        due = time.monotonic() - last_time >= _REPORT_SECONDS
        if not (at_once or due or progress.stage != last_stage):
            return
        last_stage, last_time = progress.stage, time.monotonic()
        facts = asdict(progress)
        parts.trainings.update(tenant, training_id, {"progress": facts})
        logger.info("training progress", extra={"progress": facts})

    return report


if __name__ == "__main__":
    sys.exit(main())
