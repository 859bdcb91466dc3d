"""A model in training: one step after the other, and which of the weights on the way are kept.

Each query must find its own passage among those of its batch. Word embeddings stay as they are:
forty documents can't improve forty thousand of them, and not training them saves most of the
optimizer's memory.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from kotogura.semantics.checkpoints import Checkpoint
from kotogura.semantics.recipes import Recipe
from kotogura.semantics.training_batches import plan_batches
from kotogura.semantics.training_pairs import TrainingPair

_WARM_UP_SHARE = 0.1
_LARGEST_GRADIENT = 1.0
_LOOKS = 3  # at the watched pairs, evenly over the training
_NOISE = 0.01  # sixty pairs can't tell apart what differs by less; later weights are preferred
_WATCH_BATCH = 32


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


def multiplies_bfloat16() -> bool:
    """Tell whether this processor has instructions for it; without them it would be slower."""
    cpu: Any = torch.cpu
    return bool(cpu._is_avx512_bf16_supported() or cpu._is_amx_tile_supported())  # noqa: SLF001


class Tuning:
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
        self._bert.get_input_embeddings().weight.requires_grad_(False)
        self._before_query = str(model.prompts.get("query", ""))
        self._before_passage = str(model.prompts.get("passage", ""))
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
        self.looks: list[tuple[int, float]] = []
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
                self._inputs([self._before_query + pair.query for pair in batch]),
                self._inputs([self._before_passage + pair.passage for pair in batch]),
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
        score = self._mrr()
        self.looks.append((self.step, score))
        if score >= self.best_score - _NOISE:
            self.best_step, self.best_score = self.step, score
            self._best = {name: weight.detach().clone() for name, weight in self._trained.items()}

    def told(self, pace_s: float) -> Step:
        """Return what is told after a step."""
        left = (self.planned - self.step) * pace_s
        score = self.looks[-1][1] if self.looks else None
        return Step(self.step, self.planned, self.losses[-1], score, left)

    def checkpoint(self) -> Checkpoint:
        """Return all that going on needs."""
        tensors = {f"weight.{name}": weight.detach() for name, weight in self._trained.items()}
        tensors |= {f"best.{name}": weight for name, weight in self._best.items()}
        for name, weight in self._trained.items():
            for moment, value in self._optimizer.state[weight].items():
                tensors[f"{moment}.{name}"] = value
        return Checkpoint(
            self.step,
            tuple(self.losses),
            self.best_step,
            self.best_score,
            tensors,
            tuple(self.looks),
        )

    def restore(self, saved: Checkpoint) -> None:
        """Go on where `saved` was made."""
        self.step, self.losses = saved.step, list(saved.losses)
        self.looks = list(saved.looks)
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
            queries = self._embed_all([self._before_query + pair.query for pair in self._watched])
            passages = self._embed_all(
                [self._before_passage + pair.passage for pair in self._watched]
            )
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
