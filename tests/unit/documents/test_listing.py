"""The ledger's documents by state and name, page by page."""

import pytest

from kotogura.documents import listing
from kotogura.documents.changes import DocumentChange
from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from kotogura.documents.listing import matching_page
from kotogura.tenants.identity import TenantId
from tests.memory.ledger import MemoryLedger

MINATO = TenantId("minato-shoji")
NAMES = [f"{'rules' if number % 3 else 'notes'}/{number:03}.txt" for number in range(60)]


@pytest.fixture
def ledger() -> MemoryLedger:
    made = MemoryLedger()
    for number, name in enumerate(NAMES):
        change = DocumentChange(
            tenant=MINATO,
            name=name,
            document_id=document_id(name),
            kind="created",
            sequencer=f"{number:04}",
            version_id=None,
            size_bytes=1,
        )
        made.claim(MINATO, change)
        if number % 2:
            made.settle(MINATO, document_id(name), f"{number:04}", DocumentState.QUARANTINED)
    return made


def walked(ledger: MemoryLedger, states: list[DocumentState], prefix: str, limit: int) -> list[str]:
    names: list[str] = []
    cursor: str | None = None
    for _ in range(len(NAMES) + 1):
        page = matching_page(ledger, MINATO, states, prefix, cursor=cursor, limit=limit)
        assert len(page.records) <= limit
        names += [record.name for record in page.records]
        cursor = page.cursor
        if cursor is None:
            return names
    raise AssertionError("the pages have no end")


@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("read_count", [1, 4, 500])
def test_pages_together_hold_each_fitting_document_once(
    ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch, limit: int, read_count: int
) -> None:
    monkeypatch.setattr(listing, "_READ_COUNT", read_count)
    monkeypatch.setattr(listing, "_READS", 2)
    found = walked(ledger, [DocumentState.RECEIVED], "rules/", limit)
    wanted = [name for number, name in enumerate(NAMES) if number % 3 and number % 2 == 0]
    assert found == sorted(wanted, key=document_id)


def test_without_a_filter_it_is_the_ledgers_page(ledger: MemoryLedger) -> None:
    assert walked(ledger, [], "", 9) == sorted(NAMES, key=document_id)


def test_nothing_that_fits_is_an_empty_end(ledger: MemoryLedger) -> None:
    page = matching_page(ledger, MINATO, [DocumentState.DELETED], "")
    assert (list(page.records), page.cursor) == ([], None)
