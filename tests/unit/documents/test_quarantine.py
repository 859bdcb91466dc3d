"""A failed change leaves its reason where the document's owner looks."""

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.intake import quarantine
from kotogura.documents.ledger import DocumentState, Reason
from kotogura.errors import DocumentError, InvalidEvent
from tests.unit.documents.bucket import MINATO

NAME = "rules/旅費 規程+α.txt"
ID = document_id(NAME)
REASON = Reason("undecodable-text", "save the file as UTF-8")


def test_a_quarantined_document_says_why_where_its_owner_looks(take, bucket, ledger):
    event = bucket.put("a.txt", bytes(9))
    with pytest.raises(DocumentError) as failed:
        take(event)
    reason = Reason(failed.value.code, failed.value.detail)
    answer = quarantine(event, reason, ledger)
    assert answer.model_dump() == {
        "outcome": "quarantined",
        "tenant": "minato-shoji",
        "document_id": document_id("a.txt"),
        "code": "undecodable-text",
    }
    record = ledger.get(MINATO, document_id("a.txt"))
    assert (record.state, record.reason) == (DocumentState.QUARANTINED, reason)


def test_a_document_is_quarantined_even_if_its_intake_never_began(bucket, ledger):
    event = bucket.put("a\x01.txt", b"text")
    assert quarantine(event, REASON, ledger).outcome == "quarantined"
    assert ledger.get(MINATO, document_id("a\x01.txt")).name == "a\x01.txt"


def test_a_quarantine_may_be_repeated(bucket, ledger):
    event = bucket.put(NAME, bytes(9))
    assert quarantine(event, REASON, ledger) == quarantine(event, REASON, ledger)
    assert ledger.get(MINATO, ID).reason == REASON


def test_the_quarantine_of_a_replaced_version_changes_nothing(take, settle, bucket, ledger):
    bad, good = bucket.put(NAME, bytes(9)), bucket.put(NAME, b"good")
    settle(take(good))
    assert quarantine(bad, REASON, ledger).outcome == "superseded"
    record = ledger.get(MINATO, ID)
    assert (record.state, record.reason) == (DocumentState.INDEXED, None)


def test_a_failure_beside_a_success_does_not_undo_it(take, settle, bucket, ledger):
    event = bucket.put(NAME, b"good")
    settle(take(event))
    assert quarantine(event, Reason("internal", "try again"), ledger).outcome == "superseded"
    assert ledger.get(MINATO, ID).state is DocumentState.INDEXED


def test_a_good_version_ends_the_quarantine(take, settle, bucket, ledger):
    quarantine(bucket.put(NAME, bytes(9)), REASON, ledger)
    settle(take(bucket.put(NAME, b"good")))
    record = ledger.get(MINATO, ID)
    assert (record.state, record.reason) == (DocumentState.INDEXED, None)


def test_an_event_that_is_not_ours_can_not_be_quarantined(ledger):
    with pytest.raises(InvalidEvent):
        quarantine({"detail-type": "Scheduled Event"}, REASON, ledger)
