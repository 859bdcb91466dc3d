"""What holds for every implementation of `SynonymStore`."""

import pytest

from kotogura.platform.synonyms import TableSynonyms
from kotogura.tenants.identity import TenantId
from kotogura.tenants.synonyms import TEXT_LIMIT_BYTES, SynonymStore, TenantSynonyms
from tests.conformance.conftest import choice
from tests.memory.synonyms import MemorySynonyms


@pytest.fixture(params=choice("memory", "table"))
def synonyms(request: pytest.FixtureRequest) -> SynonymStore:
    if request.param == "memory":
        return MemorySynonyms()
    return TableSynonyms(request.getfixturevalue("table"))


def test_a_tenant_has_none_at_first(synonyms: SynonymStore, minato: TenantId) -> None:
    assert synonyms.get(minato) == TenantSynonyms("", "", "")


def test_what_was_put_last_is_kept(synonyms: SynonymStore, minato: TenantId) -> None:
    first = synonyms.put(minato, "有休, 年休\n")
    assert first.text == "有休, 年休\n"
    assert first.updated_at
    assert synonyms.get(minato) == first
    second = synonyms.put(minato, "部長 => 管理職")
    assert second.version != first.version
    assert synonyms.get(minato) == second
    assert synonyms.put(minato, "有休, 年休\n").version == first.version


def test_they_can_be_emptied_again(synonyms: SynonymStore, minato: TenantId) -> None:
    synonyms.put(minato, "有休, 年休")
    synonyms.put(minato, "")
    assert (synonyms.get(minato).text, synonyms.get(minato).version) == ("", "")


def test_tenants_are_apart(synonyms: SynonymStore, minato: TenantId, other: TenantId) -> None:
    synonyms.put(minato, "有休, 年休")
    assert synonyms.get(other).text == ""


def test_the_longest_text_is_kept_whole(synonyms: SynonymStore, minato: TenantId) -> None:
    text = "語" * (TEXT_LIMIT_BYTES // 3)
    synonyms.put(minato, text)
    assert synonyms.get(minato).text == text
