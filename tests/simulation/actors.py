"""Who acts in a run: the tenant, workflows and their retries, the schedule, and readers.

A workflow outlives its processes, as a state machine does: a step whose process was lost, or that
failed in a way that a retry helps, is done again.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from kotogura.documents.intake import receive
from kotogura.errors import CommitConflict, StoreUnavailable, Throttled
from kotogura.index.changes import stage_removal
from kotogura.index.commit import Committed
from kotogura.index.generations import Generation
from kotogura.index.janitor import GRACE_SECONDS, sweep
from kotogura.index.merge import compact
from kotogura.index.reindex import build, plan
from kotogura.index.runs import Built
from kotogura.index.staging import stage_document
from kotogura.index.swap import swap
from tests.simulation.bucket import Event
from tests.simulation.scheduler import PowerLoss, Violation
from tests.simulation.world import TENANT, Process, World

T = TypeVar("T")

NAMES = ("a.txt", "b.txt", "c.txt")
RETRIED = (CommitConflict, StoreUnavailable, Throttled, OSError)
STEP_LIMIT = 40
LOST_SHARE = 0.2
"""How often a step that failed is the end of its execution."""


class Lost(Exception):
    """A workflow's execution ended before its work was done, and nobody was told."""


def do(world: World, step: Callable[[Process], T]) -> T:
    """Run one step of a workflow in some process, again until it comes to an end.

    Raises:
        Lost: sometimes, in place of a retry.
    """
    for _ in range(STEP_LIMIT):
        try:
            with world.process() as process:
                return step(process)
        except PowerLoss:
            actor = world.scheduler.current
            assert actor is not None
            actor.down = False
            world.scheduler.note("is started again")
        except RETRIED as error:
            world.scheduler.note("is tried again", type(error).__name__)
        if world.faults.active and world.random.random() < LOST_SHARE:
            raise Lost
        world.scheduler.sleep(world.random.expovariate(4.0))
    raise Violation(f"a step failed {STEP_LIMIT} times")


class Tenant:
    """Writes and removes files; each event about them is delivered once or more, in any order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.undone: list[Event] = []

    def act(self, count: int) -> None:
        """Make `count` changes, as fast as their events are handled or slower."""
        random = self._world.random
        names = NAMES[: random.choice([1, 2, 3])]
        for _ in range(count):
            self._world.scheduler.turn()
            event = self._change(random.choice(names))
            self._world.scheduler.note(f"changes {event.name}", event.event["detail-type"])
            for _ in range(random.choice([1, 1, 2, 3])):
                delay = random.choice([0.0, random.expovariate(1.0), random.expovariate(0.05)])
                self.deliver(event, delay)
            pause = random.random()
            if pause < 0.1:
                self._world.scheduler.note("goes home")
                Schedule(self._world).night()
            elif pause < 0.5:
                self._world.scheduler.sleep(random.expovariate(2.0))

    def deliver(self, event: Event, delay: float = 0.0) -> None:
        """Let an execution begin for `event`; if it gets lost, it is remembered as undone."""
        execution = Execution(self._world, event, self.undone.append)
        name = f"execution of {event.number}"
        self._world.scheduler.spawn(name, execution.run, delay=delay)

    def one_more(self) -> None:
        """Write one more file, so that one more commit comes."""
        self.deliver(self._world.bucket.put("one-more.txt", self._world.random))

    def _change(self, name: str) -> Event:
        bucket, random = self._world.bucket, self._world.random
        chance = random.random()
        if chance < 0.25:
            return bucket.mark(name)
        if chance < 0.4:
            erased = bucket.erase(name, random)
            if erased is not None:
                return erased
        return bucket.put(name, random)


class Execution:
    """One execution of `ingest` for one delivered event."""

    def __init__(self, world: World, event: Event, lose: Callable[[Event], None]) -> None:
        self._world = world
        self._event = event
        self._lose = lose

    def run(self) -> None:
        """Extract, tokenize, commit."""
        with self._world.scheduler.held():
            try:
                self._run()
            except Lost:
                self._world.scheduler.note("is lost")
                self._lose(self._event)

    def _run(self) -> None:
        outcome = do(self._world, self._extract)
        if outcome == "extracted":
            self._perhaps_cut()
            do(self._world, self._tokenize)
        self._perhaps_cut()
        if outcome != "skipped":
            self._commit()

    def _perhaps_cut(self) -> None:
        """End between two steps, whatever went well."""
        if self._world.faults.active and self._world.random.random() < self._world.cut_share:
            raise Lost

    def _commit(self) -> None:
        """Commit, and come back as often as the answer is to wait."""
        identity, version = self._event.document_id, self._event.sequencer
        waited_for: int | None = None
        for _ in range(STEP_LIMIT):
            committed = do(self._world, partial(self._ask, waited_for))
            self._world.scheduler.note("is answered", committed.outcome)
            self._world.invariants.acknowledged(identity, version, committed)
            if committed.outcome != "deferred":
                return
            waited_for = committed.generation
            self._world.scheduler.sleep(committed.wait_seconds)
        raise Violation(f"a commit was put off {STEP_LIMIT} times")

    def _ask(self, waited_for: int | None, process: Process) -> Committed:
        identity, version = self._event.document_id, self._event.sequencer
        return process.committer.commit(TENANT, identity, version, waited_for=waited_for)

    def _extract(self, process: Process) -> str:
        intake = receive(self._event.event, process.originals, process.ledger, process.files)
        if intake.outcome == "removed":
            stage_removal(TENANT, intake.document_id, intake.sequencer, process.staged)
        return intake.outcome

    def _tokenize(self, process: Process) -> None:
        stage_document(
            TENANT,
            self._event.document_id,
            self._event.sequencer,
            analyzer=process.analyzer,
            embed=process.embed,
            files=process.files,
            staged=process.staged,
        )


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

    def reindex(self) -> None:
        """Plan, build, swap; what breaks off is perhaps begun again, and goes on where it was."""
        self._runs += 1
        run_id = f"{self._runs:032x}"
        for _ in range(3):
            if self._reindex(run_id) or self._world.random.random() < 0.5:
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
        return bool(self._held(partial(_swap, run_id)))

    def night(self) -> None:
        """Let more time pass than anybody keeps a file for that is needed no longer."""
        self._world.pass_long(self._world.random.choice([1.1, 3.0, 30.0]) * GRACE_SECONDS)
        if self._world.random.random() < 0.8:
            self.sweep()

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
    )


class Reader:
    """Pins a generation, and reads all of it in its own time."""

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self) -> None:
        """Open the current generation, and check all that it names, file by file."""
        with self._world.scheduler.held():
            try:
                do(self._world, self._read)
            except Lost:
                self._world.scheduler.note("is lost")

    def _read(self, process: Process) -> None:
        generation = process.generations.current(TENANT)
        if generation is None:
            return
        self._world.invariants.pinned(generation.manifest)
        for entry in generation.manifest.file_entries():
            try:
                data = process.files.read(TENANT, entry.name)
            except StoreUnavailable:
                raise Violation(f"a reader finds {entry.name} missing") from None
            if len(data) != entry.size_bytes:
                raise Violation(f"a reader finds {entry.name} torn")
            if self._world.random.random() < 0.3:
                self._world.scheduler.sleep(self._world.random.expovariate(0.5))
