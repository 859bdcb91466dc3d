"""An event becomes an extracted document, a removal, or nothing; its failure, a reason."""

from unittest.mock import Mock

import pytest

from kotogura.documents.changes import parse_event
from kotogura.documents.extraction import DOCUMENT_LIMIT_BYTES
from kotogura.documents.identity import document_id
from kotogura.documents.intake import read_document, receive
from kotogura.documents.ledger import DocumentState
from kotogura.errors import (
    DocumentTooLarge,
    EmptyDocument,
    InvalidDocumentName,
    InvalidEvent,
    InvalidTenantId,
    StoreUnavailable,
    UndecodableText,
    UnsupportedDocument,
)
from kotogura.tenants.identity import TenantId
from tests.unit.documents.bucket import CREATED, MINATO, changed_event, sample_event

NAME = "rules/旅費 規程+α.txt"
ID = document_id(NAME)


def test_a_new_file_is_extracted_and_staged(take, staged, bucket, ledger):
    event = bucket.put(NAME, "旅費規程\n\n日当は二千円。".encode("cp932"))
    intake = take(event)
    assert intake.model_dump(exclude_none=True) == {
        "outcome": "extracted",
        "tenant": "minato-shoji",
        "document_id": ID,
        "sequencer": parse_event(event).sequencer,
        "writing": intake.writing,
    }
    document = staged(intake)
    assert (document.title, document.body) == ("旅費規程", "日当は二千円。")
    assert (document.name, document.version) == (NAME, intake.sequencer)
    record = ledger.get(MINATO, ID)
    assert (record.state, record.name) == (DocumentState.RECEIVED, NAME)


def test_the_version_that_the_event_is_about_is_read_and_no_later_one(take, staged, bucket):
    first = bucket.put(NAME, "古い版".encode())
    bucket.put(NAME, "新しい版".encode())
    assert staged(take(first)).body == "古い版"


def test_the_answer_holds_ids_alone(take, bucket):
    intake = take(bucket.put(NAME, "極秘の題\n\n極秘の本文".encode()))
    assert "極秘" not in intake.model_dump_json()
    assert "旅費" not in intake.model_dump_json()


def test_a_delete_marker_removes_the_document(take, settle, bucket):
    settle(take(bucket.put(NAME, b"text")))
    assert take(bucket.remove(NAME)).outcome == "removed"


def test_deleting_the_only_version_for_ever_removes_the_document(take, bucket):
    take(bucket.put(NAME, b"text"))
    [version] = bucket.version_ids(NAME)
    assert take(bucket.erase(NAME, version)).outcome == "removed"


def test_deleting_the_newest_version_for_ever_brings_the_one_before_it_back(take, staged, bucket):
    for text in ("古い版", "新しい版"):
        take(bucket.put(NAME, text.encode()))
    intake = take(bucket.erase(NAME, bucket.version_ids(NAME)[-1]))
    assert intake.outcome == "extracted"
    assert staged(intake).body == "古い版"


def test_deleting_an_old_version_for_ever_leaves_the_current_one(take, staged, bucket):
    for text in ("古い版", "新しい版"):
        take(bucket.put(NAME, text.encode()))
    intake = take(bucket.erase(NAME, bucket.version_ids(NAME)[0]))
    assert staged(intake).body == "新しい版"


def test_taking_a_delete_marker_away_brings_the_document_back(take, staged, bucket):
    take(bucket.put(NAME, "本文".encode()))
    take(bucket.remove(NAME))
    intake = take(bucket.erase(NAME, bucket.version_ids(NAME)[-1]))
    assert staged(intake).body == "本文"


def test_deleting_a_version_behind_a_delete_marker_leaves_the_document_removed(take, bucket):
    take(bucket.put(NAME, b"text"))
    take(bucket.remove(NAME))
    assert take(bucket.erase(NAME, bucket.version_ids(NAME)[0])).outcome == "removed"


def test_an_event_that_comes_again_before_its_end_is_worked_on_again(take, staged, bucket):
    event = bucket.put(NAME, "本文".encode())
    first, second = take(event), take(event)
    assert first.writing != second.writing
    assert staged(first) == staged(second)
    assert staged(second).body == "本文"


@pytest.mark.parametrize("state", [DocumentState.INDEXED, DocumentState.QUARANTINED])
def test_an_event_that_comes_again_after_its_end_is_skipped(take, settle, bucket, state):
    event = bucket.put(NAME, b"text")
    settle(take(event), state)
    again = take(event)
    assert (again.outcome, again.reason) == ("skipped", "duplicate")


def test_an_event_that_a_later_one_has_overtaken_is_skipped(take, bucket, ledger):
    first, second = bucket.put(NAME, b"one"), bucket.put(NAME, b"two")
    assert take(second).outcome == "extracted"
    overtaken = take(first)
    assert (overtaken.outcome, overtaken.reason) == ("skipped", "superseded")
    assert ledger.get(MINATO, ID).sequencer == parse_event(second).sequencer


def test_a_removal_that_comes_before_the_writing_it_ended_stays_a_removal(take, bucket):
    written, removed = bucket.put(NAME, b"text"), bucket.remove(NAME)
    assert take(removed).outcome == "removed"
    assert take(written).reason == "superseded"


def test_a_version_that_is_gone_by_now_is_skipped(take, bucket, files):
    event = bucket.put(NAME, b"text")
    bucket.erase(NAME, bucket.version_ids(NAME)[0])
    gone = take(event)
    assert (gone.outcome, gone.reason) == ("skipped", "gone")
    assert list(files.names(MINATO, "staging")) == []


@pytest.mark.parametrize("folder", ["rules/", "rules/旅費/"])
def test_a_folder_marker_is_no_document(take, bucket, ledger, folder):
    skipped = take(bucket.put(folder, b""))
    assert (skipped.outcome, skipped.reason) == ("skipped", "folder")
    assert ledger.get(MINATO, document_id(folder)) is None
    assert take(bucket.remove(folder)).reason == "folder"


@pytest.mark.parametrize("name", ["s3-object-tagged", "s3-other-prefix"])
def test_an_event_that_is_not_ours_leaves_no_trace(take, ledger, name):
    with pytest.raises(InvalidEvent):
        take(sample_event(name))
    assert ledger.page(MINATO).records == []


def test_a_key_of_no_possible_tenant_is_refused(take):
    with pytest.raises(InvalidTenantId):
        take(changed_event(CREATED, key="Minato/documents/a.txt"))


def test_one_tenants_events_touch_nothing_of_anothers(take, staged, bucket, ledger, files):
    other = TenantId("hoshino-denki")
    ours = take(bucket.put(NAME, "我が社".encode()))
    theirs = take(bucket.put(NAME, "他社".encode(), tenant=other))
    assert ours.document_id == theirs.document_id
    assert staged(ours).body == "我が社"
    assert staged(theirs, other).body == "他社"
    take(bucket.remove(NAME, tenant=other))
    assert ledger.get(MINATO, ID).sequencer == ours.sequencer
    assert len(list(files.names(MINATO, "staging"))) == 1


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.exe", b"%PDF-1.7", UnsupportedDocument),
        ("a.txt", b"", EmptyDocument),
        ("a.txt", " 　\n".encode(), EmptyDocument),
        ("a.txt", b"\x00\x01\x02\x03", UndecodableText),
        ("a\x01.txt", b"text", InvalidDocumentName),
        ("長" * 301, b"text", InvalidDocumentName),
    ],
)
def test_a_document_that_can_not_be_read_says_why(take, bucket, ledger, files, name, data, error):
    with pytest.raises(error):
        take(bucket.put(name, data))
    assert ledger.get(MINATO, document_id(name)).state is DocumentState.RECEIVED
    assert list(files.names(MINATO, "staging")) == []


def test_a_document_above_the_limit_is_refused_unread(take, bucket):
    event = bucket.put("a.txt", b"small after all")
    huge = changed_event(event, size=DOCUMENT_LIMIT_BYTES + 1)
    with pytest.raises(DocumentTooLarge):
        take(huge)
    assert bucket.bytes_read == 0


def test_a_version_that_turns_out_above_the_limit_is_refused(take, bucket):
    bucket.put("a.txt", b"x" * (DOCUMENT_LIMIT_BYTES + 1))
    bucket.put("a.txt", b"small")
    with pytest.raises(DocumentTooLarge):
        take(bucket.erase("a.txt", bucket.version_ids("a.txt")[-1]))


def test_a_bad_version_that_comes_back_is_refused_as_it_was_the_first_time(take, bucket):
    bucket.put("a.txt", bytes(9))
    bucket.put("a.txt", b"good")
    with pytest.raises(UndecodableText):
        take(bucket.erase("a.txt", bucket.version_ids("a.txt")[-1]))


def test_the_removal_of_a_file_that_no_document_may_be_called_is_a_removal(take, bucket):
    with pytest.raises(InvalidDocumentName):
        take(bucket.put("a\x01.txt", b"text"))
    assert take(bucket.remove("a\x01.txt")).outcome == "removed"
    for version in bucket.version_ids("a\x01.txt"):
        assert take(bucket.erase("a\x01.txt", version)).outcome == "removed"


def test_a_call_that_failed_half_way_may_be_repeated(bucket, ledger, files, staged):
    full = Mock(spec=files, write=Mock(side_effect=StoreUnavailable("the disk is full")))
    event = bucket.put(NAME, "本文".encode())
    with pytest.raises(StoreUnavailable):
        receive(event, bucket, ledger, full)
    assert staged(receive(event, bucket, ledger, files)).body == "本文"


# Reading without an event


def test_a_listed_file_is_read_in_its_current_version(bucket):
    for text in ("古い版", "新しい版"):
        event = bucket.put(NAME, text.encode())
    document = read_document(parse_event(event), None, bucket)
    assert document.body == "新しい版"


def test_a_listed_file_that_is_gone_is_nothing(bucket):
    event = bucket.put(NAME, b"text")
    bucket.remove(NAME)
    assert read_document(parse_event(event), None, bucket) is None
