"""A `.meta.json` beside a document: read with it, in whatever order the events come."""

import json

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.intake import quarantine
from kotogura.documents.ledger import DocumentState, Reason
from kotogura.errors import InvalidMetadata
from tests.unit.documents.bucket import MINATO

NAME = "規程/旅費.txt"
BESIDE = NAME + ".meta.json"
IDENTITY = document_id(NAME)


def fields(**values):
    return json.dumps(values).encode()


@pytest.fixture
def end(ledger, take, settle):
    """Return what takes an event in and ends its change as the workflow does."""

    def work(event):
        intake = take(event)
        if intake.outcome == "extracted":
            assert settle(intake)
        if intake.outcome == "removed":
            assert settle(intake, DocumentState.DELETED)
        return intake

    return work


def test_a_description_that_came_first_is_read_with_its_document(bucket, take, staged, ledger):
    early = take(bucket.put(BESIDE, fields(dept="総務", title="新しい題")))
    assert (early.outcome, early.reason) == ("skipped", "nothing-described")
    assert ledger.get(MINATO, early.document_id) is None
    document = staged(take(bucket.put(NAME, "旅費\n本文。".encode())))
    assert document.metadata == {"dept": ["総務"]}
    assert document.title == "新しい題"


def test_a_description_that_comes_later_reads_its_document_anew(bucket, end, staged):
    first = end(bucket.put(NAME, "旅費\n本文。".encode()))
    assert staged(first).metadata == {}
    later = end(bucket.put(BESIDE, fields(dept="総務")))
    assert later.document_id == IDENTITY
    assert later.sequencer > first.sequencer
    assert staged(later).metadata == {"dept": ["総務"]}
    assert staged(later).version == later.sequencer


def test_taking_a_description_away_reads_its_document_anew(bucket, end, staged):
    end(bucket.put(NAME, "本文。".encode()))
    end(bucket.put(BESIDE, fields(dept="総務")))
    gone = end(bucket.remove(BESIDE))
    assert gone.outcome == "extracted"
    assert staged(gone).metadata == {}


def test_a_later_change_of_the_document_comes_after_all_of_its_descriptions(bucket, end, staged):
    end(bucket.put(NAME, "古い。".encode()))
    described = end(bucket.put(BESIDE, fields(dept="総務")))
    again = end(bucket.put(NAME, "新しい。".encode()))
    assert again.sequencer > described.sequencer
    assert staged(again).metadata == {"dept": ["総務"]}
    assert staged(again).body == "新しい。"


def test_events_of_a_description_may_come_twice_and_in_any_order(bucket, end, take, staged):
    end(bucket.put(NAME, "本文。".encode()))
    older, newer = bucket.put(BESIDE, fields(n=1)), bucket.put(BESIDE, fields(n=2))
    assert staged(end(newer)).metadata == {"n": [2]}
    assert take(older).reason == "superseded"
    assert take(newer).reason == "duplicate"


def test_an_event_that_broke_off_is_taken_up_again_under_its_own_sequencer(bucket, take, end):
    end(bucket.put(NAME, "本文。".encode()))
    event = bucket.put(BESIDE, fields(n=1))
    first, second = take(event), take(event)
    assert first.outcome == second.outcome == "extracted"
    assert first.sequencer == second.sequencer
    assert first.writing != second.writing  # a sweep of the first never meets the second


def test_a_description_does_not_undo_the_removal_that_is_on_its_way(bucket, end, take, ledger):
    end(bucket.put(NAME, "本文。".encode()))
    removed = take(bucket.remove(NAME))  # and not yet settled
    later = end(bucket.put(BESIDE, fields(n=1)))
    assert (removed.outcome, later.outcome) == ("removed", "removed")
    assert later.sequencer > removed.sequencer
    assert ledger.get(MINATO, IDENTITY).state is DocumentState.DELETED


def test_a_description_of_a_removed_document_is_skipped(bucket, end, take):
    end(bucket.put(NAME, "本文。".encode()))
    end(bucket.remove(NAME))
    assert take(bucket.put(BESIDE, fields(n=1))).reason == "nothing-described"


def test_a_bad_description_quarantines_its_document_until_it_is_corrected(bucket, end, ledger):
    end(bucket.put(NAME, "本文。".encode()))
    event = bucket.put(BESIDE, b"{")
    with pytest.raises(InvalidMetadata) as refused:
        end(event)
    reason = Reason(refused.value.code, refused.value.detail)
    assert quarantine(event, reason, ledger).outcome == "quarantined"
    record = ledger.get(MINATO, IDENTITY)
    assert (record.state, record.reason) == (DocumentState.QUARANTINED, reason)
    end(bucket.put(BESIDE, fields(n=1)))
    assert ledger.get(MINATO, IDENTITY).state is DocumentState.INDEXED


def test_a_failed_description_does_not_quarantine_a_document_that_came_after(bucket, end, ledger):
    end(bucket.put(NAME, "本文。".encode()))
    event = bucket.put(BESIDE, b"{")
    with pytest.raises(InvalidMetadata):
        end(event)
    bucket.put(BESIDE, fields(n=1))
    end(bucket.put(NAME, "新しい。".encode()))
    reason = Reason("invalid-metadata", "")
    assert quarantine(event, reason, ledger).outcome == "superseded"
    assert ledger.get(MINATO, IDENTITY).state is DocumentState.INDEXED


def test_a_failed_description_of_nothing_is_recorded_nowhere(bucket, ledger):
    event = bucket.put(BESIDE, b"{")
    assert quarantine(event, Reason("internal", ""), ledger).outcome == "superseded"
    assert ledger.get(MINATO, IDENTITY) is None
