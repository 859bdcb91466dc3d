"""Commits are linearizable: whatever happens in whatever order, the newest versions are live.

Each change runs as its workflow does: claim, stage, commit, perhaps twice. Hypothesis interleaves
the steps, lets steps run inside another commit's race, and lets commits crash; what crashed is
repeated in the end, as the workflow's retries do.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from kotogura.documents.changes import DocumentChange
from kotogura.documents.ledger import Claim, DocumentState
from kotogura.errors import StoreUnavailable
from kotogura.index.changes import ManifestPointer, StagedChange
from kotogura.index.manifest import SegmentEntry
from kotogura.tenants.identity import TenantId
from tests.memory.changes import MemoryStagedChanges
from tests.memory.ledger import MemoryLedger
from tests.memory.library import Library
from tests.memory.racing import RacingPointers

NAMES = ["a.txt", "b.txt"]


class CrashingPointers(RacingPointers):
    """Loses its process right after a move, once, when `crashes_after_move` is set."""

    crashes_after_move = False

    def move(
        self, tenant: TenantId, expected: ManifestPointer | None, new: ManifestPointer
    ) -> bool:
        moved = super().move(tenant, expected, new)
        if moved and self.crashes_after_move:
            self.crashes_after_move = False
            raise StoreUnavailable("the power went out")
        return moved


@dataclass
class Commit:
    """How one commit goes: how many steps of others run in its race, and where it crashes."""

    rival_count: int
    crash: str


@dataclass
class Run:
    """One execution of a change's workflow: its steps still to come."""

    change: DocumentChange
    steps: deque[Commit | str]


@dataclass
class World:
    """The library's parts of one example, over segments that all examples share."""

    library: Library
    segments: dict[str, SegmentEntry]
    runs: list[Run]
    order: deque[int]
    failed: list[DocumentChange] = field(default_factory=list)

    def step(self) -> None:
        """Do the next step of the next run that has one."""
        run = self.runs[self.order.popleft() % len(self.runs)]
        if not run.steps:
            return
        step = run.steps.popleft()
        try:
            self._do(run, step)
        except StoreUnavailable:
            run.steps.clear()
            self.failed.append(run.change)

    def _do(self, run: Run, step: Commit | str) -> None:
        if step == "claim":
            if self.library.ledger.claim(run.change.tenant, run.change) is not Claim.GRANTED:
                run.steps.clear()
        elif step == "stage":
            self.stage(run.change)
        elif isinstance(step, Commit):
            pointers = self.library.pointers
            assert isinstance(pointers, CrashingPointers)
            pointers.crashes_after_move = step.crash == "after"
            pointers.rivals = [self._rivals(step)]
            self.library.commit(run.change)

    def _rivals(self, commit: Commit) -> Callable[[], None]:
        def run() -> None:
            for _ in range(commit.rival_count):
                if self.order:
                    self.step()
            if commit.crash == "before":
                raise StoreUnavailable("the power went out")

        return run

    def stage(self, change: DocumentChange) -> None:
        segment = self.segments[change.sequencer + change.name] if change.size_bytes else None
        self.library.staged.add(
            change.tenant,
            StagedChange(document_id=change.document_id, version=change.sequencer, segment=segment),
        )


commits = st.builds(
    Commit,
    rival_count=st.sampled_from([0, 0, 1, 3, 6]),
    crash=st.sampled_from(["", "", "", "", "before", "after"]),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, dict[str, SegmentEntry]]:
    return Library(tmp_path_factory.mktemp("laws")), {}


@settings(max_examples=250)
@given(data=st.data())
def test_whatever_the_order_exactly_the_newest_versions_are_live(
    shared: tuple[Library, dict[str, SegmentEntry]], data: st.DataObject
) -> None:
    library, segments = shared
    library.sequence = 0
    library.staged, library.ledger = MemoryStagedChanges(), MemoryLedger()
    pointers = library.pointers = CrashingPointers()
    library.pauses.clear()
    changes = [
        change_of(library, segments, name, created)
        for name, created in data.draw(
            st.lists(st.tuples(st.sampled_from(NAMES), st.booleans()), min_size=1, max_size=5)
        )
    ]
    runs = [
        Run(
            change, deque(["claim", "stage", *data.draw(st.lists(commits, min_size=1, max_size=2))])
        )
        for change in changes
        for _ in range(data.draw(st.integers(1, 2)))
    ]
    turns = st.tuples(st.integers(0, len(runs) - 1), st.integers(1, 3))
    order = [number for number, count in data.draw(st.lists(turns)) for _ in range(count)]
    rest = [number for number, run in enumerate(runs) for _ in run.steps]
    world = World(library, segments, runs, deque([*order, *rest]))
    while world.order:
        world.step()
    event(f"crashed: {bool(world.failed)}, raced: {bool(library.pauses)}")
    pointers.crashes_after_move = False
    pointers.rivals.clear()
    for change in data.draw(st.permutations(world.failed)):
        library.commit(change)

    newest = {change.name: change for change in changes}
    wanted = {
        change.document_id: change.sequencer for change in newest.values() if change.size_bytes
    }
    assert library.live() == wanted
    assert library.staged.all(library.tenant) == []
    assert library.manifest.document_count == len(wanted)
    assert library.manifest.field_length("body") == 2 * len(wanted)
    for change in newest.values():
        record = library.ledger.get(library.tenant, change.document_id)
        assert record is not None
        done = DocumentState.INDEXED if change.size_bytes else DocumentState.DELETED
        assert record.state is done


def change_of(
    library: Library, segments: dict[str, SegmentEntry], name: str, created: bool
) -> DocumentChange:
    """Return the next change; a created document's segment is made once for all examples."""
    change = library.put(name, "two words", title=name) if created else library.take(name)
    key = change.sequencer + change.name
    if created and key not in segments:
        kept = library.staged
        library.staged = MemoryStagedChanges()
        library.stage(change)
        (staged,) = library.staged.all(library.tenant)
        assert staged.segment is not None
        segments[key] = staged.segment
        library.staged, library.ledger = kept, MemoryLedger()
    return change
