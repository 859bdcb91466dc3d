"""What a clock or a person starts: merges, sweeps, reindexes, rollbacks, and long nights."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from kotogura.errors import (
    AnalyzerMismatch,
    CorruptIndex,
    GenerationNotFound,
    RunIncomplete,
)
from kotogura.index.generations import Generation, parse_manifest_name
from kotogura.index.janitor import GRACE_SECONDS, sweep
from kotogura.index.merge import compact
from kotogura.index.reindex import build, plan
from kotogura.index.rollback import rollback
from kotogura.index.runs import Built
from kotogura.index.swap import swap
from tests.memory.language import WordAnalyzer
from tests.simulation.steps import Lost, do
from tests.simulation.world import TENANT, Process, World

T = TypeVar("T")


class Schedule:
    """What is started by a clock or a person: merges, sweeps, reindexes, and long nights."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._runs = 0

    def compact(self) -> None:
        """Merge once."""
        self._held(lambda one: compact(TENANT, one.generations, one.files, one.merge_vectors))

    def sweep(self) -> None:
        """Remove what is not needed."""
        self._held(lambda one: sweep(TENANT, one.generations, one.files, one.staged))

    def roll_back(self) -> None:
        """Bring the content of some kept generation back."""
        try:
            self._held(self._roll_back)
        except (GenerationNotFound, CorruptIndex) as error:  # it left the history just now
            self._world.scheduler.note("is refused", error.code)

    def _roll_back(self, process: Process) -> None:
        current = process.generations.current(TENANT)
        if current is None or not current.manifest.history:
            return
        name = self._world.random.choice(current.manifest.history)
        number, _ = parse_manifest_name(name)
        rollback(TENANT, number, process.generations, process.files, process.pause)

    def new_analyzer(self) -> None:
        """Release another analyzer: processes that begin from now on have it."""
        self._world.analyzer = WordAnalyzer("another analyzer")
        self._world.scheduler.note("releases another analyzer")

    def rebuild(self) -> None:
        """Reindex until nothing that came in meanwhile stands in the way."""
        while not self._reindex_once():
            self._world.scheduler.note("reindexes again")

    def _reindex_once(self) -> bool:
        self._runs += 1
        try:
            return self._reindex(f"{self._runs:032x}")
        except AnalyzerMismatch:
            return False

    def reindex(self) -> None:
        """Plan, build, swap; what breaks off is perhaps begun again, and goes on where it was."""
        self._runs += 1
        run_id = f"{self._runs:032x}"
        for _ in range(3):
            try:
                ended = self._reindex(run_id)
            except AnalyzerMismatch as error:
                self._world.scheduler.note("is refused", error.code)
                ended = True
            if ended or self._world.random.random() < 0.5:
                return
            self._rest()
            self._world.scheduler.note("resumes the run")

    def _reindex(self, run_id: str) -> bool:
        """Return whether the run came to its end; between its steps any time may pass."""
        planned = self._held(
            lambda one: plan(TENANT, run_id, one.originals, one.generations, one.files)
        )
        if planned is None:
            return False
        for number in planned.batches:
            self._rest()
            if not self._held(partial(_build, run_id, number)):
                return False
        self._rest()
        try:
            return bool(self._held(partial(_swap, run_id)))
        except RunIncomplete:  # more came in by another analyzer than the swap builds itself
            self._world.scheduler.note("goes round again")
            return self._reindex(run_id)

    def night(self) -> None:
        """Let more time pass than anybody keeps a file for that is needed no longer."""
        self._world.pass_long(self._world.random.choice([1.1, 3.0, 30.0]) * GRACE_SECONDS)
        if self._world.random.random() < 0.8:
            self.sweep()

    def week(self) -> None:
        """Let so much time pass that what is staged expires."""
        self._world.pass_long(8 * 86_400.0)

    def _rest(self) -> None:
        """Let others go on between two steps that may lie far apart."""
        if self._world.faults.active and self._world.random.random() < 0.15:
            self.night()
        else:
            self._world.scheduler.sleep(self._world.random.choice([0.0, 1.0, 10.0]))

    def _held(self, step: Callable[[Process], T]) -> T | None:
        """Run a step; None if it was lost."""
        with self._world.scheduler.held():
            try:
                return do(self._world, step)
            except Lost:
                self._world.scheduler.note("is lost")
                return None


def _build(run_id: str, number: int, process: Process) -> Built:
    return build(
        TENANT,
        run_id,
        number,
        originals=process.originals,
        ledger=process.ledger,
        analyzer=process.analyzer,
        embed=process.embed,
        files=process.files,
    )


def _swap(run_id: str, process: Process) -> Generation:
    return swap(
        TENANT,
        run_id,
        generations=process.generations,
        directory=process.directory,
        ledger=process.ledger,
        files=process.files,
        pause=process.pause,
        rebuild=lambda number: _build(run_id, number, process),
    )
