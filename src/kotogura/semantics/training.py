"""A training, from documents to a model folder: pairs, fine-tuning, export, figures, verdict."""

import math
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kotogura.errors import NotEnoughText
from kotogura.semantics.bert_folder import ONNX_NAME, WEIGHTS_NAME, copy_settings
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.evaluation import Figures, evaluate
from kotogura.semantics.export import export_onnx
from kotogura.semantics.finetuning import DEFAULT_RECIPE, FineTuningReport, Recipe, fine_tune
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.training_pairs import (
    TrainingDocument,
    TrainingPair,
    held_out_ids,
    make_pairs,
)

FEWEST_DOCUMENTS = 8
FEWEST_PAIRS = 8
# A small corpus is seen more than once, until there were about this many steps.
_ENOUGH_STEPS = 12
_MOST_EPOCHS = 2


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a training is.

    `stage` is one of "measure-base", "fine-tune", "export", "measure-tuned" and "done", and after
    that, while what serves is embedded, "embed".
    In "fine-tune" steps are the optimizer's and `loss` is that of the last one; in the two
    "measure" stages they are passages.
    """

    stage: str
    step: int = 0
    steps: int = 0
    loss: float | None = None


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What a training made: the folder to serve from, and the verdict.

    Attributes:
        manifest: of the model in `folder`.
        folder: where it is.
        figures: flat and ready for a record; see `train`.
        better: the tuned model was at least as good as the base, and is the one in `folder`.
    """

    manifest: ModelManifest
    folder: Path
    figures: dict[str, Any]
    better: bool


def train(
    documents: Sequence[TrainingDocument],
    *,
    base: Path,
    output: Path,
    recipe: Recipe | None = None,
    seed: int = 0,
    deadline_s: float | None = None,
    threads: int = 2,
    created_at: datetime | None = None,
    on_progress: Callable[[TrainingProgress], None] | None = None,
) -> TrainedModel:
    """Fine-tune `base` on `documents` and write the model to serve to the folder `output`.

    A fifth of the documents is held out (`held_out_ids`). Both models answer the held-out queries
    through the int8 ONNX that would serve; if the tuned one's MRR@10 is lower, `output` gets the
    base model itself, so that a tenant always has an honest one. The folder appears complete or not
    at all.

    Args:
        documents: the tenant's documents, in an order that should not change between trainings of
            the same corpus.
        base: the base model's folder.
        output: the folder to make; it must not exist.
        recipe: how to train; `suited_recipe` for the number of pairs by default.
        seed: of shuffling and dropout.
        deadline_s: seconds for the whole training; fine-tuning may use what is left after measuring
            the base, less as much again for measuring the tuned model.
        threads: CPU threads.
        created_at: noted in the manifest; now by default.
        on_progress: hears of every step.

    Returns:
        The model, with figures "documents", "pairs", "held_out_queries", "passages", "steps",
        "planned_steps", "seconds", "loss_first", "loss_last", "mrr10_base", "mrr10_tuned",
        "recall10_base", "recall10_tuned", "cosine_int8" and "served" ("tuned" or "base").

    Raises:
        NotEnoughText: fewer than `FEWEST_DOCUMENTS` documents with a pair, or fewer than
            `FEWEST_PAIRS` pairs to train on.
        CorruptModel: the base is damaged, or the tuned model's export differs from torch.
        FileExistsError: `output` exists.
    """
    begun = time.monotonic()
    tell = on_progress or (lambda _: None)
    if output.exists():
        raise FileExistsError(output)
    taught, asked = _split(documents)
    ModelManifest.read(base).verify(base)
    figures_of_base = _measure(base, documents, asked, "measure-base", threads, tell)
    measuring_s = time.monotonic() - begun
    output.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=output.parent, prefix=f".{output.name}-"))
    try:
        report = fine_tune(
            base,
            taught,
            work,
            recipe=recipe or suited_recipe(len(taught)),
            seed=seed,
            threads=threads,
            deadline_s=None if deadline_s is None else max(0.0, deadline_s - 2 * measuring_s),
            on_progress=lambda step, steps, loss: tell(
                TrainingProgress("fine-tune", step, steps, loss)
            ),
        )
        tell(TrainingProgress("export"))
        agreement = export_onnx(work)
        stamp = (created_at or datetime.now(UTC)).isoformat(timespec="seconds")
        _describe(work, base, stamp, {}).write(work)
        figures_of_tuned = _measure(work, documents, asked, "measure-tuned", threads, tell)
        better = figures_of_tuned.mrr10 >= figures_of_base.mrr10
        figures = {
            "documents": len(documents),
            "pairs": len(taught),
            **_facts(report, figures_of_base, figures_of_tuned),
            "cosine_int8": round(agreement, 5),
            "seconds": round(time.monotonic() - begun, 1),
            "served": "tuned" if better else "base",
        }
        if not better:
            _replace_with(base, work)
        manifest = _describe(work, base, stamp, figures)
        manifest.write(work)
        work.chmod(0o755)
        work.replace(output)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    tell(TrainingProgress("done"))
    return TrainedModel(manifest, output, figures, better)


def _split(
    documents: Sequence[TrainingDocument],
) -> tuple[list[TrainingPair], list[TrainingPair]]:
    """Return the pairs to train on and those to ask."""
    pairs = make_pairs(documents)
    with_pairs = {pair.document_id for pair in pairs}
    if len(with_pairs) < FEWEST_DOCUMENTS:
        raise NotEnoughText(
            f"training needs {FEWEST_DOCUMENTS} documents with a title or headings above text, "
            f"and there are {len(with_pairs)}: upload more"
        )
    kept_back = held_out_ids(with_pairs)
    taught = [pair for pair in pairs if pair.document_id not in kept_back]
    if len(taught) < FEWEST_PAIRS:
        raise NotEnoughText(
            f"training needs {FEWEST_PAIRS} pairs of a title or heading and its text, "
            f"and there are {len(taught)}: upload more documents"
        )
    return taught, [pair for pair in pairs if pair.document_id in kept_back]


def suited_recipe(pair_count: int) -> Recipe:
    """Return the recipe for that many pairs: a small corpus is seen twice.

    >>> suited_recipe(64).epochs, suited_recipe(10_000).epochs
    (2, 1)
    """
    steps = math.ceil(pair_count / DEFAULT_RECIPE.batch_size)
    return replace(DEFAULT_RECIPE, epochs=max(1, min(_MOST_EPOCHS, _ENOUGH_STEPS // steps)))


def _measure(
    folder: Path,
    documents: Sequence[TrainingDocument],
    asked: Sequence[TrainingPair],
    stage: str,
    threads: int,
    tell: Callable[[TrainingProgress], None],
) -> Figures:
    tell(TrainingProgress(stage))
    return evaluate(
        OnnxEmbedder.open(folder, threads=threads),
        documents,
        asked,
        on_progress=lambda done, total: tell(TrainingProgress(stage, done, total)),
    )


def _facts(report: FineTuningReport, base: Figures, tuned: Figures) -> dict[str, Any]:
    return {
        "held_out_queries": base.query_count,
        "passages": base.passage_count,
        "steps": report.steps,
        "planned_steps": report.planned_steps,
        "loss_first": round(report.losses[0], 4),
        "loss_last": round(report.losses[-1], 4),
        "mrr10_base": round(base.mrr10, 4),
        "mrr10_tuned": round(tuned.mrr10, 4),
        "recall10_base": round(base.recall10, 4),
        "recall10_tuned": round(tuned.recall10, 4),
    }


def _replace_with(base: Path, work: Path) -> None:
    copy_settings(base, work)
    for name in (WEIGHTS_NAME, ONNX_NAME):
        shutil.copyfile(base / name, work / name)


def _describe(folder: Path, base: Path, created_at: str, figures: dict[str, Any]) -> ModelManifest:
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
        figures=figures,
    )
