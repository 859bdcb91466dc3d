"""Where a fine-tuning stands, on disk: what a training that was killed goes on from.

One safetensors file holds numbers and a few words of JSON, nothing that could run. It appears
complete or not at all. Dropout is seeded by the number of the step, so that no state of a random
generator need be kept, and a training that was resumed ends with the same weights as one that
was not.
"""

import contextlib
import hashlib
import json
import os
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from kotogura.semantics.training_pairs import TrainingPair

CHECKPOINT_NAME = "checkpoint.safetensors"


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Resumption:
    """How a fine-tuning outlives its machine.

    Attributes:
        folder: where its checkpoint is; None keeps none.
        every_s: seconds between two of them.
        interrupted: asked before each step; once true, a checkpoint is written and the fine-tuning
            ends.
    """

    folder: Path | None = None
    every_s: float = 60.0
    interrupted: Callable[[], bool] = _never


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a fine-tuning stands.

    Attributes:
        step: optimizer steps taken.
        losses: loss of each of them.
        best_step: the step whose weights scored best on the watched pairs.
        best_score: that score, 0 to 1; -1 when nothing was watched.
        tensors: weights and the optimizer's moments, by names that the fine-tuning chose.
        looks: the watched pairs' score, by the step after which they were looked at.
    """

    step: int
    losses: tuple[float, ...]
    best_step: int
    best_score: float
    tensors: Mapping[str, torch.Tensor]
    looks: tuple[tuple[int, float], ...] = ()


class CheckpointFile:
    """The checkpoint of one fine-tuning, which its purpose names."""

    def __init__(self, folder: Path, purpose: str) -> None:
        self._path = folder / CHECKPOINT_NAME
        self._purpose = purpose

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace what was written before, durably."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        work = self._path.with_suffix(".writing")
        facts = {
            "purpose": self._purpose,
            "step": checkpoint.step,
            "losses": checkpoint.losses,
            "best_step": checkpoint.best_step,
            "best_score": checkpoint.best_score,
            "looks": checkpoint.looks,
        }
        save_file(dict(checkpoint.tensors), str(work), metadata={"facts": json.dumps(facts)})
        with work.open("rb") as file:
            os.fsync(file.fileno())
        work.replace(self._path)

    def read(self) -> Checkpoint | None:
        """Return what was written last, or None: nothing, damaged, or of another purpose."""
        try:
            with safe_open(str(self._path), framework="pt") as file:
                facts = json.loads(file.metadata()["facts"])
                if facts["purpose"] != self._purpose:
                    return None
                looks = tuple((int(step), float(score)) for step, score in facts["looks"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError, KeyError, TypeError, ValueError):
            return None
        return Checkpoint(
            facts["step"],
            tuple(facts["losses"]),
            facts["best_step"],
            facts["best_score"],
            tensors,
            looks,
        )

    def remove(self) -> None:
        """Remove the file; none is no error."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


def purpose_of(base_digest: str, pairs: Sequence[TrainingPair], recipe: Any, seed: int) -> str:
    """Return what decides a fine-tuning, as one digest: only the same may be resumed."""
    told = hashlib.sha256(json.dumps([base_digest, asdict(recipe), seed]).encode())
    for pair in pairs:
        for text in (pair.query, pair.passage):
            data = text.encode("utf-8", "surrogatepass")
            told.update(struct.pack("<Q", len(data)) + data)
    return told.hexdigest()
