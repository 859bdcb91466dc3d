import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.semantics.passages import Passage, split_passages

TEXTS = st.text(alphabet=st.sampled_from("あ漢A1。、？！ \n\n\u3000■#Q:：\t\u3099"), max_size=400)


@given(TEXTS, st.integers(1, 60))
def test_passages_cover_every_visible_character_once_and_in_order(text: str, limit: int):
    passages = split_passages(text, limit=limit)
    covered = [index for passage in passages for index in range(passage.start, passage.end)]
    assert covered == sorted(set(covered))
    assert {i for i, c in enumerate(text) if not c.isspace()} <= set(covered)


@given(TEXTS, st.integers(1, 60))
def test_passages_are_never_blank_nor_longer_than_the_limit(text: str, limit: int):
    for passage in split_passages(text, limit=limit):
        piece = passage.text(text)
        assert 1 <= len(piece) <= limit
        assert piece == piece.strip()


@given(st.text(max_size=300))
def test_any_text_can_be_split(text: str):
    joined = "".join(passage.text(text) for passage in split_passages(text))
    assert [c for c in joined if not c.isspace()] == [c for c in text if not c.isspace()]


def test_a_heading_begins_a_passage_and_stays_with_its_text():
    text = "前の章の文です。" * 3 + "\n\n第２条 休暇\n休暇は届け出ます。"
    assert [p.text(text) for p in split_passages(text)][-1] == "第２条 休暇\n休暇は届け出ます。"


def test_headings_one_under_the_other_stay_together():
    text = "第１章 総則\n\n第１条 目的\n\nこの規程は休暇を定めます。"
    assert split_passages(text) == [Passage(0, len(text))]


def test_a_question_begins_a_passage():
    text = "Q: 返品できますか？\nA: 七日以内なら承ります。\nQ: 送料はいくらですか？\nA: 無料です。"
    assert [p.text(text)[:6] for p in split_passages(text)] == ["Q: 返品で", "Q: 送料は"]


def test_a_sentence_longer_than_the_limit_is_cut_after_a_comma():
    text = "あ" * 18 + "、" + "い" * 10 + "。"
    assert [p.text(text) for p in split_passages(text, limit=20)] == [
        "あ" * 18 + "、",
        "い" * 10 + "。",
    ]


def test_closing_brackets_stay_with_their_sentence():
    text = "「はい。」" * 10
    assert all(p.text(text).endswith("。」") for p in split_passages(text, limit=12))


def test_a_limit_below_one_is_refused():
    with pytest.raises(ValueError, match="limit"):
        split_passages("あ", limit=0)
