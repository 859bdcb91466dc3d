"""Teaches the base model a tenant's language: multiple negatives ranking over training pairs.

Each query must find its own passage among those of its batch. The scale of 50 and the low learning
rate are what helped on Japanese manuals; the library's default of 20 makes an E5 model worse. Word
embeddings stay as they are: forty documents can't improve forty thousand of them, and not training
them saves most of the optimizer's memory. `docs/fine-tuning.md` tells what was tried.

The loop is our own, because it must be resumable to the bit, and without pickle, after its machine
was taken away: see `checkpoints`. Model, tokenizer and loss are sentence-transformers'.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from kotogura.errors import NotEnoughText, TrainingInterrupted
from kotogura.semantics.bert_folder import (
    PASSAGE_PREFIX,
    QUERY_PREFIX,
    WEIGHTS_NAME,
    copy_settings,
    write_weights,
)
from kotogura.semantics.checkpoints import Checkpoint, CheckpointFile, Resumption, purpose_of
from kotogura.semantics.model_manifest import ModelFile
from kotogura.semantics.torch_bert import without_progress_bars
from kotogura.semantics.training_batches import GROUP_SIZE, plan_batches
from kotogura.semantics.training_pairs import TrainingPair

_WARM_UP_SHARE = 0.1
_LARGEST_GRADIENT = 1.0
_LOOKS = 3  # at the watched pairs, evenly over the training
_NOISE = 0.01  # sixty pairs can't tell apart what differs by less; later weights are preferred
_WATCH_BATCH = 32


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes:
        epochs: how often each pair is seen.
        batch_size: pairs that compete with each other.
        learning_rate: at its peak, after a warm-up of a tenth of the steps; falls to zero.
        scale: what cosines are multiplied with before the softmax.
        group_size: how many of a batch are neighbours of each other; see `training_batches`.
        trained_tokens: longer texts are cut here.
        both_ways: passages must find their queries too.
        half_precision: multiply matrices in bfloat16 where the processor can; weights and their
            changes stay float32.
    """

    epochs: int = 1
    batch_size: int = 32
    learning_rate: float = 2e-5
    scale: float = 50.0
    group_size: int = GROUP_SIZE
    trained_tokens: int = 64
    both_ways: bool = False
    half_precision: bool = True


DEFAULT_RECIPE = Recipe()


@dataclass(frozen=True, slots=True)
class Step:
    """What is told after an optimizer step.

    Attributes:
        number: how many were taken.
        planned: how many all epochs would be.
        loss: of this one.
        score: MRR of the watched pairs when they were last looked at; None before.
        seconds_left: at the pace until now.
    """

    number: int
    planned: int
    loss: float
    score: float | None
    seconds_left: float


@dataclass(frozen=True, slots=True)
class FineTuningReport:
    """What a fine-tuning did.

    Attributes:
        steps: optimizer steps taken.
        planned_steps: steps that all epochs would have been.
        seconds: how long they took, without loading and saving; of the last run, if resumed.
        losses: loss of each step.
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
    tuning = _Tuning(model, pairs, watched, recipe, seed)
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
        best_step=tuning.best_step if watched else tuning.step,
        best_score=tuning.best_score if watched else None,
        resumed_at=resumed_at,
    )


def multiplies_bfloat16() -> bool:
    """Tell whether this processor has instructions for it; without them it would be slower."""
    cpu: Any = torch.cpu
    return bool(cpu._is_avx512_bf16_supported() or cpu._is_amx_tile_supported())  # noqa: SLF001


class _Tuning:
    """A model in training, its optimizer, and the plan of batches."""

    def __init__(
        self,
        model: SentenceTransformer,
        pairs: Sequence[TrainingPair],
        watched: Sequence[TrainingPair],
        recipe: Recipe,
        seed: int,
    ) -> None:
        self._model = model
        self._pairs, self._watched, self._recipe, self._seed = pairs, watched, recipe, seed
        self._half = recipe.half_precision and multiplies_bfloat16()
        model.max_seq_length = recipe.trained_tokens
        transformer: Any = model[0]
        self._bert: Any = transformer.model
        self._bert.embeddings.word_embeddings.weight.requires_grad_(False)
        self._trained: dict[str, torch.Tensor] = {
            name: weight
            for name, weight in self._bert.named_parameters()
            if weight.requires_grad and not name.startswith("pooler.")
        }
        self._optimizer = torch.optim.AdamW(
            list(self._trained.values()), lr=recipe.learning_rate, weight_decay=0.0
        )
        ways: Any = ("query_to_doc", "doc_to_query") if recipe.both_ways else ("query_to_doc",)
        self._loss = MultipleNegativesRankingLoss(
            model, scale=recipe.scale, directions=ways, partition_mode="per_direction"
        )
        self._batches = plan_batches(
            pairs,
            batch_size=recipe.batch_size,
            epochs=recipe.epochs,
            seed=seed,
            group_size=recipe.group_size,
        )
        self.planned = len(self._batches)
        self.step = 0
        self.losses: list[float] = []
        self.best_step, self.best_score = 0, -1.0
        self._score: float | None = None
        self._best: dict[str, torch.Tensor] = {}

    def take_step(self) -> None:
        """Learn from the next batch."""
        batch = [self._pairs[index] for index in self._batches[self.step]]
        torch.manual_seed(self._seed * 1_000_003 + self.step)
        self._model.train()
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * self._pace()
        with torch.autocast("cpu", torch.bfloat16, enabled=self._half):
            features = [
                self._inputs([QUERY_PREFIX + pair.query for pair in batch]),
                self._inputs([PASSAGE_PREFIX + pair.passage for pair in batch]),
            ]
            embeddings = [self._embed(feature).float() for feature in features]
        loss: Any = self._loss.compute_loss_from_embeddings(embeddings, torch.empty(0))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(self._trained.values()), _LARGEST_GRADIENT)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.losses.append(float(loss.detach()))
        self.step += 1

    def looks_now(self) -> bool:
        """Tell whether the watched pairs are due: a third of the plan is done, or all of it."""
        return self.step * _LOOKS // self.planned > (self.step - 1) * _LOOKS // self.planned

    def look(self) -> None:
        """Rank the watched pairs among each other; keep the weights unless earlier were better."""
        if not self._watched:
            return
        self._score = self._mrr()
        if self._score >= self.best_score - _NOISE:
            self.best_step, self.best_score = self.step, self._score
            self._best = {name: weight.detach().clone() for name, weight in self._trained.items()}

    def told(self, pace_s: float) -> Step:
        """Return what is told after a step."""
        left = (self.planned - self.step) * pace_s
        return Step(self.step, self.planned, self.losses[-1], self._score, left)

    def checkpoint(self) -> Checkpoint:
        """Return all that going on needs."""
        tensors = {f"weight.{name}": weight.detach() for name, weight in self._trained.items()}
        tensors |= {f"best.{name}": weight for name, weight in self._best.items()}
        for name, weight in self._trained.items():
            for moment, value in self._optimizer.state[weight].items():
                tensors[f"{moment}.{name}"] = value
        return Checkpoint(self.step, tuple(self.losses), self.best_step, self.best_score, tensors)

    def restore(self, saved: Checkpoint) -> None:
        """Go on where `saved` was made."""
        self.step, self.losses = saved.step, list(saved.losses)
        self.best_step, self.best_score = saved.best_step, saved.best_score
        for name, weight in self._trained.items():
            weight.data.copy_(saved.tensors[f"weight.{name}"])
            if f"best.{name}" in saved.tensors:
                self._best[name] = saved.tensors[f"best.{name}"]
            moments = ("step", "exp_avg", "exp_avg_sq")
            if all(f"{moment}.{name}" in saved.tensors for moment in moments):
                self._optimizer.state[weight] = {
                    moment: saved.tensors[f"{moment}.{name}"] for moment in moments
                }

    def best_weights(self) -> dict[str, Any]:
        """Return the weights to keep, as arrays by name."""
        weights = {name: value.numpy() for name, value in self._bert.state_dict().items()}
        return weights | {name: weight.numpy() for name, weight in self._best.items()}

    def _pace(self) -> float:
        """Return the share of the learning rate for this step: up for a tenth, then down to 0."""
        warm_up = max(1, math.ceil(_WARM_UP_SHARE * self.planned))
        if self.step < warm_up:
            return (self.step + 1) / (warm_up + 1)
        return (self.planned - self.step) / max(1, self.planned - warm_up)

    def _inputs(self, texts: Sequence[str]) -> Any:
        return self._model.preprocess(list(texts))

    def _embed(self, features: Any) -> torch.Tensor:
        embedding: torch.Tensor = self._model(features)["sentence_embedding"]
        return embedding

    def _mrr(self) -> float:
        self._model.eval()
        with (
            torch.inference_mode(),
            torch.autocast("cpu", torch.bfloat16, enabled=self._half),
        ):
            queries = self._embed_all([QUERY_PREFIX + pair.query for pair in self._watched])
            passages = self._embed_all([PASSAGE_PREFIX + pair.passage for pair in self._watched])
        scores = queries @ passages.T
        before = (scores >= scores.diagonal()[:, None]).sum(dim=1)
        return float((1.0 / before).mean())

    def _embed_all(self, texts: Sequence[str]) -> torch.Tensor:
        return torch.cat(
            [
                self._embed(self._inputs(texts[start : start + _WATCH_BATCH])).float()
                for start in range(0, len(texts), _WATCH_BATCH)
            ]
        )
