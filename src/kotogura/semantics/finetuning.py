"""Teaches the base model a tenant's language: multiple negatives ranking over training pairs.

Each query must find its own passage among those of its batch. The scale of 50 and the low learning
rate are what helped on Japanese manuals; the library's default of 20 makes an E5 model worse. Word
embeddings stay as they are: forty documents can't improve forty thousand of them, and not training
them saves most of the optimizer's memory.
"""

import logging
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.base.sampler import BatchSamplers
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from transformers import PrinterCallback, TrainerCallback

from kotogura.errors import NotEnoughText
from kotogura.semantics.bert_folder import (
    PASSAGE_PREFIX,
    QUERY_PREFIX,
    copy_settings,
    write_weights,
)
from kotogura.semantics.torch_bert import without_progress_bars
from kotogura.semantics.training_pairs import TrainingPair

_TRAINED_TOKENS = 128


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes:
        epochs: how often each pair is seen.
        batch_size: pairs that compete with each other.
        learning_rate: at its peak, after a warm-up of a tenth of the steps; falls to zero.
        scale: what cosines are multiplied with before the softmax.
    """

    epochs: int = 1
    batch_size: int = 32
    learning_rate: float = 2e-5
    scale: float = 50.0


DEFAULT_RECIPE = Recipe()


@dataclass(frozen=True, slots=True)
class FineTuningReport:
    """What a fine-tuning did.

    Attributes:
        steps: optimizer steps taken.
        planned_steps: steps that all epochs would have been.
        seconds: how long they took, without loading and saving.
        losses: loss of each step.
        stopped_early: the deadline came before the last step.
    """

    steps: int
    planned_steps: int
    seconds: float
    losses: tuple[float, ...] = field(repr=False)
    stopped_early: bool


def fine_tune(
    base: Path,
    pairs: Sequence[TrainingPair],
    output: Path,
    *,
    recipe: Recipe = DEFAULT_RECIPE,
    seed: int = 0,
    threads: int = 2,
    deadline_s: float | None = None,
    on_progress: Callable[[int, int, float], None] | None = None,
) -> FineTuningReport:
    """Train the model in `base` on `pairs` and write settings, tokenizer and weights to `output`.

    Runs on the CPU and offline; writes no checkpoint. With the same arguments, threads and
    libraries it gives the same weights. No batch has the same text twice, so a small corpus gets
    small batches.

    Args:
        base: a model folder.
        pairs: at least two, of different texts.
        output: an existing, empty folder.
        recipe: how to train.
        seed: of shuffling and dropout.
        threads: CPU threads for torch.
        deadline_s: seconds from now after which no further step begins; what was learnt until then
            is kept.
        on_progress: hears step, planned steps and loss after every step.

    Raises:
        NotEnoughText: there are not two different pairs.
    """
    if len({pair.query for pair in pairs}) < 2 or len({pair.passage for pair in pairs}) < 2:
        raise NotEnoughText("a model can't be trained on fewer than two different pairs")
    begun = time.monotonic()
    torch.set_num_threads(threads)
    with without_progress_bars(), _quiet():
        model = SentenceTransformer(str(base), device="cpu", local_files_only=True)
        model.max_seq_length = _TRAINED_TOKENS
        bert: Any = model[0].model
        bert.embeddings.word_embeddings.weight.requires_grad_(False)
        deadline = None if deadline_s is None else begun + deadline_s
        watch = _Watch(deadline, on_progress)
        with tempfile.TemporaryDirectory() as scratch:
            trainer = _Trainer(
                model=model,
                args=_arguments(scratch, recipe, seed),
                train_dataset=Dataset.from_dict(
                    {
                        "query": [pair.query for pair in pairs],
                        "passage": [pair.passage for pair in pairs],
                    }
                ),
                loss=MultipleNegativesRankingLoss(model, scale=recipe.scale),
                callbacks=[watch],
            )
            trainer.remove_callback(PrinterCallback)
            started = time.monotonic()
            trainer.train()
            seconds = time.monotonic() - started
        copy_settings(base, output)
        write_weights(output, {name: value.numpy() for name, value in bert.state_dict().items()})
    planned = trainer.state.max_steps
    return FineTuningReport(
        steps=len(watch.losses),
        planned_steps=planned,
        seconds=seconds,
        losses=tuple(watch.losses),
        stopped_early=len(watch.losses) < planned,
    )


def _arguments(scratch: str, recipe: Recipe, seed: int) -> SentenceTransformerTrainingArguments:
    return SentenceTransformerTrainingArguments(
        output_dir=scratch,
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        warmup_steps=0.1,
        seed=seed,
        data_seed=seed,
        use_cpu=True,
        prompts={"query": QUERY_PREFIX, "passage": PASSAGE_PREFIX},
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        # Optimizer states would be written with pickle, and nothing reads them.
        save_strategy="no",
        logging_strategy="steps",
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        push_to_hub=False,
    )


class _Trainer(SentenceTransformerTrainer):
    """The library's trainer, without the model card for which it would ask a model hub."""

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Do nothing."""


class _Watch(TrainerCallback):
    """Collects losses, tells about each step, and stops at the deadline."""

    def __init__(
        self, deadline: float | None, on_progress: Callable[[int, int, float], None] | None
    ) -> None:
        self.losses: list[float] = []
        self._deadline = deadline
        self._on_progress = on_progress

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
        del args, state
        if self._deadline is not None and time.monotonic() >= self._deadline:
            control.should_training_stop = True
        return control

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any
    ) -> Any:
        del args
        if logs and "loss" in logs:
            self.losses.append(float(logs["loss"]))
            if self._on_progress is not None:
                self._on_progress(state.global_step, state.max_steps, self.losses[-1])
        return control


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep out of the logs the advice for people who would choose other settings."""
    names = ("sentence_transformers", "transformers", "datasets")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
