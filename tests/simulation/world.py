"""What one run is made of: a tenant, a disk, a table, a bucket, and processes that come and go."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from kotogura.documents import intake
from kotogura.index import generations, reindex, segment, swap
from kotogura.index.commit import Committer
from kotogura.index.directory import Directory
from kotogura.index.folding import Folding
from kotogura.index.generations import Generations
from kotogura.index.manifest import FileEntry, SegmentEntry
from kotogura.index.merge_policy import TieredPolicy
from kotogura.index.pacing import Pacing
from kotogura.platform import folder, ledger, pointers
from kotogura.platform.folder import FolderFiles
from kotogura.platform.ledger import TableLedger
from kotogura.platform.pointers import TablePointers, TableStagedChanges
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId
from tests.memory.language import WordAnalyzer
from tests.simulation.bucket import Bucket
from tests.simulation.character import Character
from tests.simulation.disk import Disk
from tests.simulation.faults import Faults
from tests.simulation.invariants import Invariants
from tests.simulation.paths import DiskSystem, paths_of
from tests.simulation.scheduler import Scheduler
from tests.simulation.table import SimulatedTable

TENANT = TenantId("minato-shoji")
_FIRST_EPOCH_SECONDS = 1_767_225_600  # 2026-01-01


class SimulatedFiles:
    """Implements `TenantFiles` by `FolderFiles`; to ask for a path is to read the file soon."""

    def __init__(self, real: FolderFiles, faults: Faults) -> None:
        self._real = real
        self._faults = faults
        self.write = real.write
        self.read = real.read
        self.names = real.names
        self.age_seconds = real.age_seconds
        self.remove = real.remove

    def path(self, tenant: TenantId, name: str) -> Path:
        """Return where the shadow of `name` lies."""
        found = self._real.path(tenant, name)
        return self._faults.read(f"open {name}", lambda: Path(str(found)))


class World:
    """The parts of one run.

    `root` is a folder that the run has for itself; `directed` takes the place of parts of the
    character that the seed gives.
    """

    def __init__(self, seed: int, root: Path, directed: Mapping[str, Any]) -> None:
        self.random = Random(seed)  # noqa: S311 — it decides a simulation, and guards no secret
        self.scheduler = Scheduler(self.random)
        self.faults = Faults(self.scheduler)
        self.disk = Disk(root, self.faults)
        self.faults.on_crash = self.disk.crash
        self.faults.on_blackout = self._black_out
        self.table = SimulatedTable(self.faults)
        self.bucket = Bucket(TENANT, self.faults)
        self.analyzer = WordAnalyzer()
        self.root = root
        self.invariants = Invariants(TENANT, root, self.disk, self.bucket)
        self.invariants.lossy = directed.get("lost_share", 0.0) > 0.0
        self.table.on_pointer = self.invariants.published
        self.disk.on_remove = self.invariants.removed
        self.idle: list[Process] = []
        self.character = replace(Character.draw(self.random), **directed)
        self._paths = paths_of(self.disk)
        self._uuids = 0

    @contextmanager
    def process(self) -> Iterator["Process"]:
        """Lend a process that does nothing else meanwhile; it is kept unless it crashes."""
        warm = self.idle and self.random.random() < 0.6
        process = self.idle.pop() if warm else Process(self)
        yield process
        self.idle.append(process)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Let the product's modules meet this world's disk and clock in place of the machine's."""
        clock = self.scheduler.clock
        with ExitStack() as stack:
            for module, name, double in (
                (folder, "os", DiskSystem(self.disk)),
                (folder, "time", SimpleNamespace(time=lambda: clock.seconds)),
                (folder, "uuid4", self._uuid),
                (intake, "uuid4", self._uuid),
                (ledger, "now", clock.now),
                (pointers, "now", clock.now),
                (pointers, "epoch_seconds", lambda: int(_FIRST_EPOCH_SECONDS + clock.seconds)),
                (generations, "KEPT_GENERATION_COUNT", self.character.kept_generation_count),
                (reindex, "BATCH_DOCUMENT_COUNT", 2),
                (swap, "SMALL_DOCUMENT_COUNT", 1),
            ):
                stack.enter_context(patch.object(module, name, double))
            if hasattr(segment, "uuid4"):
                stack.enter_context(patch.object(segment, "uuid4", self._uuid))
            yield

    def loses(self) -> bool:
        """Return whether an event is never delivered."""
        share = self.character.lost_share
        return share > 0 and self.random.random() < share

    def pass_long(self, seconds: float) -> None:
        """Let everything under way end, and then much time pass."""
        self.scheduler.pass_long(seconds)
        self.disk.settle()
        self.table.expire(_FIRST_EPOCH_SECONDS + self.scheduler.clock.seconds)
        self.scheduler.note(f"{seconds:.0f} seconds pass")

    def _black_out(self) -> None:
        """Take every process of the machine away, and what none of them synced."""
        self.disk.crash(everyone=True)
        self.idle.clear()
        self.scheduler.take_down()

    def files(self) -> TenantFiles:
        """Return the tenants' files as a new process sees them."""
        return SimulatedFiles(FolderFiles(self._paths(self.root)), self.faults)

    def _uuid(self) -> UUID:
        self._uuids += 1
        return UUID(int=self._uuids)


class Process:
    """The product's parts as one process holds them; what they remember goes with it."""

    def __init__(self, world: World) -> None:
        self.files = world.files()
        self.ledger = TableLedger(world.table)
        self.pointers = TablePointers(world.table)
        self.staged = TableStagedChanges(world.table)
        self.originals = world.bucket
        self.analyzer = world.analyzer
        clock = world.scheduler.clock.ahead(world.random.choice([0.0, 0.0, -1.5, 2.5]))
        self.generations = Generations(self.files, self.pointers, clock)
        self.directory = Directory(self.files)
        self.pause = lambda attempt: world.scheduler.sleep(world.random.random() * 0.1 * attempt)
        small = TieredPolicy(segments_per_tier=2, floor_bytes=10_000, worn_share=1.0)
        self.committer = Committer(
            self.generations,
            self.staged,
            self.ledger,
            self.directory,
            self.pause,
            pacing=Pacing() if world.character.paced else None,
            fold=Folding(self.files, self.merge_vectors, small) if world.character.folds else None,
        )

    def embed(
        self, tenant: TenantId, segment_id: str, documents: Sequence[Any]
    ) -> dict[str, FileEntry]:
        """Make no vectors: the tenant has no model."""
        return {}

    def merge_vectors(
        self,
        tenant: TenantId,
        segment_id: str,
        segments: Sequence[SegmentEntry],
        ordinals: Sequence[Mapping[int, int]],
        digest: str,
    ) -> FileEntry:
        """Never called: the tenant has no model."""
        raise NotImplementedError
