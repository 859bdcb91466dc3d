"""Faults: which operation of a run goes wrong, and how, decided by the seed.

A run's plan names kinds of operations, not moments, so that rare ones fail as often as common ones.
"""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from random import Random
from typing import TypeVar

from kotogura.errors import StoreUnavailable
from tests.simulation.scheduler import PowerLoss, Scheduler, Violation

T = TypeVar("T")


class Fault(StrEnum):
    """What can go wrong with one write."""

    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    ERROR_BEFORE = "error before"  # the process lives on and is told that it failed
    ERROR_AFTER = "error after"
    TWICE = "twice"  # sent again, since the first answer was lost; the second answer counts
    LATE = "late"  # its process is gone when it takes effect
    BLACKOUT = "blackout"  # every process is gone, right after this write
    GHOST = "ghost"  # sent again, and the copy takes effect any time later


CRASHES = (Fault.CRASH_BEFORE, Fault.CRASH_AFTER)
FILE_FAULTS = (*CRASHES, Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.BLACKOUT)
TABLE_FAULTS = tuple(Fault)

FILE_WRITES = tuple(
    f"{step} {folder}"
    for folder in ("manifests", "segments", "staging", "reindex")
    for step in ("create", "write", "sync", "rename", "sync folder of", "remove")
)
_REMOVALS = tuple(kind for kind in FILE_WRITES if kind.startswith("remove"))
TABLE_WRITES = ("put pointer", "put ledger", "update ledger", "put staged", "delete staged")
WRITES = (*FILE_WRITES, *TABLE_WRITES)
"""Every kind of write there is; a test holds that no run meets another."""


class Faults:
    """One run's plan of faults, and the gate through which every operation goes."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.seen: Counter[tuple[str, str]] = Counter()
        self.active = True
        self.on_crash: Callable[[], None] = lambda: None
        self.on_blackout: Callable[[], None] = lambda: None
        self._counts: Counter[str] = Counter()
        self._plan = _draw(scheduler.random)

    def read(self, operation: str, effect: Callable[[], T]) -> T:
        """Do `effect` at the actor's next turn."""
        self._turn()
        self.scheduler.note(operation)
        return effect()

    def write(
        self,
        kind: str,
        target: str,
        effect: Callable[[], T],
        error: Callable[[], Exception] = lambda: StoreUnavailable("a simulated failure"),
    ) -> T:
        """Do `effect` at the actor's next turn, or what the plan has in store for it."""
        if kind not in WRITES:
            raise Violation(f"a kind of write that no plan knows: {kind}")
        self._turn()
        fault = self._fault(kind)
        self.scheduler.note(f"{kind} {target}", fault.value if fault else "")
        if fault is None:
            return effect()
        self.seen[kind, fault.value] += 1
        if fault is Fault.CRASH_BEFORE:
            self.crash()
        if fault is Fault.ERROR_BEFORE:
            raise error()
        if fault is Fault.LATE:
            self._later(kind, target, effect)
            self.crash()
        result = effect()
        if fault is Fault.CRASH_AFTER:
            self.crash()
        if fault is Fault.BLACKOUT:
            self.on_blackout()
            self.crash()
        if fault is Fault.ERROR_AFTER:
            raise error()
        if fault is Fault.GHOST:
            self._later(kind, target, effect)
        if fault is Fault.TWICE:
            self._turn()
            self.scheduler.note(f"{kind} {target}", "again")
            result = effect()
        return result

    def crash(self) -> None:
        """Take the current actor's process away."""
        assert self.scheduler.current is not None
        self.scheduler.current.down = True
        self.on_crash()
        raise PowerLoss

    def _turn(self) -> None:
        self.scheduler.turn()
        current = self.scheduler.current
        if current is not None and current.down:
            raise PowerLoss

    def _fault(self, kind: str) -> Fault | None:
        if self.scheduler.current is None or not self.active:
            return None
        self._counts[kind] += 1
        return self._plan.pop((kind, self._counts[kind]), None)

    def _later(self, kind: str, target: str, effect: Callable[[], object]) -> None:
        def land() -> None:
            self.scheduler.note(f"{kind} {target}", "lands")
            try:
                effect()
            except Exception as error:  # noqa: BLE001 — nobody is there any more to be told
                self.scheduler.note(f"{kind} {target}", type(error).__name__)
            self.scheduler.release()

        assert self.scheduler.current is not None
        name = f"{self.scheduler.current.name}, late"
        self.scheduler.hold()
        delay = self.scheduler.random.expovariate(2.0)
        self.scheduler.spawn(name, land, delay=delay)


def _draw(random: Random) -> dict[tuple[str, int], Fault]:
    plan: dict[tuple[str, int], Fault] = {}
    for _ in range(random.choice([0, 2, 4, 6, 8, 12])):  # many name what the run never comes to
        if random.random() < 0.5:
            kind = random.choice((*FILE_WRITES, *_REMOVALS, *_REMOVALS))
            fault = random.choice((*CRASHES, *FILE_FAULTS))
        else:
            kind = random.choice(TABLE_WRITES)
            fault = random.choice((*CRASHES, *TABLE_FAULTS))
        mean = 2.0 if kind.startswith("remove") else 12.0 if kind.endswith("segments") else 4.0
        occurrence = 1 + int(random.expovariate(1 / mean))
        plan[kind, occurrence] = fault
    return plan
