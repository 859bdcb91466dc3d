"""What a tenant has too much of is refused, kept, and found once there is room."""

from pathlib import Path

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.intake import quarantine, receive
from kotogura.documents.ledger import DocumentState, Reason
from kotogura.documents.quota import Quota
from kotogura.errors import QuotaReached
from kotogura.tenants.limits import Limits
from kotogura.tenants.usage import Stored
from tests.memory.files import MemoryFiles
from tests.memory.ledger import MemoryLedger
from tests.unit.documents.bucket import MINATO, Event, VersionedBucket


class World:
    """A bucket, a ledger and a quota; `found` are the documents of the current generation."""

    def __init__(self, folder: Path) -> None:
        self.bucket, self.ledger = VersionedBucket(), MemoryLedger()
        self.files = MemoryFiles(folder)
        self.limits = Limits(document_count=2, index_bytes=1_000)
        self.found: set[str] = set()
        self.index_bytes = 0
        self.quota = Quota(
            self.ledger, lambda _: self.limits, lambda _: Stored(len(self.found), self.index_bytes)
        )

    def take_in(self, event: Event) -> str:
        """Do what the workflow does with an event, and return what became of it."""
        try:
            intake = receive(event, self.bucket, self.ledger, self.files, admit=self.quota.check)
        except QuotaReached as error:
            quarantine(event, Reason(error.code, error.detail), self.ledger)
            return "quarantined"
        if intake.outcome == "extracted":
            done = DocumentState.INDEXED
            self.ledger.settle(MINATO, intake.document_id, intake.sequencer, done, generation=1)
            self.found.add(intake.document_id)
        if intake.outcome == "removed":
            done = DocumentState.DELETED
            self.ledger.settle(MINATO, intake.document_id, intake.sequencer, done, generation=1)
            self.found.discard(intake.document_id)
        return intake.outcome

    def put(self, name: str, text: str = "本文") -> str:
        return self.take_in(self.bucket.put(name, text.encode()))

    def within(self) -> list[str]:
        return [one.name for one in self.quota.within(MINATO, self.bucket.list(MINATO))]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_file_beyond_the_quota_is_quarantined_with_a_remedy_and_kept(world: World) -> None:
    assert [world.put(f"{one}.txt") for one in "abc"] == ["extracted", "extracted", "quarantined"]
    record = world.ledger.get(MINATO, document_id("c.txt"))
    assert record is not None
    assert record.reason is not None
    assert record.reason.code == "quota-reached"
    assert "2 of 2 documents" in record.reason.detail
    assert "ask an operator" in record.reason.detail
    assert world.bucket.current("c.txt") == "本文".encode()


def test_it_is_found_once_there_is_room_and_it_is_put_again(world: World) -> None:
    for name in "abc":
        world.put(f"{name}.txt")
    assert world.take_in(world.bucket.remove("a.txt")) == "removed"
    assert world.put("c.txt") == "extracted"
    assert world.put("d.txt") == "quarantined"
    world.limits = Limits(document_count=3)
    assert world.put("d.txt") == "extracted"


def test_a_document_that_is_there_can_be_replaced_and_removed(world: World) -> None:
    for name in "ab":
        world.put(f"{name}.txt")
    world.index_bytes = 5_000
    assert world.put("a.txt", "別の本文") == "extracted"
    assert world.take_in(world.bucket.remove("b.txt")) == "removed"
    assert world.put("b.txt") == "quarantined"


def test_a_full_index_takes_no_new_document_however_few_there_are(world: World) -> None:
    world.index_bytes = 1_000
    assert world.put("a.txt") == "quarantined"
    world.index_bytes = 999
    assert world.put("a.txt") == "extracted"


def test_an_event_that_comes_twice_or_a_step_that_is_repeated_changes_nothing(
    world: World,
) -> None:
    world.limits = Limits(document_count=1)
    first = world.bucket.put("a.txt", b"one")
    receive(first, world.bucket, world.ledger, world.files, admit=world.quota.check)
    world.found.add("another")
    assert world.take_in(first) == "extracted"  # let in before it was repeated
    second = world.bucket.put("b.txt", b"two")
    assert [world.take_in(second), world.take_in(second)] == ["quarantined"] * 2
    world.limits = Limits()
    assert world.take_in(second) == "skipped"


def test_removing_what_was_refused_leaves_no_trace_of_it(world: World) -> None:
    world.index_bytes = 1_000
    assert world.put("a.txt") == "quarantined"
    assert world.take_in(world.bucket.remove("a.txt")) == "removed"


def test_a_version_that_is_uncovered_is_a_document_like_any_other(world: World) -> None:
    world.index_bytes = 1_000
    for text in ("first", "second"):
        assert world.put("a.txt", text) == "quarantined"
    newest = world.bucket.version_ids("a.txt")[-1]
    assert world.take_in(world.bucket.erase("a.txt", newest)) == "quarantined"
    assert world.found == set()


def test_a_reindex_lets_in_what_was_refused_as_far_as_there_is_room(world: World) -> None:
    for name in "abcde":
        world.put(f"{name}.txt")
    assert world.within() == ["a.txt", "b.txt"]
    world.limits = Limits(document_count=4)
    assert world.within() == ["a.txt", "b.txt", "c.txt", "d.txt"]
    world.index_bytes, world.limits = 10, Limits(document_count=9, index_bytes=10)
    assert world.within() == ["a.txt", "b.txt"]


def test_a_lowered_limit_takes_nothing_away(world: World) -> None:
    for name in "ab":
        world.put(f"{name}.txt")
    world.limits = Limits(document_count=0)
    assert world.within() == ["a.txt", "b.txt"]
    assert world.put("a.txt", "別の本文") == "extracted"
    assert world.put("c.txt") == "quarantined"
