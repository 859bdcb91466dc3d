"""Teaches the base model a tenant's language: multiple negatives ranking over training pairs.

The loop is our own, because it must be resumable to the bit, and without pickle, after its machine
was taken away: see `checkpoints`. Model, tokenizer and loss are sentence-transformers'.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from kotogura.errors import NotEnoughText, TrainingInterrupted
from kotogura.semantics.bert_folder import WEIGHTS_NAME, copy_settings, write_weights
from kotogura.semantics.checkpoints import CheckpointFile, Resumption, purpose_of
from kotogura.semantics.model_manifest import ModelFile
from kotogura.semantics.recipes import DEFAULT_RECIPE, Recipe
from kotogura.semantics.torch_bert import without_progress_bars
from kotogura.semantics.training_pairs import TrainingPair
from kotogura.semantics.tuning import Step, Tuning


@dataclass(frozen=True, slots=True)
class FineTuningReport:
    """What a fine-tuning did.

    Attributes:
        steps: optimizer steps taken.
        planned_steps: steps that all epochs would have been.
        seconds: how long they took, without loading and saving; of the last run, if resumed.
        losses: loss of each step.
        looks: MRR of the watched pairs, by the step after which they were looked at.
        stopped_early: the deadline came before the last step.
        best_step: the step whose weights were kept.
        best_score: their MRR on the watched pairs; None when nothing was watched.
        resumed_at: the step that this run began after; 0 if it began anew.
    """

    steps: int
    planned_steps: int
    seconds: float
    losses: tuple[float, ...] = field(repr=False)
    stopped_early: bool
    looks: tuple[tuple[int, float], ...] = ()
    best_step: int = 0
    best_score: float | None = None
    resumed_at: int = 0


def fine_tune(
    base: Path,
    pairs: Sequence[TrainingPair],
    output: Path,
    *,
    recipe: Recipe = DEFAULT_RECIPE,
    seed: int = 0,
    threads: int = 2,
    deadline_s: float | None = None,
    watched: Sequence[TrainingPair] = (),
    resumption: Resumption | None = None,
    on_progress: Callable[[Step], None] | None = None,
) -> FineTuningReport:
    """Train the model in `base` on `pairs` and write settings, tokenizer and weights to `output`.

    Runs on the CPU and offline. With the same arguments, threads and libraries it gives the same
    weights, also if it was interrupted and resumed. No batch has the same text twice, so a small
    corpus gets small batches.

    Args:
        base: a model folder.
        pairs: at least two, of different texts.
        output: an existing, empty folder.
        recipe: how to train.
        seed: of shuffling and dropout.
        threads: CPU threads for torch.
        deadline_s: seconds from now after which no further step begins; what was learnt until then
            is kept.
        watched: pairs not trained on, of which the weights that rank them best are kept; an empty
            one keeps the last weights.
        resumption: where its checkpoint is, from which the same training goes on, and when to
            write one; it is removed once `output` is written.
        on_progress: hears of every step.

    Raises:
        NotEnoughText: there are not two different pairs.
        TrainingInterrupted: `resumption` said so; the same call goes on from there.
    """
    if len({pair.query for pair in pairs}) < 2 or len({pair.passage for pair in pairs}) < 2:
        raise NotEnoughText("a model can't be trained on fewer than two different pairs")
    begun = time.monotonic()
    torch.set_num_threads(threads)
    with without_progress_bars():
        model = SentenceTransformer(str(base), device="cpu", local_files_only=True)
    purpose = purpose_of(ModelFile.measure(base / WEIGHTS_NAME).sha256, pairs, recipe, seed)
    keep = resumption or Resumption()
    tuning = Tuning(model, pairs, watched, recipe, seed)
    file = CheckpointFile(keep.folder, purpose) if keep.folder else None
    saved = file.read() if file else None
    if saved is not None:
        tuning.restore(saved)
    resumed_at = tuning.step
    deadline = math.inf if deadline_s is None else begun + deadline_s
    started = saved_at = time.monotonic()
    while tuning.step < tuning.planned:
        if keep.interrupted():
            if file:
                file.write(tuning.checkpoint())
            raise TrainingInterrupted("the training was interrupted; start it again to go on")
        if tuning.step > 0 and time.monotonic() >= deadline:
            break
        tuning.take_step()
        if tuning.looks_now():
            tuning.look()
        now = time.monotonic()
        if on_progress is not None:
            pace = (now - started) / (tuning.step - resumed_at)
            on_progress(tuning.told(pace))
        if file and now - saved_at >= keep.every_s:
            file.write(tuning.checkpoint())
            saved_at = time.monotonic()
    stopped_early = tuning.step < tuning.planned
    if stopped_early:
        tuning.look()
    seconds = time.monotonic() - started
    copy_settings(base, output)
    write_weights(output, tuning.best_weights())
    if file:
        file.remove()
    return FineTuningReport(
        steps=tuning.step,
        planned_steps=tuning.planned,
        seconds=seconds,
        losses=tuple(tuning.losses),
        stopped_early=stopped_early,
        looks=tuple(tuning.looks),
        best_step=tuning.best_step if watched else tuning.step,
        best_score=tuning.best_score if watched else None,
        resumed_at=resumed_at,
    )
