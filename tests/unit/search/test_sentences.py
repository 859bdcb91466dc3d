"""How sentences are cut, as people see it."""

import pytest

from kotogura.errors import InvalidDictionary
from kotogura.search.sentences import Sentences
from kotogura.tenants.identity import TenantId
from tests.memory.sentences import sudachi_sentences

MINATO = TenantId("minato-shoji")
TEXT = "湊式点検票を㈱みなとに出す"


@pytest.fixture
def sentences() -> Sentences:
    return sudachi_sentences()


def test_words_stand_where_they_are_in_the_text(sentences: Sentences) -> None:
    words = sentences.cut(MINATO, TEXT)
    assert all(TEXT[one.start : one.end] == one.surface for one in words)
    assert "".join(dict.fromkeys(one.surface for one in words)).startswith("湊")
    particle = next(one for one in words if one.surface == "を")
    assert particle.terms == ()
    assert particle.part_of_speech.startswith("助詞")


def test_a_compound_is_found_by_its_parts_too(sentences: Sentences) -> None:
    [word] = [one for one in sentences.cut(MINATO, "関西国際空港") if one.terms]
    assert word.terms[0] == "関西国際空港"
    assert "空港" in word.terms
    assert word.reading == "カンサイコクサイクウコウ"


def test_a_draft_is_tried_and_leaves_nothing(sentences: Sentences) -> None:
    before = [one.surface for one in sentences.cut(MINATO, TEXT)]
    assert "湊式点検票" not in before
    tried = sentences.cut(MINATO, TEXT, "湊式点検票,みなとしきてんけんひょう\n")
    assert "湊式点検票" in [one.surface for one in tried]
    assert [one.surface for one in sentences.cut(MINATO, TEXT)] == before
    assert [one.surface for one in sentences.cut(MINATO, TEXT, "")] == before


def test_a_wrong_draft_is_told_by_line(sentences: Sentences) -> None:
    with pytest.raises(InvalidDictionary, match="1"):
        sentences.cut(MINATO, TEXT, "湊式点検票\n")
