"""A training, from documents to a model folder: pairs, fine-tuning, export, figures, verdict."""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kotogura.semantics.bert_folder import make_readable
from kotogura.semantics.checkpoints import Resumption
from kotogura.semantics.division import Division, divide
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.evaluation import evaluate
from kotogura.semantics.export import export_onnx
from kotogura.semantics.finetuning import fine_tune
from kotogura.semantics.gate import Verdict, judge
from kotogura.semantics.general_similarity import general_likeness
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.recipes import Recipe, suited_recipe
from kotogura.semantics.token_measure import TokenizerMeasure
from kotogura.semantics.training_figures import (
    Measured,
    course_of,
    of_models,
    of_tuning,
    of_verdict,
    peak_memory_mb,
)
from kotogura.semantics.training_pairs import TrainingDocument, TrainingPair
from kotogura.semantics.trainings import CoursePoint


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a training is.

    `stage` is one of "measure-rival", "fine-tune", "export", "measure-tuned" and "done", and after
    that, while what serves is embedded, "embed".
    In "fine-tune" steps are the optimizer's, `loss` is that of the last one, `score` the watched
    pairs' MRR when they were last looked at, and `seconds_left` what the rest of the steps will
    take; in the two "measure" stages steps are passages.
    """

    stage: str
    step: int = 0
    steps: int = 0
    loss: float | None = None
    score: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What a training made: the folder to serve from, and the verdict.

    Attributes:
        manifest: of the model in `folder`.
        folder: where the tuned model is, whatever the verdict.
        figures: flat and ready for a record; see `train`.
        verdict: whether it may serve, and why.
        course: how fine-tuning went.
    """

    manifest: ModelManifest
    folder: Path
    figures: dict[str, Any]
    verdict: Verdict
    course: Sequence[CoursePoint] = ()

    @property
    def better(self) -> bool:
        """Tell whether it may serve."""
        return self.verdict.better


def train(  # noqa: PLR0913 — all but the first by name, and nine have a default
    documents: Sequence[TrainingDocument],
    *,
    base: Path,
    output: Path,
    in_service: Path | None = None,
    labelled: Sequence[TrainingPair] = (),
    recipe: Recipe | None = None,
    seed: int = 0,
    deadline_s: float | None = None,
    threads: int = 2,
    resumption: Resumption | None = None,
    created_at: datetime | None = None,
    on_progress: Callable[[TrainingProgress], None] | None = None,
) -> TrainedModel:
    """Fine-tune `base` on `documents`, write the model to the folder `output`, and judge it.

    A fifth of the documents is held out (`held_out_ids`). The tuned model and its rival answer the
    held-out queries through the int8 ONNX that would serve, and `gate.judge` compares them. The
    folder appears complete or not at all.

    Args:
        documents: the tenant's documents, in an order that should not change between trainings of
            the same corpus.
        base: the base model's folder.
        output: the folder to make; it must not exist.
        in_service: the folder of the rival, if that is not the base model.
        labelled: pairs that people made, by hand or by what they opened, beside those of the
            documents.
        recipe: how to train; `recipes.suited_recipe` for the number of pairs by default.
        seed: of shuffling and dropout.
        deadline_s: seconds for the whole training; fine-tuning may use what is left after measuring
            the rival, less as much again for measuring the tuned model.
        threads: CPU threads.
        resumption: how fine-tuning outlives its machine; see `fine_tune`.
        created_at: noted in the manifest; now by default.
        on_progress: hears of every step.

    Returns:
        The model, with figures "documents", "pairs", "labelled_pairs", "held_out_queries",
        "passages", "steps", "planned_steps", "best_step", "watched_mrr", "resumed_at", "seconds",
        "peak_memory_mb", "loss_first", "loss_last", "mrr10_base" (the rival's), "mrr10_tuned",
        "recall10_base", "recall10_tuned", "gain", "gain_low", "gain_high", "general_base",
        "general_tuned", "cosine_int8", "rival" ("in-service" or "base"), "verdict" and "why".

    Raises:
        NotEnoughText: see `division.divide`.
        TrainingInterrupted: `resumption` said so.
        CorruptModel: the base is damaged, or the tuned model's export differs from torch.
        FileExistsError: `output` exists.
    """
    begun = time.monotonic()
    tell = on_progress or (lambda _: None)
    if output.exists():
        raise FileExistsError(output)
    division = divide(documents, TokenizerMeasure.open(base), labelled=labelled)
    ModelManifest.read(base).verify(base)
    rival = _measure(in_service or base, division, "measure-rival", threads, tell)
    measuring_s = time.monotonic() - begun
    output.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=output.parent, prefix=f".{output.name}-"))
    try:
        report = fine_tune(
            base,
            division.taught,
            work,
            recipe=recipe or suited_recipe(len(division.taught)),
            seed=seed,
            threads=threads,
            deadline_s=None if deadline_s is None else max(0.0, deadline_s - 2 * measuring_s),
            watched=division.watched,
            resumption=resumption,
            on_progress=lambda step: tell(
                TrainingProgress(
                    "fine-tune",
                    step.number,
                    step.planned,
                    step.loss,
                    step.score,
                    step.seconds_left,
                )
            ),
        )
        tell(TrainingProgress("export"))
        agreement = export_onnx(work)
        stamp = (created_at or datetime.now(UTC)).isoformat(timespec="seconds")
        describe_tuned(work, base, stamp).write(work)
        tuned = _measure(work, division, "measure-tuned", threads, tell)
        verdict = judge(rival.ranking, tuned.ranking, rival.likeness, tuned.likeness)
        figures = {
            "documents": len(documents),
            "pairs": len(division.taught),
            "labelled_pairs": len(labelled),
            **of_tuning(report),
            **of_models(rival, tuned),
            **of_verdict(verdict),
            "rival": "base" if in_service is None else "in-service",
            "cosine_int8": round(agreement, 5),
            "seconds": round(time.monotonic() - begun, 1),
            "peak_memory_mb": peak_memory_mb(),
        }
        manifest = describe_tuned(work, base, stamp, figures)
        manifest.write(work)
        make_readable(work)
        work.replace(output)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    tell(TrainingProgress("done"))
    return TrainedModel(manifest, output, figures, verdict, course_of(report))


def _measure(
    folder: Path,
    division: Division,
    stage: str,
    threads: int,
    tell: Callable[[TrainingProgress], None],
) -> Measured:
    tell(TrainingProgress(stage))
    embedder = OnnxEmbedder.open(folder, threads=threads)
    ranking = evaluate(
        embedder,
        division.documents,
        division.asked,
        on_progress=lambda done, total: tell(TrainingProgress(stage, done, total)),
    )
    return Measured(ranking, general_likeness(embedder))


def describe_tuned(
    folder: Path, base: Path, created_at: str = "", figures: Mapping[str, Any] | None = None
) -> ModelManifest:
    """Return the manifest of the tuned and exported model in `folder`, made from `base`."""
    origin = ModelManifest.read(base)
    return ModelManifest.describe(
        folder,
        base=origin.base,
        dimensions=origin.dimensions,
        maximum_tokens=origin.maximum_tokens,
        query_prefix=origin.query_prefix,
        passage_prefix=origin.passage_prefix,
        pooling=origin.pooling,
        created_at=created_at,
        figures=figures or {},
    )
