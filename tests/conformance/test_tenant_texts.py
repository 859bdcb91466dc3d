"""What holds for every implementation of `TenantTexts`."""

import hashlib

import pytest

from kotogura.platform.texts import DICTIONARY, SYNONYMS, TableTexts
from kotogura.tenants import synonyms
from kotogura.tenants.dictionaries import PACKED_LIMIT_BYTES
from kotogura.tenants.identity import TenantId
from kotogura.tenants.texts import TenantText, TenantTexts, packed
from tests.conformance.conftest import choice
from tests.memory.texts import MemoryTexts


@pytest.fixture(params=[False, True], ids=["as it is", "packed"])
def packs(request: pytest.FixtureRequest) -> bool:
    """Whether texts are kept compressed, as dictionaries are; synonyms are kept as they are."""
    return bool(request.param)


@pytest.fixture(params=choice("memory", "table"))
def texts(request: pytest.FixtureRequest, packs: bool) -> TenantTexts:
    if request.param == "memory":
        return MemoryTexts()
    table = request.getfixturevalue("table")
    return TableTexts(table, DICTIONARY if packs else SYNONYMS, packs=packs)


def test_a_tenant_has_none_at_first(texts: TenantTexts, minato: TenantId) -> None:
    assert texts.get(minato) == TenantText("", "", "")


def test_what_was_put_last_is_kept(texts: TenantTexts, minato: TenantId) -> None:
    first = texts.put(minato, "有休, 年休\n")
    assert first.text == "有休, 年休\n"
    assert first.updated_at
    assert texts.get(minato) == first
    second = texts.put(minato, "湊式点検票,みなとしきてんけんひょう")
    assert second.version != first.version
    assert texts.get(minato) == second
    assert texts.put(minato, "有休, 年休\n").version == first.version


def test_they_can_be_emptied_again(texts: TenantTexts, minato: TenantId) -> None:
    texts.put(minato, "有休, 年休")
    texts.put(minato, "")
    assert (texts.get(minato).text, texts.get(minato).version) == ("", "")


def test_tenants_are_apart(texts: TenantTexts, minato: TenantId, other: TenantId) -> None:
    texts.put(minato, "有休, 年休")
    assert texts.get(other).text == ""


def test_the_longest_text_is_kept_whole(texts: TenantTexts, packs: bool, minato: TenantId) -> None:
    text = "語" * (synonyms.TEXT_LIMIT_BYTES // 3)
    if packs:
        noise = memoryview(hashlib.shake_256(b"minato").digest(2 * 173_000)).cast("H")
        text = "".join(chr(0x4E00 + number % 0x51FF) for number in noise)
        assert PACKED_LIMIT_BYTES - 20_000 < len(packed(text)) <= PACKED_LIMIT_BYTES
    texts.put(minato, text)
    assert texts.get(minato).text == text
