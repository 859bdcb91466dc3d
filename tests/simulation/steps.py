"""Steps of workflows: each runs in some process, and again if that process is lost or fails.

A workflow outlives its processes, as a state machine does.
"""

from collections.abc import Callable
from typing import TypeVar

from kotogura.errors import CommitConflict, StoreUnavailable, Throttled
from tests.simulation.scheduler import PowerLoss, Violation
from tests.simulation.world import Process, World

T = TypeVar("T")

RETRIED = (CommitConflict, StoreUnavailable, Throttled)
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
        faults_before = world.faults.seen.total()
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
        # What fails for no reason is not given up: it must succeed in the end.
        if world.faults.seen.total() > faults_before and world.random.random() < LOST_SHARE:
            raise Lost
        world.scheduler.sleep(world.random.expovariate(4.0))
    raise Violation(f"a step failed {STEP_LIMIT} times")
