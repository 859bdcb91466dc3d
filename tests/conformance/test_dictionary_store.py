"""What holds for every implementation of `DictionaryStore`."""

import hashlib

import pytest

from kotogura.platform.dictionaries import TableDictionaries
from kotogura.tenants.dictionaries import (
    PACKED_LIMIT_BYTES,
    DictionaryStore,
    TenantDictionary,
    packed,
)
from kotogura.tenants.identity import TenantId
from tests.conformance.conftest import choice
from tests.memory.dictionaries import MemoryDictionaries


@pytest.fixture(params=choice("memory", "table"))
def dictionaries(request: pytest.FixtureRequest) -> DictionaryStore:
    if request.param == "memory":
        return MemoryDictionaries()
    return TableDictionaries(request.getfixturevalue("table"))


def test_a_tenant_has_none_at_first(dictionaries: DictionaryStore, minato: TenantId) -> None:
    assert dictionaries.get(minato) == TenantDictionary("", "", "")


def test_what_was_put_last_is_kept(dictionaries: DictionaryStore, minato: TenantId) -> None:
    first = dictionaries.put(minato, "湊式点検票,みなとしきてんけんひょう\n")
    assert first.updated_at
    assert dictionaries.get(minato) == first
    second = dictionaries.put(minato, "湊花子,みなとはなこ")
    assert second.version != first.version
    assert dictionaries.get(minato) == second


def test_it_can_be_emptied_again(dictionaries: DictionaryStore, minato: TenantId) -> None:
    dictionaries.put(minato, "湊式点検票,みなとしきてんけんひょう")
    dictionaries.put(minato, "")
    assert (dictionaries.get(minato).text, dictionaries.get(minato).version) == ("", "")


def test_tenants_are_apart(
    dictionaries: DictionaryStore, minato: TenantId, other: TenantId
) -> None:
    dictionaries.put(minato, "湊式点検票,みなとしきてんけんひょう")
    assert dictionaries.get(other).text == ""


def test_the_longest_text_is_kept_whole(dictionaries: DictionaryStore, minato: TenantId) -> None:
    noise = memoryview(hashlib.shake_256(b"minato").digest(2 * 173_000)).cast("H")
    text = "".join(chr(0x4E00 + number % 0x51FF) for number in noise)
    assert PACKED_LIMIT_BYTES - 20_000 < len(packed(text)) <= PACKED_LIMIT_BYTES
    dictionaries.put(minato, text)
    assert dictionaries.get(minato).text == text
