"""Events come at least once and in any order: what is found in the end is what the bucket holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.documents.extracted import ExtractedDocument, staged_name
from kotogura.documents.identity import document_id
from kotogura.documents.intake import quarantine, receive
from kotogura.documents.ledger import DocumentState, Reason
from kotogura.errors import DocumentError
from tests.memory.files import MemoryFiles
from tests.memory.ledger import MemoryLedger
from tests.unit.documents.bucket import MINATO, VersionedBucket

NAMES = ["a.txt", "規程/旅費.txt"]
GOOD = [text.encode() for text in ("一", "二", "三")]
BAD = [b"", bytes(9)]


class Workflow:
    """Each event's execution as the state machine runs it, and what searchers would find."""

    def __init__(self, bucket, files):
        self._bucket = bucket
        self._files = files
        self.ledger = MemoryLedger()
        self.found = {}

    def execute(self, event):
        try:
            intake = receive(event, self._bucket, self.ledger, self._files)
        except DocumentError as error:
            quarantine(event, Reason(error.code, error.detail), self.ledger)
            return
        if intake.outcome == "extracted":
            name = staged_name(intake.document_id, intake.sequencer, intake.writing)
            body = ExtractedDocument.model_validate_json(self._files.read(MINATO, name)).body
            if self._settle(intake, DocumentState.INDEXED):
                self.found[intake.document_id] = body
        elif intake.outcome == "removed" and self._settle(intake, DocumentState.DELETED):
            self.found.pop(intake.document_id, None)

    def _settle(self, intake, state):
        return self.ledger.settle(MINATO, intake.document_id, intake.sequencer, state)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return MemoryFiles(tmp_path_factory.mktemp("files"))


@st.composite
def histories(draw, texts):
    """Return a bucket after some changes, and their events: all of them, in any order, repeated."""
    bucket = VersionedBucket()
    events = []
    for _ in range(draw(st.integers(1, 7))):
        name = draw(st.sampled_from(NAMES))
        versions = bucket.version_ids(name)
        match draw(st.sampled_from(["put", "put", "remove", "erase"])):
            case "erase" if versions:
                events.append(bucket.erase(name, draw(st.sampled_from(versions))))
            case "remove":
                events.append(bucket.remove(name))
            case _:
                events.append(bucket.put(name, draw(st.sampled_from(texts))))
    repeated = draw(st.lists(st.sampled_from(events), max_size=4))
    return bucket, draw(st.permutations(events + repeated))


@given(histories(GOOD))
def test_in_any_order_and_however_often_events_end_in_what_the_bucket_holds(files, history):
    bucket, events = history
    workflow = Workflow(bucket, files)
    for event in events:
        workflow.execute(event)
    held = {document_id(name): bucket.current(name) for name in NAMES}
    assert workflow.found == {name: data.decode() for name, data in held.items() if data}
    for record in workflow.ledger.page(MINATO).records:
        there = held[record.document_id] is not None
        assert record.state is (DocumentState.INDEXED if there else DocumentState.DELETED)


@given(histories(GOOD + BAD))
def test_a_document_is_quarantined_in_the_end_exactly_if_its_current_version_is_bad(files, history):
    bucket, events = history
    workflow = Workflow(bucket, files)
    for event in events:
        workflow.execute(event)
    for name in NAMES:
        record = workflow.ledger.get(MINATO, document_id(name))
        if record is None:
            assert bucket.version_ids(name) == []
            continue
        data = bucket.current(name)
        bad = data in BAD
        assert (record.state is DocumentState.QUARANTINED) == bad
        assert (record.reason is not None) == bad
        assert bad or workflow.found.get(record.document_id) == (data.decode() if data else None)


@given(histories(GOOD + BAD), st.data())
def test_events_that_come_again_after_all_have_ended_change_nothing(files, history, data):
    bucket, events = history
    workflow = Workflow(bucket, files)
    for event in events:
        workflow.execute(event)
    before = [workflow.ledger.page(MINATO).records, dict(workflow.found)]
    for event in data.draw(st.permutations(events)):
        workflow.execute(event)
    assert [workflow.ledger.page(MINATO).records, dict(workflow.found)] == before
