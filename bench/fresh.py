"""A fresh process that answers questions, and how long its first answer took."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a process told after its first answer, which took `first_hit_s`, and after its last."""

    first_hit_s: float
    first: dict[str, Any]
    last: dict[str, Any]


def ask_fresh(program: Sequence[str], questions: Sequence[str]) -> Fresh:
    """Start `python -m` with `program` once; its questions wait for it in the pipe."""
    lines = "".join(f"{' '.join(question.split())}\n" for question in questions)
    # Modules are compiled once, by the first run if need be, as they are when installed.
    environment = {key: value for key, value in os.environ.items() if key != _NO_BYTECODE}
    environment["OPENBLAS_NUM_THREADS"] = "1"  # as functions/Dockerfile sets it
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
    ) as process:
        assert process.stdin is not None  # noqa: S101 — pipes by construction
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(lines)
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        first_hit_s = time.perf_counter() - start
        process.stdin.close()
        last = json.loads(process.stdout.readline())
    if process.returncode != 0:
        raise SystemExit("bench: the fresh process failed")
    return Fresh(first_hit_s, first, last)


def require_hits(fresh: Fresh) -> None:
    """Exit unless the first question found something."""
    if not fresh.first["hits"]:
        raise SystemExit("bench: the fresh process found nothing")
