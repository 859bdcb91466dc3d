"""One seed, one order: actors are greenlets, and at each operation a seeded choice goes on.

An actor runs the product's synchronous code until it touches storage; there it waits for its turn.
Nothing else decides the order, so that a seed always gives the same run.
"""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from random import Random

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

TURN_LIMIT = 60_000
_STALL_SHARE = 0.01
_LONG_TICK_SHARE = 0.03


class PowerLoss(BaseException):
    """The process is gone. No clause of the code under test catches it."""


class Abandoned(BaseException):
    """The run is over before this actor was."""


class Violation(BaseException):
    """An invariant does not hold. No clause of the code under test catches it."""


class Clock:
    """Simulated seconds since the run began."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def ahead(self, seconds: float) -> Callable[[], str]:
        """Return the clock of a machine that is so far ahead of this one, or behind."""
        return lambda: self.now(seconds)

    def now(self, ahead_seconds: float = 0.0) -> str:
        """Return the time as ISO 8601 in UTC, to the millisecond."""
        milliseconds = round(max(self.seconds + ahead_seconds, 0.0) * 1000)
        days, rest = divmod(milliseconds, 86_400_000)
        seconds, fraction = divmod(rest, 1000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return f"2026-01-{days + 1:02d}T{hour:02d}:{minute:02d}:{second:02d}.{fraction:03d}Z"


class Actor:
    """Whoever does something in its own time; `down` while its process is dying."""

    def __init__(self, name: str, work: Callable[[], None], hub: greenlet) -> None:
        self.name = name
        self.down = False
        self.greenlet = greenlet(work, hub)


class Scheduler:
    """Runs actors one turn at a time, in an order that `random` decides."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.clock = Clock()
        self.trace: list[tuple[float, str, str, str]] = []
        self.turns = 0
        self.current: Actor | None = None
        self._hub = getcurrent()
        self._over = False
        self._stickiness = random.choice([0.0, 0.5, 0.8, 0.95])
        self._ready: list[Actor] = []
        self._asleep: list[tuple[float, int, Actor]] = []
        self._waiting: list[tuple[Callable[[], bool], Actor]] = []
        self._naps = 0
        self._holds = 0
        self._draining = False

    # Called by actors.

    def spawn(self, name: str, work: Callable[[], None], *, delay: float = 0.0) -> None:
        """Let `work` begin at a later turn, after `delay` seconds."""
        actor = Actor(name, work, self._hub)
        if delay:
            self._put_to_sleep(actor, delay)
        else:
            self._ready.append(actor)

    def turn(self) -> None:
        """Let others go first; outside of any actor, return at once."""
        actor = self.current
        if actor is None:
            return
        if self.random.random() < _STALL_SHARE:
            self._put_to_sleep(actor, self.random.expovariate(1.0))
        else:
            self._ready.append(actor)
        self._switch()

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of simulated time."""
        actor = self.current
        if actor is not None:
            self._put_to_sleep(actor, seconds)
            self._switch()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds."""
        actor = self.current
        while actor is not None and not condition():
            self._waiting.append((condition, actor))
            self._switch()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep long times from passing meanwhile: nothing that runs outlives the grace period."""
        self.wait(lambda: not self._draining)
        self.hold()
        try:
            yield
        finally:
            self.release()

    def hold(self) -> None:
        """Keep long times from passing until `release`; for what is under way already."""
        self._holds += 1

    def release(self) -> None:
        """End a `hold`."""
        self._holds -= 1
        self._wake()

    def pass_long(self, seconds: float) -> None:
        """Let everything under way come to its end, then let `seconds` pass at once."""
        self._draining = True
        self.wait(lambda: not self._holds)
        self.clock.seconds += seconds
        self._draining = False
        self._wake()

    def note(self, operation: str, effect: str = "") -> None:
        """Write a line of the trace."""
        name = self.current.name if self.current else "simulator"
        self.trace.append((self.clock.seconds, name, operation, effect))

    # Called by the simulation.

    def run(self) -> None:
        """Run until every actor has ended.

        Raises:
            Violation: as an actor or an invariant does, or when nothing comes to an end.
        """
        while actor := self._next():
            self.turns += 1
            if self.turns > TURN_LIMIT:
                raise Violation("the run does not end: some retry never succeeds")
            self._tick()
            self.current = actor
            try:
                actor.greenlet.switch()
            finally:
                self.current = None
        if self._waiting:
            names = sorted(actor.name for _, actor in self._waiting)
            raise Violation(f"they wait for ever: {', '.join(names)}")

    def abandon(self) -> None:
        """Forget all actors, in the middle of whatever they do."""
        self._over = True
        actors = [*self._ready, *(one[2] for one in self._asleep), *self._waiters()]
        self._ready, self._asleep, self._waiting = [], [], []
        for actor in actors:
            if actor.greenlet:
                with suppress(Abandoned, PowerLoss, Violation):
                    actor.greenlet.throw(Abandoned)

    def take_down(self) -> None:
        """Let every actor's process be gone when its turn comes."""
        for actor in (*self._ready, *(one[2] for one in self._asleep), *self._waiters()):
            actor.down = True

    def digest(self) -> str:
        """Return a digest of the whole trace."""
        digest = blake2b(digest_size=16)
        for line in self.trace:
            digest.update(repr(line).encode())
        return digest.hexdigest()

    # Its own.

    def _switch(self) -> None:
        actor = self.current
        assert actor is not None
        if self._over:
            raise Abandoned
        self._hub.switch()
        if self._over:
            raise Abandoned

    def _next(self) -> Actor | None:
        ready = self._ready
        while self._asleep and (not ready or self._asleep[0][0] <= self.clock.seconds):
            wake_at, _, actor = heapq.heappop(self._asleep)
            self.clock.seconds = max(self.clock.seconds, wake_at)
            ready.append(actor)
        if not ready:
            return None
        # The one that ran last stands at the end.
        if self.random.random() < self._stickiness:
            return ready.pop()
        place = int(self.random.random() * len(ready))
        ready[place], ready[-1] = ready[-1], ready[place]
        return ready.pop()

    def _tick(self) -> None:
        chance = self.random.random()
        if chance < _LONG_TICK_SHARE:
            self.clock.seconds += chance * 100
        elif chance < 0.5:
            self.clock.seconds += 0.001

    def _put_to_sleep(self, actor: Actor, seconds: float) -> None:
        self._naps += 1
        heapq.heappush(self._asleep, (self.clock.seconds + seconds, self._naps, actor))

    def _waiters(self) -> Iterator[Actor]:
        return (actor for _, actor in self._waiting)

    def _wake(self) -> None:
        still: list[tuple[Callable[[], bool], Actor]] = []
        for condition, actor in self._waiting:
            if condition():
                self._ready.append(actor)
            else:
                still.append((condition, actor))
        self._waiting = still
