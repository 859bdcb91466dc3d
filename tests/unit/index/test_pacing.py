"""Pacing: a burst makes few generations, a single upload waits for nothing, nothing is lost."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.documents.changes import DocumentChange
from kotogura.documents.ledger import DocumentState
from kotogura.errors import StoreUnavailable
from kotogura.index.commit import Committer
from kotogura.index.generations import Generations
from kotogura.index.outcome import Committed
from kotogura.index.pacing import Pacing
from tests.memory.library import Library

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test sets; `skew_seconds` is how far it runs ahead."""

    seconds: float = 0.0
    skew_seconds: float = 0.0

    def __call__(self) -> str:
        return (START + timedelta(seconds=self.seconds + self.skew_seconds)).isoformat()


@dataclass
class Paced:
    """A library whose commits are paced by a clock of its own."""

    library: Library
    clock: Clock = field(default_factory=Clock)

    def commit(self, change: DocumentChange, waited_for: int | None = None) -> Committed:
        library = self.library
        committer = Committer(
            Generations(library.files, library.pointers, self.clock),
            library.staged,
            library.ledger,
            library.directory,
            library.pauses.append,
            pacing=Pacing(),
        )
        return committer.commit(
            library.tenant, change.document_id, change.sequencer, waited_for=waited_for
        )

    def stage(self, name: str) -> DocumentChange:
        return self.library.stage(self.library.put(name, f"apple {name}"))


@pytest.fixture
def paced(library: Library) -> Paced:
    return Paced(library)


def test_a_single_upload_is_committed_at_once(paced: Paced) -> None:
    for number in range(4):
        assert paced.commit(paced.stage(f"{number}.txt")).outcome == "indexed"
        paced.clock.seconds += 5
    assert paced.library.manifest.burst == 0


def test_a_commit_right_after_another_is_put_off(paced: Paced) -> None:
    paced.commit(paced.stage("a.txt"))
    paced.clock.seconds = 0.3
    change = paced.stage("b.txt")
    assert paced.commit(change) == Committed("deferred", 1, wait_seconds=1)
    assert paced.library.found("apple") == {"a.txt"}
    paced.clock.seconds = 1.3
    assert paced.commit(change, waited_for=1) == Committed("indexed", 2, published=True)
    assert paced.library.manifest.burst == 1


def test_windows_grow_while_a_burst_goes_on(paced: Paced) -> None:
    waits = []
    for number in range(6):
        change = paced.stage(f"{number}.txt")
        answer = paced.commit(change)
        if answer.outcome == "deferred":
            waits.append(answer.wait_seconds)
            paced.clock.seconds += answer.wait_seconds
            assert paced.commit(change, waited_for=answer.generation).outcome == "indexed"
    assert waits == [1, 2, 4, 6, 6]


def test_after_a_rest_the_next_commit_waits_for_nothing(paced: Paced) -> None:
    paced.commit(paced.stage("a.txt"))
    paced.clock.seconds = 1.5
    paced.commit(paced.stage("b.txt"))
    assert paced.library.manifest.burst == 1
    paced.clock.seconds += 5
    assert paced.commit(paced.stage("c.txt")).outcome == "indexed"
    assert paced.library.manifest.burst == 0


def test_who_waited_finds_the_change_in_and_writes_nothing(
    paced: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    paced.commit(paced.stage("a.txt"))
    first, second = paced.stage("b.txt"), paced.stage("c.txt")
    for change in (first, second):
        assert paced.commit(change).outcome == "deferred"
    paced.clock.seconds = 1
    assert paced.commit(first, waited_for=1) == Committed("indexed", 2, published=True)

    def write(*_: object) -> None:
        raise AssertionError("a manifest was written")

    monkeypatch.setattr(paced.library.files, "write", write)
    assert paced.commit(second, waited_for=1) == Committed("indexed", 2)
    assert paced.library.staged.all(paced.library.tenant) == []


def test_a_change_that_is_in_but_not_told_to_the_ledger_is_told_by_its_own_commit(
    paced: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = paced.stage("a.txt")

    def crash(*_: object, **__: object) -> bool:
        raise StoreUnavailable("the power went out")

    with monkeypatch.context() as patched:
        patched.setattr(paced.library.ledger, "settle", crash)
        with pytest.raises(StoreUnavailable):
            paced.commit(change)
    assert paced.commit(change) == Committed("indexed", 1)
    record = paced.library.ledger.get(paced.library.tenant, change.document_id)
    assert record is not None
    assert (record.state, record.generation) == (DocumentState.INDEXED, 1)
    assert paced.library.staged.all(paced.library.tenant) == []


def test_a_version_whose_successor_is_in_is_superseded_without_waiting(paced: Paced) -> None:
    old = paced.library.put("a.txt", "apple")
    paced.commit(paced.stage("a.txt"))
    assert paced.commit(paced.library.stage(old)) == Committed("superseded", 1)
    assert paced.library.staged.all(paced.library.tenant) == []


def test_a_deletion_is_paced_too_and_not_lost(paced: Paced) -> None:
    paced.commit(paced.stage("a.txt"))
    gone = paced.library.stage(paced.library.take("a.txt"))
    answer = paced.commit(gone)
    assert answer.outcome == "deferred"
    paced.clock.seconds += answer.wait_seconds
    assert paced.commit(gone, waited_for=1).outcome == "deleted"
    assert paced.library.live() == {}


@pytest.mark.parametrize("skew_seconds", [3_600, 0.4, -3_600])
def test_no_clock_makes_anybody_wait_longer_than_the_window(
    paced: Paced, skew_seconds: float
) -> None:
    paced.clock.skew_seconds = skew_seconds
    paced.commit(paced.stage("a.txt"))
    paced.clock.skew_seconds = 0
    change = paced.stage("b.txt")
    answer = paced.commit(change)
    if answer.outcome == "deferred":
        assert answer.wait_seconds == 1
        paced.clock.seconds += answer.wait_seconds
        answer = paced.commit(change, waited_for=answer.generation)
    assert answer.outcome == "indexed"


@settings(max_examples=40, deadline=None)
@given(
    arrivals=st.lists(st.floats(0, 40), min_size=1, max_size=60),
    lag=st.floats(0, 0.5),
)
def test_a_burst_makes_few_generations_and_nobody_waits_for_more_than_two_windows(
    tmp_path_factory: pytest.TempPathFactory, arrivals: list[float], lag: float
) -> None:
    paced = Paced(Library(tmp_path_factory.mktemp("burst")))
    waiting = []
    for number, moment in enumerate(sorted(arrivals)):
        waiting.append((moment, number, moment, None))
    changes: dict[int, DocumentChange] = {}
    while waiting:
        waiting.sort(key=lambda one: one[:2])
        moment, number, arrived, waited_for = waiting.pop(0)
        paced.clock.seconds = moment
        if number not in changes:
            changes[number] = paced.stage(f"{number}.txt")
        answer = paced.commit(changes[number], waited_for)
        if answer.outcome == "deferred":
            assert 1 <= answer.wait_seconds <= 6
            again = moment + answer.wait_seconds + lag
            waiting.append((again, number, arrived, answer.generation))
        else:
            assert answer.outcome == "indexed"
            assert moment - arrived <= 2 * (6 + 1 + lag)
    assert len(paced.library.live()) == len(arrivals)
    assert paced.library.manifest.generation <= 2 + 55 / 3  # 1 and 5 seconds by turns


def test_a_generation_that_is_no_commit_starts_a_new_burst(paced: Paced) -> None:
    for number, moment in enumerate([0.0, 1.5, 4.0]):
        paced.clock.seconds = moment
        paced.commit(paced.stage(f"{number}.txt"))
    assert paced.library.manifest.burst == 2
    paced.library.compact()
    assert paced.library.manifest.burst == 0
