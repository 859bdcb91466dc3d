"""The workers of one function: as many as are needed at the same time, up to a limit."""

import threading
import time
from dataclasses import dataclass

from kotogura.local.invocations import FunctionConfiguration, Invocation, Outcome
from kotogura.local.worker import Worker, Workplace


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """How many workers a function may have on this machine.

    A function of `heavy_from_mb` or more is heavy. A worker beyond a function's first ends after
    `idle_seconds` without an event, since AWS's thousand environments cost nothing while idle, but
    a laptop's memory does.
    """

    light: int = 4
    heavy: int = 2
    heavy_from_mb: int = 1024
    idle_seconds: float = 60

    def of(self, function: FunctionConfiguration) -> int:
        """Return the limit for one function.

        >>> from kotogura.local.images import LocalImage
        >>> image = LocalImage("functions/tokenize", "TokenizeFunction")
        >>> tokenize = FunctionConfiguration("t", "arn", image, "app.handler", memory_mb=2048)
        >>> WorkerLimits().of(tokenize)
        2
        """
        return self.heavy if function.memory_mb >= self.heavy_from_mb else self.light


class WorkerPool:
    """Takes invocations of one function from any thread; those beyond the limit wait their turn."""

    def __init__(
        self, function: FunctionConfiguration, workplace: Workplace, limits: WorkerLimits
    ) -> None:
        self.function = function
        self._workplace = workplace
        self._limits = limits
        self._changed = threading.Condition()
        self._idle: list[tuple[Worker, float]] = []
        self._busy: set[Worker] = set()
        self._closed = False

    def warm(self) -> None:
        """Start a first worker, if there is none, so that it is ready when an event comes."""
        with self._changed:
            if not self._closed and not self._idle and not self._busy:
                self._idle.append((Worker(self.function, self._workplace), time.monotonic()))

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run one event in the next free worker, starting one where the limit allows it.

        Returns:
            The handler's answer or error; `Runtime.Unavailable` once the pool is closed.
        """
        try:
            worker = self._take()
        except OSError as impossible:
            return Outcome.failure(
                "Runtime.InvalidWorkingDir", str(impossible), invocation.request_id
            )
        if worker is None:
            return Outcome.failure(
                "Runtime.Unavailable", "the local stack is stopping", invocation.request_id
            )
        try:
            return worker.invoke(invocation)
        finally:
            self._give_back(worker)

    def end_idle(self) -> None:
        """End the workers beyond the first that nobody needed for `idle_seconds`."""
        long_ago = time.monotonic() - self._limits.idle_seconds
        stale = []
        with self._changed:
            while len(self._idle) > 1 and self._idle[0][1] < long_ago:
                stale.append(self._idle.pop(0)[0])
        for worker in stale:
            worker.stop()

    def close(self) -> None:
        """End every worker; what they were working on fails with `Runtime.ExitError`."""
        with self._changed:
            self._closed = True
            workers = [worker for worker, _ in self._idle] + list(self._busy)
            self._idle.clear()
            self._changed.notify_all()
        for worker in workers:
            worker.stop()

    def _take(self) -> Worker | None:
        limit = self._limits.of(self.function)
        with self._changed:
            while not self._closed:
                while self._idle:
                    worker, _ = self._idle.pop()
                    if worker.alive:
                        self._busy.add(worker)
                        return worker
                    worker.stop()
                if len(self._busy) < limit:
                    worker = Worker(self.function, self._workplace)
                    self._busy.add(worker)
                    return worker
                self._changed.wait()
            return None

    def _give_back(self, worker: Worker) -> None:
        with self._changed:
            self._busy.discard(worker)
            if worker.alive and not self._closed:
                self._idle.append((worker, time.monotonic()))
            self._changed.notify()
