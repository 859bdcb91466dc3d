"""Models that the benchmark tuned and what they reached, kept so that a repetition costs little.

A model's folder is named by base, pairs, recipe and seed; a training that was stopped goes on from
its checkpoint there. What was measured is named by the model, the questions and the passages.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.sts import GradedPair, sts_spearman
from kotogura.semantics.bert_folder import WEIGHTS_NAME
from kotogura.semantics.checkpoints import Resumption, purpose_of
from kotogura.semantics.division import Division
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.evaluation import Figures, evaluate
from kotogura.semantics.export import export_onnx
from kotogura.semantics.finetuning import fine_tune
from kotogura.semantics.model_manifest import ModelFile, ModelManifest
from kotogura.semantics.recipes import Recipe
from kotogura.semantics.training import describe_tuned
from kotogura.semantics.tuning import Step

_TOLD_NAME = "tuning.json"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model reached: on the held-out queries, and on sentences that people graded."""

    figures: Figures
    sts_spearman: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """A tuned model's folder, and what its training and export told."""

    folder: Path
    told: dict[str, Any]


def tuned_model(
    base: Path,
    division: Division,
    recipe: Recipe,
    seed: int,
    threads: int,
    kept: Path,
    on_progress: Callable[[Step], None],
) -> Tuned:
    """Return the model of that recipe and seed from the folder `kept`, or else train it there."""
    digest = ModelFile.measure(base / WEIGHTS_NAME).sha256
    watched = hashlib.sha256(repr(division.watched).encode("utf-8", "replace")).hexdigest()
    name = f"{purpose_of(digest, division.taught, recipe, seed)[:16]}-{watched[:8]}"
    folder, work = kept / name, kept / f".{name}"
    if not folder.exists():
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        report = fine_tune(
            base,
            division.taught,
            work,
            recipe=recipe,
            seed=seed,
            threads=threads,
            watched=division.watched,
            resumption=Resumption(kept / f".{name}-checkpoint"),
            on_progress=on_progress,
        )
        told = {
            "steps": report.steps,
            "best_step": report.best_step,
            "watched_mrr": report.best_score,
            "loss_first": round(report.losses[0], 4),
            "loss_last": round(report.losses[-1], 4),
            "cosine_int8": round(export_onnx(work), 5),
            "train_seconds": round(report.seconds, 1),
            "pairs_per_s": round(
                (report.steps - report.resumed_at) * recipe.batch_size / report.seconds, 2
            ),
        }
        describe_tuned(work, base).write(work)
        (work / _TOLD_NAME).write_text(json.dumps(told), "utf-8")
        work.replace(folder)
    return Tuned(folder, json.loads((folder / _TOLD_NAME).read_text("utf-8")))


def measured(
    folder: Path, division: Division, graded: Sequence[GradedPair], threads: int, kept: Path
) -> Measured:
    """Return what the model in `folder` reaches, from the folder `kept` if it is known."""
    asked = hashlib.sha256(ModelManifest.read(folder).digest.encode())
    for part in (division.documents, division.asked, graded):
        asked.update(repr(part).encode("utf-8", "replace"))
    path = kept / f"measured-{asked.hexdigest()[:16]}.json"
    if not path.exists():
        begun = time.monotonic()
        embedder = OnnxEmbedder.open(folder, threads=threads)
        figures = evaluate(embedder, division.documents, division.asked)
        spearman = sts_spearman(graded, embedder) if graded else None
        found = Measured(figures, spearman, time.monotonic() - begun)
        kept.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(found)), "utf-8")
    known = json.loads(path.read_text("utf-8"))
    ranks = tuple(known["figures"].pop("reciprocal_ranks"))
    return Measured(
        Figures(**known["figures"], reciprocal_ranks=ranks), known["sts_spearman"], known["seconds"]
    )
