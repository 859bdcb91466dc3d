"""What every engine of the benchmark is to its worker process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from bench.latency import time_each

Found = list[tuple[str, float]]
"""At most ten (id, score), best first."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker process works on.

    Attributes:
        corpus: the passages' file.
        queries: the questions' file.
        terms: where our terms of the passages are kept for the peers.
        folder: the engine's own.
    """

    corpus: Path
    queries: Path
    terms: Path
    folder: Path

    def to_json(self) -> dict[str, str]:
        """Return it for a command line."""
        return {name: str(path) for name, path in asdict(self).items()}

    @classmethod
    def from_json(cls, fields: Mapping[str, str]) -> "Job":
        """Return what `to_json` wrote."""
        return cls(**{name: Path(path) for name, path in fields.items()})


class Engine(Protocol):
    """An index that is open in this process and answers questions."""

    paths: Sequence[str]
    """What can be timed: `text` for all, others by the engine."""

    def search(self, question: str) -> Found:
        """Return the ten best (id, score), from the question's text."""

    def time(self, path: str, questions: Sequence[str]) -> list[float]:
        """Return the milliseconds each question took by `path`, after what warms it."""


Build = Callable[[Job], dict[str, Any]]
"""Builds an engine's index below `job.folder` and returns figures for the report."""


def second_pass(answer: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Return the times of a second pass; the first is not told."""
    time_each(questions, answer)
    return time_each(questions, answer)
