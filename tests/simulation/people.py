"""Those whom the index serves: the tenant, who changes files, and readers, who search."""

from kotogura.documents.reconciliation import PATIENCE, Repair, reconcile
from kotogura.errors import StoreUnavailable
from tests.simulation.bucket import Event
from tests.simulation.ingest import Execution
from tests.simulation.scheduler import Violation
from tests.simulation.steps import Lost, do
from tests.simulation.upkeep import Schedule
from tests.simulation.world import TENANT, Process, World

NAMES = ("a.txt", "b.txt", "c.txt")


class Tenant:
    """Writes and removes files; each event about them is delivered once or more, in any order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.undone: list[Event] = []

    def act(self) -> None:
        """Make changes, as fast as their events are handled or slower."""
        random = self._world.random
        character = self._world.character
        names = NAMES[: character.name_count]
        for _ in range(character.change_count):
            self._world.scheduler.turn()
            event = self._change(random.choice(names))
            self._world.scheduler.note(f"changes {event.name}", event.event["detail-type"])
            if self._world.loses():
                self._world.scheduler.note("loses the event")
                continue
            for _ in range(random.choice([1, 1, 2, 3])):
                delay = random.choice([0.0, random.expovariate(1.0), random.expovariate(0.05)])
                self.deliver(event, delay)
            pause = random.random()
            if pause < 0.1:
                self._world.scheduler.note("goes home")
                self._go_home()
            elif pause < 0.6:
                self._world.scheduler.sleep(random.random() * character.rest_seconds)

    def _go_home(self) -> None:
        """Let a night pass; in the morning all that is read was written long ago."""
        scheduler, random = self._world.scheduler, self._world.random
        schedule = Schedule(self._world)
        schedule.night()
        if random.random() < 0.5:
            scheduler.spawn("early reader", Reader(self._world).read)
            scheduler.spawn("late janitor", schedule.sweep, delay=random.expovariate(0.1))

    def deliver(self, event: Event, delay: float = 0.0) -> None:
        """Let an execution begin for `event`; if it gets lost, it is remembered as undone."""
        execution = Execution(self._world, event, self.undone.append)
        name = f"execution of {event.number}"
        self._world.scheduler.spawn(name, execution.run, delay=delay)

    def reconcile(self) -> None:
        """Let a night pass, and an execution begin for each change that no event told of."""
        world = self._world
        world.pass_long(PATIENCE.total_seconds() + 1)
        found: list[Repair] = []

        def look(process: Process) -> None:
            now = world.scheduler.clock.now()
            reconcile(TENANT, process.originals, process.ledger, now, found.append)

        with world.scheduler.held():
            try:
                do(world, look)
            except Lost:
                world.scheduler.note("is lost")
        for repair in found:
            world.scheduler.note(f"finds {repair.document_id}", repair.finding)
            self.deliver(world.bucket.missed(repair))

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
        return bucket.put(name, random, bad=random.random() < self._world.character.bad_share)


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
                self._world.scheduler.sleep(self._world.random.expovariate(0.05))
