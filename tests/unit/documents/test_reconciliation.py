"""What events missed is seen by a look at the bucket, and taken in as any other change."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from kotogura.documents.changes import OLDEST, missed_event, parse_event, successor
from kotogura.documents.identity import document_id
from kotogura.documents.intake import quarantine, receive
from kotogura.documents.known import KnownDocuments
from kotogura.documents.ledger import Claim, DocumentRecord, DocumentState, Reason
from kotogura.documents.moments import iso_8601
from kotogura.documents.originals import OriginalFile
from kotogura.documents.reconciliation import PATIENCE, TRIES, Finding, reconcile
from kotogura.errors import InvalidEvent, QuotaReached, StoreUnavailable
from kotogura.platform import ledger as platform_ledger
from kotogura.platform.ledger import TableLedger
from kotogura.tenants.identity import TenantId
from tests.memory.files import MemoryFiles
from tests.memory.table import MemoryTable
from tests.unit.documents.bucket import MINATO, VersionedBucket

OTHER = TenantId("minato")
NIGHT = timedelta(hours=8)


@dataclass
class World:
    """A tenant's bucket and ledger, and the time."""

    files: MemoryFiles
    bucket: VersionedBucket = field(default_factory=VersionedBucket)
    ledger: TableLedger = field(default_factory=lambda: TableLedger(MemoryTable()))
    time: datetime = datetime(2026, 11, 20, tzinfo=UTC)

    def now(self):
        self.time += timedelta(milliseconds=1)
        return iso_8601(self.time)

    def take(self, event, state=DocumentState.INDEXED):
        """Let `ingest` do its work, up to the end that `state` tells; None is none."""
        taken = receive(event, self.bucket, self.ledger, self.files)
        if taken.outcome == "removed":
            state = DocumentState.DELETED
        if taken.outcome != "skipped" and state is not None:
            self.ledger.settle(MINATO, taken.document_id, taken.sequencer, state, generation=1)
        return taken

    def look(self, later=NIGHT, limit=1_000, tenant=MINATO):
        """Return the repairs that are found when so much time has passed."""
        self.time += later
        repairs = []
        reconcile(tenant, self.bucket, self.ledger, self.now(), repairs.append, limit)
        return repairs

    def night(self):
        """Mend what is found; return what it was."""
        repairs = self.look()
        for repair in repairs:
            self.take(repair.event)
        return [(repair.document_id, repair.finding) for repair in repairs]

    def state(self, name):
        record = self.ledger.get(MINATO, document_id(name))
        return record.state if record else None


@pytest.fixture
def world(tmp_path, monkeypatch):
    made = World(MemoryFiles(tmp_path))
    made.bucket.now = made.now
    monkeypatch.setattr(platform_ledger, "now", made.now)
    return made


def found(name, finding):
    return [(document_id(name), finding)]


def test_where_every_event_came_nothing_is_found(world):
    world.take(world.bucket.put("a.txt", b"one"))
    world.take(world.bucket.put("a.txt", b"two"))
    world.take(world.bucket.put("a.txt.meta.json", b'{"title": "T"}'))
    world.take(world.bucket.put("b.txt", b"one"))
    world.take(world.bucket.remove("b.txt"))
    reason = Reason("undecodable-text", "save as UTF-8")
    quarantine(world.bucket.put("c.txt", b"\x00\xff"), reason, world.ledger)
    assert world.night() == []


def test_a_file_that_no_event_told_of_is_taken_in(world):
    world.bucket.put("a.txt", b"one")
    assert world.night() == found("a.txt", Finding.MISSING)
    assert world.state("a.txt") is DocumentState.INDEXED
    assert world.night() == []


def test_a_file_that_came_after_a_removal_is_taken_in(world):
    world.take(world.bucket.put("a.txt", b"one"))
    world.take(world.bucket.remove("a.txt"))
    world.bucket.put("a.txt", b"two")
    assert world.night() == found("a.txt", Finding.MISSING)


def test_a_version_that_no_event_told_of_is_taken_in(world):
    world.take(world.bucket.put("a.txt", b"one"))
    world.bucket.put("a.txt", b"two")
    assert world.night() == found("a.txt", Finding.OUTDATED)
    assert world.night() == []


def test_a_version_put_before_the_older_ones_event_was_worked_on_is_seen_by_its_etag(world):
    first = world.bucket.put("a.txt", b"one")
    world.bucket.put("a.txt", b"two")
    world.take(first)
    assert world.night() == found("a.txt", Finding.OUTDATED)


def test_the_same_bytes_put_again_are_looked_at_for_what_is_written_on_them(world):
    world.take(world.bucket.put("a.txt", b"one"))
    world.bucket.put("a.txt", b"one")
    assert world.night() == found("a.txt", Finding.OUTDATED)
    assert world.night() == []


def test_a_description_that_no_event_told_of_is_taken_in_with_its_document(world):
    world.take(world.bucket.put("a.txt", b"one"))
    world.bucket.put("a.txt.meta.json", b'{"title": "T"}')
    assert world.night() == found("a.txt", Finding.OUTDATED)
    assert world.night() == []


def test_a_description_of_nothing_is_left_alone(world):
    world.bucket.put("a.txt.meta.json", b'{"title": "T"}')
    assert world.night() == []


def test_a_document_and_its_description_are_taken_in_once(world):
    world.take(world.bucket.put("a.txt", b"one"))
    world.bucket.put("a.txt", b"two")
    world.bucket.put("a.txt.meta.json", b'{"title": "T"}')
    assert world.night() == found("a.txt", Finding.OUTDATED)


@pytest.mark.parametrize("way", ["marked", "erased"])
def test_a_removal_that_no_event_told_of_is_made_up_for(world, way):
    world.take(world.bucket.put("a.txt", b"one"))
    if way == "marked":
        world.bucket.remove("a.txt")
    else:
        world.bucket.erase("a.txt", "v1")
    assert world.night() == found("a.txt", Finding.GONE)
    assert world.state("a.txt") is DocumentState.DELETED
    assert world.night() == []


def test_a_version_that_a_removal_uncovered_is_taken_in(world):
    world.take(world.bucket.put("a.txt", b"one"))
    world.take(world.bucket.put("a.txt", b"two"))
    world.bucket.erase("a.txt", "v2")
    assert world.night() == found("a.txt", Finding.OUTDATED)
    assert world.night() == []


def test_a_file_of_lines_that_is_gone_takes_its_documents_along(world):
    world.take(world.bucket.put("a.jsonl", b'{"id": "1", "body": "one"}\n'))
    world.take(world.bucket.put("a.jsonl/1.json", b'{"id": "1", "body": "one"}\n'))
    world.bucket.remove("a.jsonl")
    world.night()
    assert world.state("a.jsonl") is DocumentState.DELETED
    assert world.bucket.current("a.jsonl/1.json") is None


def test_a_document_that_came_to_no_end_is_taken_in_again(world):
    world.take(world.bucket.put("a.txt", b"one"), None)
    assert world.look(PATIENCE / 2) == []
    assert world.night() == found("a.txt", Finding.UNFINISHED)
    assert world.night() == []


def test_what_is_on_its_way_is_left_to_its_event(world):
    world.bucket.put("a.txt", b"one")
    world.take(world.bucket.put("b.txt", b"one"))
    world.bucket.put("b.txt", b"two")
    assert world.look(PATIENCE / 2) == []


def test_what_was_started_is_not_started_again_before_it_had_its_time(world):
    world.bucket.put("a.txt", b"one")
    [repair] = world.look()
    world.take(repair.event, None)
    assert world.look(PATIENCE / 2) == []
    [again] = world.look()
    assert again.finding is Finding.UNFINISHED


def test_a_failure_of_ours_is_tried_again_some_nights_and_a_documents_own_never(world):
    events = {name: world.bucket.put(name, b"one") for name in ("a.txt", "b.txt", "c.txt")}
    codes = {"a.txt": "internal", "b.txt": "broken-document", "c.txt": QuotaReached.code}
    for name, event in events.items():
        quarantine(event, Reason(codes[name], ""), world.ledger)
    for _ in range(TRIES):
        [repair] = world.look()
        assert (repair.document_id, repair.finding) == (document_id("a.txt"), Finding.FAILED)
        quarantine(repair.event, Reason("internal", ""), world.ledger)
    assert world.look() == []
    world.bucket.put("a.txt", b"two")
    assert world.night() == found("a.txt", Finding.OUTDATED)


def test_a_true_event_that_comes_after_all_still_counts(world):
    event = world.bucket.put("a.txt", b"one")
    world.night()
    assert world.take(event).outcome == "extracted"
    world.take(world.bucket.put("a.txt", b"two"))
    assert world.night() == []


def test_an_event_of_before_does_not_undo_what_was_mended(world):
    event = world.bucket.put("a.txt", b"one")
    world.take(event)
    world.bucket.put("a.txt", b"two")
    world.night()
    assert world.take(event).reason == Claim.SUPERSEDED.value


def test_a_later_change_of_a_description_counts_after_a_repair(world):
    world.take(world.bucket.put("a.txt", b"one"))
    world.bucket.put("a.txt", b"two")
    world.night()
    described = world.take(world.bucket.put("a.txt.meta.json", b'{"title": "T"}'))
    assert described.outcome == "extracted"


def test_a_file_removed_between_the_look_and_its_execution_is_not_taken_in(world):
    world.bucket.put("a.txt", b"one")
    [repair] = world.look()
    world.bucket.remove("a.txt")
    assert world.take(repair.event).reason == "gone"


def test_a_file_put_between_the_look_and_its_execution_is_not_removed(world):
    world.take(world.bucket.put("a.txt", b"one"))
    world.bucket.remove("a.txt")
    [repair] = world.look()
    world.bucket.put("a.txt", b"two")
    assert world.take(repair.event).outcome == "extracted"


def test_a_run_mends_no_more_than_its_limit_and_the_next_goes_on(world):
    for number in range(5):
        world.bucket.put(f"{number}.txt", b"one")
    repairs = world.look(limit=2)
    assert len(repairs) == 2
    for repair in repairs:
        world.take(repair.event)
    assert len(world.look()) == 3


def test_a_run_says_whether_it_reached_its_limit(world):
    world.bucket.put("a.txt", b"one")
    world.bucket.put("b.txt", b"one")
    world.time += NIGHT
    for limit, complete in ((1, False), (2, True)):
        done = reconcile(MINATO, world.bucket, world.ledger, world.now(), lambda _: None, limit)
        assert (done.complete, done.found[Finding.MISSING]) == (complete, limit)


def test_a_start_that_fails_ends_the_run(world):
    world.bucket.put("a.txt", b"one")
    world.time += NIGHT

    def refuse(_):
        raise StoreUnavailable("the workflow refused")

    with pytest.raises(StoreUnavailable):
        reconcile(MINATO, world.bucket, world.ledger, world.now(), refuse)


def test_only_the_tenants_own_documents_are_looked_at(world):
    world.bucket.put("a.txt", b"one", OTHER)
    assert world.look() == []
    [repair] = world.look(tenant=OTHER)
    assert parse_event(repair.event).tenant == OTHER


def test_no_bucket_can_tell_a_sequencer_that_reconciliation_makes(world):
    event = missed_event(MINATO, "a.txt", after=OLDEST, size_bytes=3, time=world.now())
    assert parse_event(event).sequencer == successor(OLDEST)
    with pytest.raises(InvalidEvent):
        parse_event(event | {"source": "aws.s3"})
    short = world.bucket.put("a.txt", b"one")
    with pytest.raises(InvalidEvent):
        parse_event(short | {"source": event["source"]})


def test_thousands_of_documents_are_told_apart_by_what_is_kept_of_them():
    choice = random.Random(7)  # noqa: S311 — test data
    names = [f"{number}.txt" for number in range(5_000)]
    records = sorted(
        (
            DocumentRecord(
                document_id=document_id(name),
                name=name,
                state=choice.choice([DocumentState.INDEXED, DocumentState.DELETED]),
                sequencer=OLDEST,
                etag=f"{choice.getrandbits(128):032x}",
                claimed_at=iso_8601(datetime(2026, 1, 1 + choice.randrange(28), tzinfo=UTC)),
            )
            for name in names
        ),
        key=lambda one: one.document_id,
    )
    known = KnownDocuments()
    for record in records:
        known.add(record)
    listed = choice.sample(records, 4_000)
    for record in listed:
        etag = choice.choice([record.etag, "0" * 32])
        put_at = iso_8601(datetime(2026, 1, 14, tzinfo=UTC))
        agrees = (
            record.state is DocumentState.INDEXED
            and etag == record.etag
            and put_at <= record.claimed_at
        )
        assert known.see(record.document_id, OriginalFile(record.name, 1, etag, put_at)) == agrees
    assert not known.see(document_id("another.txt"), OriginalFile("another.txt", 1))
    unseen = {one.document_id for one in records} - {one.document_id for one in listed}
    without = {
        one.document_id
        for one in records
        if one.document_id in unseen and one.state is DocumentState.INDEXED
    }
    assert {one.document_id for one in records if known.is_without_file(one.document_id)} == without
    assert known.without_file_count() == len(without)
