"""What every `Openings` does."""

import pytest

from kotogura.platform import openings as in_table
from kotogura.platform.openings import TableOpenings
from kotogura.tenants.identity import TenantId
from kotogura.tenants.openings import KEPT_DAYS, Opening, Openings
from tests.conformance.conftest import choice
from tests.memory.openings import MemoryOpenings

RULES, MANUAL = "a" * 26, "b" * 26


@pytest.fixture(params=choice("memory", "table"))
def openings(request: pytest.FixtureRequest) -> Openings:
    if request.param == "memory":
        return MemoryOpenings()
    return TableOpenings(request.getfixturevalue("table"))


def test_the_same_query_and_document_are_counted(openings: Openings, minato: TenantId) -> None:
    for query, document in [("日当", RULES), ("日当", MANUAL), ("旅費", RULES), ("旅費", RULES)]:
        openings.note(minato, query, document)
    assert list(openings.all(minato)) == [
        Opening("旅費", RULES, 2),
        Opening("日当", RULES, 1),
        Opening("日当", MANUAL, 1),
    ]


def test_another_tenant_sees_nothing_of_it(
    openings: Openings, minato: TenantId, other: TenantId
) -> None:
    openings.note(minato, "日当", RULES)
    assert not openings.all(other)


def test_what_is_older_than_it_is_kept_for_is_gone(
    request: pytest.FixtureRequest, minato: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    openings = TableOpenings(request.getfixturevalue("table"))
    openings.note(minato, "日当", RULES)
    later = in_table.epoch_seconds() + KEPT_DAYS * 86_400 + 1
    monkeypatch.setattr(in_table, "epoch_seconds", lambda: later)
    assert not openings.all(minato)
    openings.note(minato, "日当", RULES)
    assert [one.count for one in openings.all(minato)] == [1]
