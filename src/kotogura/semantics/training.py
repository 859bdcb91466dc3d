"""A training, from documents to a model folder: pairs, fine-tuning, export, figures, verdict."""

import math
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kotogura.errors import NotEnoughText
from kotogura.semantics.checkpoints import Resumption
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.evaluation import Figures, evaluate
from kotogura.semantics.export import export_onnx
from kotogura.semantics.finetuning import DEFAULT_RECIPE, FineTuningReport, Recipe, fine_tune
from kotogura.semantics.gate import Verdict, judge
from kotogura.semantics.general_similarity import general_likeness
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.shared_lines import without_shared_lines
from kotogura.semantics.token_measure import TokenizerMeasure, TokenMeasure
from kotogura.semantics.training_pairs import (
    TrainingDocument,
    TrainingPair,
    held_out_ids,
    make_pairs,
    spread_over_documents,
    watched_ids,
)

FEWEST_DOCUMENTS = 8
FEWEST_PAIRS = 8
MOST_PAIRS = 6_000
"""As many as a machine of four cores is taught in half an hour."""
# A small corpus is seen more than once, until there were about this many steps.
_ENOUGH_STEPS = 12
_MOST_EPOCHS = 2


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
    """

    manifest: ModelManifest
    folder: Path
    figures: dict[str, Any]
    verdict: Verdict

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
        labelled: pairs that people made, beside those of the documents.
        recipe: how to train; `suited_recipe` for the number of pairs by default.
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
        NotEnoughText: see `divide`.
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
            **_of_tuning(report),
            **_of_models(rival, tuned),
            **_of_verdict(verdict),
            "rival": "base" if in_service is None else "in-service",
            "cosine_int8": round(agreement, 5),
            "seconds": round(time.monotonic() - begun, 1),
            "peak_memory_mb": peak_memory_mb(),
        }
        manifest = describe_tuned(work, base, stamp, figures)
        manifest.write(work)
        work.chmod(0o755)
        work.replace(output)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    tell(TrainingProgress("done"))
    return TrainedModel(manifest, output, figures, verdict)


def peak_memory_mb() -> int:
    """Return the most memory that this process has held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1_000_000 if sys.platform == "darwin" else 1_000)


@dataclass(frozen=True, slots=True)
class Division:
    """What a corpus's documents are for; no document serves two ends.

    Attributes:
        documents: all of them, without the lines that many share.
        taught: the pairs to train on.
        watched: pairs that choose among the weights of one training.
        asked: pairs of the documents held out, which judge the model.
    """

    documents: list[TrainingDocument]
    taught: list[TrainingPair]
    watched: list[TrainingPair]
    asked: list[TrainingPair]


def divide(
    documents: Sequence[TrainingDocument],
    measure: TokenMeasure,
    most_pairs: int = MOST_PAIRS,
    labelled: Sequence[TrainingPair] = (),
) -> Division:
    """Make pairs of `documents` and say what each is for; `measure` is the base model's.

    Pairs that people made go where their document goes; those of a document that isn't there are
    trained on. They come first when there are more than `most_pairs`.

    Raises:
        NotEnoughText: fewer than `FEWEST_DOCUMENTS` documents with a pair, or fewer than
            `FEWEST_PAIRS` pairs to train on.
    """
    bare = without_shared_lines(documents)
    pairs = [*dict.fromkeys([*labelled, *make_pairs(bare, measure)])]
    with_pairs = {pair.document_id for pair in pairs}
    if len(with_pairs) < FEWEST_DOCUMENTS:
        raise NotEnoughText(
            f"training needs {FEWEST_DOCUMENTS} documents with a title or headings above text, "
            f"and there are {len(with_pairs)}: upload more"
        )
    known = with_pairs & {document.document_id for document in documents}
    kept_back = held_out_ids(known)
    looked_at = watched_ids(known - kept_back)
    kept_apart = kept_back | looked_at
    taught = [pair for pair in pairs if pair.document_id not in kept_apart]
    if len(taught) < FEWEST_PAIRS:
        raise NotEnoughText(
            f"training needs {FEWEST_PAIRS} pairs of a title or heading and its text, "
            f"and there are {len(taught)}: upload more documents"
        )
    watched = [pair for pair in pairs if pair.document_id in looked_at]
    return Division(
        documents=bare,
        taught=spread_over_documents(taught, most_pairs),
        watched=spread_over_documents(watched, len(looked_at)),
        asked=[pair for pair in pairs if pair.document_id in kept_back],
    )


def suited_recipe(pair_count: int) -> Recipe:
    """Return the recipe for that many pairs: a small corpus is seen twice.

    >>> suited_recipe(64).epochs, suited_recipe(10_000).epochs
    (2, 1)
    """
    steps = math.ceil(pair_count / DEFAULT_RECIPE.batch_size)
    return replace(DEFAULT_RECIPE, epochs=max(1, min(_MOST_EPOCHS, _ENOUGH_STEPS // steps)))


@dataclass(frozen=True, slots=True)
class _Measured:
    ranking: Figures
    likeness: float


def _measure(
    folder: Path,
    division: Division,
    stage: str,
    threads: int,
    tell: Callable[[TrainingProgress], None],
) -> _Measured:
    tell(TrainingProgress(stage))
    embedder = OnnxEmbedder.open(folder, threads=threads)
    ranking = evaluate(
        embedder,
        division.documents,
        division.asked,
        on_progress=lambda done, total: tell(TrainingProgress(stage, done, total)),
    )
    return _Measured(ranking, general_likeness(embedder))


def _of_tuning(report: FineTuningReport) -> dict[str, Any]:
    return {
        "steps": report.steps,
        "planned_steps": report.planned_steps,
        "best_step": report.best_step,
        "watched_mrr": None if report.best_score is None else round(report.best_score, 4),
        "resumed_at": report.resumed_at,
        "loss_first": round(report.losses[0], 4),
        "loss_last": round(report.losses[-1], 4),
    }


def _of_models(rival: _Measured, tuned: _Measured) -> dict[str, Any]:
    return {
        "held_out_queries": rival.ranking.query_count,
        "passages": rival.ranking.passage_count,
        "mrr10_base": round(rival.ranking.mrr10, 4),
        "mrr10_tuned": round(tuned.ranking.mrr10, 4),
        "recall10_base": round(rival.ranking.recall10, 4),
        "recall10_tuned": round(tuned.ranking.recall10, 4),
        "general_base": round(rival.likeness, 4),
        "general_tuned": round(tuned.likeness, 4),
    }


def _of_verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "gain": round(verdict.gain, 4),
        "gain_low": round(verdict.low, 4),
        "gain_high": round(verdict.high, 4),
        "verdict": verdict.code,
        "why": verdict.detail,
    }


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
