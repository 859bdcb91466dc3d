"""One seed's run from its beginning to its verdict."""

import shutil
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulation.people import Reader, Tenant
from tests.simulation.readings import check_readings
from tests.simulation.scheduler import Violation
from tests.simulation.upkeep import Schedule
from tests.simulation.world import World

READ_SHARE = 12
"""Of so many seeds one has its final index read through DuckDB, term by term."""


@dataclass
class Verdict:
    """What became of one seed; `violation` is None when every invariant held."""

    seed: int
    violation: str | None
    digest: str
    turns: int
    seen: Counter[tuple[str, str]]
    trace: list[str] = field(default_factory=list)


def simulate(seed: int, root: Path, *, traced: bool = False, **directed: Any) -> Verdict:
    """Run `seed` in the folder `root`, which is emptied before and after.

    What is `directed` takes the place of parts of the seed's character.
    """
    shutil.rmtree(root, ignore_errors=True)
    world = World(seed, root, directed)
    violation: str | None = None
    with world.in_force():
        try:
            _run(world, seed)
        except Violation as error:
            violation = str(error)
        except Exception as error:  # noqa: BLE001 — whatever the code under test lets escape
            where = traceback.format_exc(limit=-4)
            violation = f"{type(error).__name__} escapes: {error}\n{where}"
        finally:
            with suppress(Violation):
                world.scheduler.abandon()
    shutil.rmtree(root, ignore_errors=True)
    lines = [" ".join(line) for line in _lines(world)] if traced or violation else []
    return Verdict(
        seed, violation, world.scheduler.digest(), world.scheduler.turns, world.faults.seen, lines
    )


def _run(world: World, seed: int) -> None:
    random, scheduler = world.random, world.scheduler
    tenant, schedule, reader = Tenant(world), Schedule(world), Reader(world)
    scheduler.spawn("tenant", tenant.act)
    character = world.character
    for name, work, count in (
        ("compactor", schedule.compact, character.compactor_count),
        ("janitor", schedule.sweep, character.janitor_count),
        ("reindexer", schedule.reindex, character.reindexer_count),
        ("reader", reader.read, character.reader_count),
        ("night", schedule.night, character.night_count),
        ("rollback", schedule.roll_back, character.rollback_count),
        ("release", schedule.new_analyzer, character.release_count),
    ):
        for number in range(count):
            delay = random.choice([0.0, random.expovariate(0.4), random.expovariate(0.05)])
            scheduler.spawn(f"{name} {number + 1}", work, delay=delay)
    scheduler.run()

    _recover(world, tenant)
    if character.rollback_count or character.release_count:
        scheduler.spawn("reindexer of the end", schedule.rebuild)
        scheduler.run()
    if character.release_count:  # what the old one made fits nowhere, and stays until it expires
        scheduler.spawn("week", schedule.week)
        scheduler.run()
    for work in (tenant.one_more, schedule.compact, schedule.night):
        scheduler.spawn("the end", work)
        scheduler.run()
    if random.random() < 0.5:  # what runs of reindex left goes too, and the janitor may fail at it
        world.faults.active = True
        for work in (schedule.week, schedule.sweep):
            scheduler.spawn("a week later", work)
            scheduler.run()
        world.faults.active = False
    for work in (schedule.sweep, reader.read):
        scheduler.spawn("the end", work)
        scheduler.run()
    world.invariants.finished(world.table)
    if seed % READ_SHARE == 0:
        check_readings(world)


def _recover(world: World, tenant: Tenant) -> None:
    """Deliver again what was lost, or else let a reconciliation find it; now nothing fails."""
    random, scheduler = world.random, world.scheduler
    world.faults.active = False
    world.idle.clear()
    if random.random() < 0.5:
        scheduler.spawn("night", Schedule(world).night)
        scheduler.run()
        scheduler.spawn("tenant", tenant.one_more)
        scheduler.run()
    if world.character.lost_share:
        scheduler.spawn("reconciler", tenant.reconcile)
        scheduler.run()
    for event in random.sample(tenant.undone, len(tenant.undone)):
        if not world.loses():
            tenant.deliver(event)
    scheduler.run()
    if world.character.lost_share:
        scheduler.spawn("reconciler of the end", tenant.reconcile)
        scheduler.run()


def _lines(world: World) -> list[tuple[str, ...]]:
    return [
        (f"{seconds:12.3f}", f"{name:<16}", operation, f"[{effect}]" if effect else "")
        for seconds, name, operation, effect in world.scheduler.trace
    ]
