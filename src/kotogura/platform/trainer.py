"""The trainer's task: one tenant's model, from its corpus into service; on Fargate or as a process.

It exits with 0 once a model serves or there is nothing to do, with 143 when it was interrupted, and
else with 1. The reason is in the training's record; the workflow that started it fails with it, and
the model that served before goes on serving.
"""

import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from aws_lambda_powertools import Logger

from kotogura.errors import KotoguraError, NotEnoughText, TrainingInterrupted
from kotogura.index.reader import GenerationReader
from kotogura.platform.clock import now
from kotogura.platform.interruption import EXIT_CODE, Interruption
from kotogura.platform.metrics import TRAINING_DURATION, TRAINING_GAIN, TRAINING_SCORE
from kotogura.platform.model_installation import embed_words, in_service, install_better
from kotogura.platform.settings import required
from kotogura.platform.telemetry import Telemetry, where_raised
from kotogura.platform.tenant_session import acting_for
from kotogura.platform.training_reports import reporter
from kotogura.platform.training_skips import reason_to_skip, record_learned
from kotogura.platform.wiring import Parts
from kotogura.semantics.checkpoints import Resumption
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.labelled_pairs import LABELLED_NAME, LIMIT_BYTES, parse_labelled
from kotogura.semantics.opened_pairs import opened_pairs
from kotogura.semantics.promotion import promote
from kotogura.semantics.segment_vectors import embed_published
from kotogura.semantics.token_measure import TokenizerMeasure
from kotogura.semantics.training import TrainingProgress, train
from kotogura.semantics.training_pairs import TrainingDocument, TrainingPair
from kotogura.semantics.trainings import CoursePoint, TrainingState
from kotogura.tenants.identity import TenantId
from kotogura.tenants.openings import Opening

DEADLINE_SECONDS = 3_300.0
"""An hour at most, less the time to embed the corpus and to start the task."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended, for its record."""

    state: TrainingState
    figures: dict[str, Any] | None = None
    reason: dict[str, Any] | None = None
    course: Sequence[CoursePoint] = ()


def main() -> int:
    """Run the training that the environment names; return the process's exit code."""
    logger = Logger(service="trainer")
    parts = Parts.from_environment()
    tenant = TenantId(required(parts.settings.tenant, "KOTOGURA_TENANT"))
    training_id = required(parts.settings.training_id, "KOTOGURA_TRAINING_ID")
    logger.append_keys(tenant=tenant, training_id=training_id)
    interruption = Interruption()
    interruption.listen()
    with acting_for(tenant):
        return _recorded(parts, tenant, training_id, logger, interruption)


def _recorded(
    parts: Parts,
    tenant: TenantId,
    training_id: str,
    logger: Logger,
    interruption: Interruption,
) -> int:
    """Run the training and write down how it ended; return the process's exit code."""
    telemetry, begun = Telemetry(), time.monotonic()
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
        _measure(telemetry, tenant, Outcome(TrainingState.FAILED), time.monotonic() - begun)
        return 1
    done = {
        "state": outcome.state.value,
        "ended_at": now(),
        "figures": outcome.figures,
        "reason": outcome.reason,
        "course": [point.model_dump() for point in outcome.course] or None,
        "progress": None,
    }
    parts.trainings.update(tenant, training_id, done)
    logger.info("training done", extra={"figures": outcome.figures, "state": outcome.state.value})
    _measure(telemetry, tenant, outcome, time.monotonic() - begun)
    return 0


def _measure(telemetry: Telemetry, tenant: TenantId, outcome: Outcome, seconds: float) -> None:
    """Write how a training ended as metrics: one line, from which CloudWatch takes them."""
    state, figures = outcome.state.value, outcome.figures or {}
    telemetry.add(TRAINING_DURATION, seconds, state=state, tenant=tenant)
    if "mrr10_tuned" in figures:
        telemetry.add(TRAINING_SCORE, figures["mrr10_tuned"], state=state, tenant=tenant)
        telemetry.add(TRAINING_GAIN, figures["gain"], state=state, tenant=tenant)
    telemetry.flush()


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
    report = reporter(parts, tenant, training_id, logger, interruption)
    generation = parts.generations.current(tenant)
    if generation is None or not generation.manifest.document_count:
        raise NotEnoughText("the tenant has no documents yet: upload some")
    reader = GenerationReader(tenant, generation.manifest, parts.files)
    documents = _corpus(reader)
    reason = reason_to_skip(parts, tenant, training_id, generation, documents)
    if reason is not None:
        return Outcome(TrainingState.SKIPPED, reason=reason)
    labelled, wrong_count = _labelled(parts, tenant)
    threads = os.cpu_count() or 1
    base = required(parts.settings.base_model, "KOTOGURA_BASE_MODEL")
    opened = opened_pairs(_openings(parts, tenant), documents, TokenizerMeasure.open(base))
    output = parts.files.path(tenant, f"models/.{training_id}")
    checkpoints = parts.files.path(tenant, f"models/.{training_id}-checkpoint")
    shutil.rmtree(output, ignore_errors=True)  # whole, of a try that was taken away while embedding
    trained = train(
        documents,
        base=base,
        output=output,
        in_service=in_service(parts, tenant, generation),
        labelled=[*labelled, *opened],
        deadline_s=DEADLINE_SECONDS,
        threads=threads,
        resumption=Resumption(checkpoints, interrupted=interruption.asked),
        on_progress=report,
    )
    folder = install_better(parts, tenant, generation, trained, base)
    embedder = OnnxEmbedder.open(folder, threads=threads)
    report(TrainingProgress("embed"), at_once=True)
    words = embed_words(parts, tenant, reader, embedder, generation)
    learned_at = generation.manifest.content_generation
    record_learned(parts, tenant, embedder.digest, learned_at, documents)
    promoted = promote(
        tenant,
        embedder.digest,
        words,
        learned_at,
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
        "labelled_pairs": len(labelled),
        "labelled_lines_wrong": wrong_count,
        "opened_pairs": len(opened),
        "served": "tuned" if trained.better else trained.figures["rival"],
        "model": embedder.digest,
        "generation": promoted.manifest.generation,
        "seconds_all": round(time.monotonic() - begun, 1),
    }
    if trained.better:
        return Outcome(TrainingState.PROMOTED, figures, course=trained.course)
    reason = {"code": trained.verdict.code, "detail": trained.verdict.detail}
    return Outcome(TrainingState.KEPT, figures, reason, trained.course)


def _labelled(parts: Parts, tenant: TenantId) -> tuple[list[TrainingPair], int]:
    """Return the pairs that people made, and how many lines were wrong; none without a bucket."""
    if parts.settings.documents_bucket is None:
        return [], 0
    data = parts.originals.read_beside(tenant, LABELLED_NAME, LIMIT_BYTES)
    return parse_labelled(data[:LIMIT_BYTES]) if data else ([], 0)


def _openings(parts: Parts, tenant: TenantId) -> Sequence[Opening]:
    """Return what people opened; nothing where the tenant doesn't want it learned from any more."""
    record = parts.tenants.get(tenant)
    return parts.openings.all(tenant) if record and record.learns_from_openings else []


def _corpus(reader: GenerationReader) -> list[TrainingDocument]:
    """Return the live documents by id, so that equal corpora train alike."""
    numbers = [int(number) for number in np.flatnonzero(reader.live)]
    documents = [
        TrainingDocument(document.document_id, document.title, document.body)
        for document in reader.documents(numbers).values()
    ]
    return sorted(documents, key=lambda document: document.document_id)


if __name__ == "__main__":
    sys.exit(main())
