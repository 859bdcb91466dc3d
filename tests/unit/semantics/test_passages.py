import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.semantics.headings import is_heading
from kotogura.semantics.passages import (
    Passage,
    Sizes,
    below_title,
    short_title,
    split_passages,
)
from kotogura.semantics.token_measure import CharacterMeasure

TEXTS = st.text(alphabet=st.sampled_from("あ漢A1。、？！. \n\n\u3000■#Q:：\t\u3099"), max_size=400)
SIZES = st.builds(Sizes, st.integers(1, 60), st.integers(0, 20), st.integers(0, 20))
WIDE = CharacterMeasure(250)


class Counting(CharacterMeasure):
    """Remembers how many code points it was asked about; a deaf one knows no letter."""

    def __init__(self, room: int, *, deaf: bool) -> None:
        super().__init__(room)
        self.deaf, self.counted = deaf, 0

    def count(self, texts: Sequence[str]) -> list[int]:
        lengths = [len(text) for text in texts]
        self.counted += sum(lengths)
        return [0] * len(texts) if self.deaf else lengths


@given(TEXTS, st.integers(1, 60), SIZES)
def test_passages_cover_every_visible_character_in_order(text: str, room: int, sizes: Sizes):
    passages = split_passages(text, CharacterMeasure(room), sizes=sizes)
    covered = {index for passage in passages for index in range(passage.start, passage.end)}
    assert {i for i, c in enumerate(text) if not c.isspace()} <= covered
    for before, after in itertools.pairwise(passages):
        assert before.start < after.start
        assert before.end < after.end


@given(TEXTS, st.integers(1, 60), SIZES, st.text(max_size=20))
def test_passages_are_never_blank_nor_longer_than_their_room(
    text: str, room: int, sizes: Sizes, title: str
):
    measure = CharacterMeasure(room)
    short = short_title(title, measure, sizes=sizes)
    assert len(short) <= min(sizes.title, room // 2)
    for passage in split_passages(text, measure, title=short, sizes=sizes):
        piece = passage.text(text)
        assert piece == piece.strip()
        assert len(piece) >= 1
        assert len(below_title(short, piece) if short else piece) <= max(room, len(short) + 2)


@given(TEXTS, st.integers(20, 60), SIZES)
def test_passages_repeat_two_whole_sentences_at_most(text: str, room: int, sizes: Sizes):
    passages = split_passages(text, CharacterMeasure(room), sizes=sizes)
    for before, after in itertools.pairwise(passages):
        repeated = text[after.start : before.end]
        assert len("".join(repeated.split())) <= sizes.overlap
        assert not is_heading(repeated) or not repeated


@given(st.text(max_size=300))
def test_any_text_can_be_split(text: str):
    for measure in (CharacterMeasure(20), Counting(20, deaf=True)):
        passages = split_passages(text, measure)
        covered = {index for passage in passages for index in range(passage.start, passage.end)}
        assert {i for i, c in enumerate(text) if not c.isspace()} <= covered
        assert all(passage.end - passage.start <= 20 * 8 for passage in passages)


@given(st.integers(1, 12), st.integers(1, 30))
def test_no_heading_ends_a_passage_with_text_below_it(headings: int, sentences: int):
    body = "\n".join(f"## 見出し{n}" for n in range(headings))
    body += "\n" + "本文が続きます。" * sentences
    passages = split_passages(body, CharacterMeasure(40))
    with_text = [passage for passage in passages if "本文" in passage.text(body)]
    assert "見出し" in with_text[0].text(body)
    assert all(p.text(body).endswith("。") for p in with_text)


@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize("letter", ["あ", "\u200b", ",", "あ。"])
def test_no_letter_is_counted_more_than_a_dozen_times(letter: str, deaf: bool):
    measure = Counting(200, deaf=deaf)
    text = letter * (100_000 // len(letter))
    split_passages(text, measure)
    assert measure.counted <= 12 * len(text)


def test_a_heading_begins_a_passage_and_stays_with_its_text():
    text = "前の章の文です。" * 3 + "\n\n第２条 休暇\n休暇は届け出ます。"
    assert [p.text(text) for p in split_passages(text, WIDE)][
        -1
    ] == "第２条 休暇\n休暇は届け出ます。"


def test_headings_one_under_the_other_stay_together():
    text = "第１章 総則\n\n第１条 目的\n\nこの規程は休暇を定めます。"
    assert split_passages(text, WIDE) == [Passage(0, len(text))]


def test_a_question_begins_a_passage():
    text = "Q: 返品できますか？\nA: 七日以内なら承ります。\nQ: 送料はいくらですか？\nA: 無料です。"
    assert [p.text(text)[:6] for p in split_passages(text, WIDE)] == ["Q: 返品で", "Q: 送料は"]


def test_a_text_that_fits_stays_whole_and_one_that_does_not_is_cut():
    text = "港に船が着きました。荷を下ろします。\n\n" * 5
    sizes = Sizes(most=len(text.rstrip()))
    assert split_passages(text, WIDE, sizes=sizes) == [Passage(0, len(text.rstrip()))]
    assert len(split_passages(text, WIDE, sizes=Sizes(most=30))) > 1


def test_a_long_section_is_cut_into_equal_parts_that_overlap_by_a_sentence():
    text = "".join(f"{number}番の船が港に着きました。" for number in "一二三四五六七八九十")
    passages = [p.text(text) for p in split_passages(text, CharacterMeasure(100))]
    assert [part.count("番") for part in passages] == [5, 7]
    assert passages[1].startswith("四番の船")


def test_a_paragraph_begins_a_passage_when_the_one_before_is_long_enough():
    text = "朝の市が立つ。" * 8 + "\n\n" + "夜は店が閉まる。" * 8
    passages = split_passages(text, CharacterMeasure(80), sizes=Sizes(overlap=0))
    assert [p.text(text)[:2] for p in passages] == ["朝の", "夜は"]


def test_a_sentence_longer_than_its_room_is_cut_after_a_comma():
    text = "あ" * 18 + "、" + "い" * 10 + "。"
    assert [p.text(text) for p in split_passages(text, CharacterMeasure(20))] == [
        "あ" * 18 + "、",
        "い" * 10 + "。",
    ]


def test_closing_brackets_stay_with_their_sentence():
    text = "「はい。」" * 10
    passages = split_passages(text, CharacterMeasure(12))
    assert all(p.text(text).endswith("。」") for p in passages)


def test_sentences_of_latin_script_end_at_a_full_stop_behind_a_word():
    text = "Version 1.2 of the tool is out. " * 6
    passages = split_passages(text, CharacterMeasure(70), sizes=Sizes(overlap=0))
    assert {p.text(text)[-4:] for p in passages} == {"out."}


@pytest.mark.parametrize("room", [1, 2, 3])
def test_a_room_of_a_few_tokens_still_shows_everything(room: int):
    text = "短い文。次。"
    found = "".join(p.text(text) for p in split_passages(text, CharacterMeasure(room)))
    assert set(found) == set(text)


def test_a_long_title_is_cut_and_leaves_room():
    title = short_title("長い題名" * 40, CharacterMeasure(100))
    assert title == ("長い題名" * 8)
    body = "本文です。" * 60
    for passage in split_passages(body, CharacterMeasure(100), title=title):
        assert len(below_title(title, passage.text(body))) <= 100
