"""The parent's side of a worker process."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any


class WorkerFailed(Exception):
    """A worker ended before its reply; its log says why."""


class Child:
    """A worker that answers each command line with a line of JSON. Use it as a context."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log
        with log.open("w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
            )

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, command: str) -> Any:
        """Send `command` and return the reply. Raises WorkerFailed."""
        assert self._process.stdin is not None  # noqa: S101 — a pipe by construction
        try:
            self._process.stdin.write(command + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._failure() from None
        return self.reply()

    def reply(self) -> Any:
        """Return the next reply. Raises WorkerFailed."""
        assert self._process.stdout is not None  # noqa: S101 — a pipe by construction
        line = self._process.stdout.readline()
        if not line:
            raise self._failure()
        return json.loads(line)

    def close(self) -> None:
        """End the worker: its input ends, and so does it."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _failure(self) -> WorkerFailed:
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return WorkerFailed(f"a worker failed; {self._log} ends in: {''.join(lines[-1:])}")
