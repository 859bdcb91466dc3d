"""What holds for every implementation of `DocumentLedger`."""

from dataclasses import replace

import pytest

from kotogura.documents.changes import DocumentChange, normalize_sequencer
from kotogura.documents.identity import document_id
from kotogura.documents.ledger import Claim, DocumentLedger, DocumentState, Reason
from kotogura.platform.ledger import TableLedger
from kotogura.tenants.identity import TenantId
from tests.conformance.conftest import choice
from tests.memory.ledger import MemoryLedger


@pytest.fixture(params=choice("memory", "table"))
def ledger(request: pytest.FixtureRequest) -> DocumentLedger:
    if request.param == "memory":
        return MemoryLedger()
    return TableLedger(request.getfixturevalue("table"))


def change(tenant: TenantId, name: str, number: int) -> DocumentChange:
    return DocumentChange(
        tenant=tenant,
        name=name,
        document_id=document_id(name),
        kind="created",
        sequencer=normalize_sequencer(f"{number:04X}"),
        version_id=f"v{number}",
        size_bytes=100 + number,
    )


@pytest.fixture
def first(minato: TenantId) -> DocumentChange:
    return change(minato, "規程/旅費.txt", 1)


@pytest.fixture
def second(first: DocumentChange) -> DocumentChange:
    return replace(first, sequencer=normalize_sequencer("0002"), size_bytes=500)


def test_a_new_change_is_granted_and_received(
    ledger: DocumentLedger, minato: TenantId, first: DocumentChange
) -> None:
    assert ledger.claim(minato, first) is Claim.GRANTED
    record = ledger.get(minato, first.document_id)
    assert record is not None
    assert record.state is DocumentState.RECEIVED
    assert (record.name, record.sequencer) == (first.name, first.sequencer)
    assert (record.size_bytes, record.title) == (101, "")
    assert record.generation is None
    assert record.reason is None
    assert record.updated_at


def test_a_change_that_was_never_finished_is_granted_again(
    ledger: DocumentLedger, minato: TenantId, first: DocumentChange
) -> None:
    ledger.claim(minato, first)
    assert ledger.claim(minato, first) is Claim.GRANTED


@pytest.mark.parametrize(
    "state", [DocumentState.INDEXED, DocumentState.DELETED, DocumentState.QUARANTINED]
)
def test_a_finished_change_is_a_duplicate(
    ledger: DocumentLedger, minato: TenantId, first: DocumentChange, state: DocumentState
) -> None:
    ledger.claim(minato, first)
    assert ledger.settle(minato, first.document_id, first.sequencer, state)
    assert ledger.claim(minato, first) is Claim.DUPLICATE
    record = ledger.get(minato, first.document_id)
    assert record is not None
    assert record.state is state


def test_an_older_change_is_superseded_and_changes_nothing(
    ledger: DocumentLedger, minato: TenantId, first: DocumentChange, second: DocumentChange
) -> None:
    ledger.claim(minato, second)
    before = ledger.get(minato, first.document_id)
    assert ledger.claim(minato, first) is Claim.SUPERSEDED
    done = DocumentState.INDEXED
    assert not ledger.settle(minato, first.document_id, first.sequencer, done, generation=1)
    assert ledger.get(minato, first.document_id) == before


def test_a_later_change_begins_anew_but_keeps_the_title(
    ledger: DocumentLedger, minato: TenantId, first: DocumentChange, second: DocumentChange
) -> None:
    reason = Reason("undecodable-text", "save as UTF-8")
    ledger.claim(minato, first)
    ledger.settle(
        minato,
        first.document_id,
        first.sequencer,
        DocumentState.QUARANTINED,
        generation=4,
        title="旅費規程",
        reason=reason,
    )
    assert ledger.claim(minato, second) is Claim.GRANTED
    record = ledger.get(minato, first.document_id)
    assert record is not None
    assert record.state is DocumentState.RECEIVED
    assert (record.title, record.size_bytes, record.reason) == ("旅費規程", 500, None)


def test_what_is_settled_is_kept(
    ledger: DocumentLedger, minato: TenantId, first: DocumentChange
) -> None:
    reason = Reason("empty-document", "the file holds no text")
    done = DocumentState.QUARANTINED
    ledger.claim(minato, first)
    ledger.settle(minato, first.document_id, first.sequencer, done, reason=reason)
    record = ledger.get(minato, first.document_id)
    assert record is not None
    assert record.reason == reason
    ledger.settle(
        minato,
        first.document_id,
        first.sequencer,
        DocumentState.INDEXED,
        generation=7,
        title="旅費規程",
    )
    record = ledger.get(minato, first.document_id)
    assert record is not None
    assert (record.state, record.generation) == (DocumentState.INDEXED, 7)
    assert (record.title, record.reason) == ("旅費規程", None)


def test_an_unknown_document_can_not_be_settled(ledger: DocumentLedger, minato: TenantId) -> None:
    assert not ledger.settle(minato, "a" * 26, "0" * 40, DocumentState.INDEXED)
    assert ledger.get(minato, "a" * 26) is None


def test_many_records_are_told_by_id_and_missing_ones_left_out(
    ledger: DocumentLedger, minato: TenantId
) -> None:
    changes = [change(minato, f"{number}.txt", number + 1) for number in range(120)]
    for one in changes:
        ledger.claim(minato, one)
    ids = [one.document_id for one in changes]
    found = ledger.get_many(minato, [*ids, "a" * 26, ids[0]])
    assert set(found) == set(ids)
    assert all(record.document_id == name for name, record in found.items())
    assert ledger.get_many(minato, []) == {}


@pytest.mark.parametrize(("total", "limit"), [(0, 3), (1, 3), (3, 3), (6, 3), (7, 3)])
def test_pages_show_every_record_once_in_order_and_the_last_says_so(
    ledger: DocumentLedger, minato: TenantId, other: TenantId, total: int, limit: int
) -> None:
    ledger.claim(other, change(other, "theirs.txt", 1))
    for number in range(total):
        ledger.claim(minato, change(minato, f"{number}.txt", number + 1))
    shown: list[str] = []
    pages = 0
    cursor = None
    while True:
        page = ledger.page(minato, cursor=cursor, limit=limit)
        shown += [record.document_id for record in page.records]
        pages += 1
        cursor = page.cursor
        if cursor is None:
            break
    assert shown == sorted(document_id(f"{number}.txt") for number in range(total))
    assert pages == max(1, -(-total // limit))


def test_two_tenants_documents_of_one_name_are_two(
    ledger: DocumentLedger, minato: TenantId, other: TenantId, first: DocumentChange
) -> None:
    ledger.claim(minato, first)
    assert ledger.get(other, first.document_id) is None
    assert ledger.get_many(other, [first.document_id]) == {}
    assert not ledger.settle(other, first.document_id, first.sequencer, DocumentState.DELETED)
    record = ledger.get(minato, first.document_id)
    assert record is not None
    assert record.state is DocumentState.RECEIVED


def test_all_records_come_in_the_order_of_their_ids(
    ledger: DocumentLedger, minato: TenantId, other: TenantId
) -> None:
    changes = [change(minato, f"{number}.txt", number) for number in range(1, 31)]
    for one in changes:
        ledger.claim(minato, one)
    ledger.claim(other, replace(changes[0], tenant=other))
    found = [record.document_id for record in ledger.all(minato)]
    assert found == sorted(one.document_id for one in changes)
    assert list(ledger.all(TenantId("nobody"))) == []


def test_a_record_keeps_the_files_etag_and_when_work_on_it_began(
    ledger: DocumentLedger, minato: TenantId, first: DocumentChange, second: DocumentChange
) -> None:
    ledger.claim(minato, replace(first, etag="b57f9512698f4b09e608f4f2a65852e5"))
    received = ledger.get(minato, first.document_id)
    assert received is not None
    assert received.etag == "b57f9512698f4b09e608f4f2a65852e5"
    assert received.claimed_at == received.updated_at
    ledger.settle(minato, first.document_id, first.sequencer, DocumentState.INDEXED, generation=1)
    settled = ledger.get(minato, first.document_id)
    assert settled is not None
    assert (settled.etag, settled.claimed_at) == (received.etag, received.claimed_at)
    ledger.claim(minato, second)
    again = ledger.get(minato, first.document_id)
    assert again is not None
    assert (again.etag, again.claimed_at == again.updated_at) == ("", True)
