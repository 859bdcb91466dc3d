"""Written forms that are one to a reader: kanji, katakana, words joined by signs, rōmaji."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.analysis.kanji import fold_kanji
from kotogura.analysis.kanji_table import NAMES, OFFICIAL, STANDARDS
from kotogura.analysis.katakana import fold_unknown, respellings
from kotogura.analysis.romaji import READING_LIMIT, readings_of_letters
from tests.unit.analysis.texts import ANY_TEXT

PAIRS = f"{OFFICIAL} {NAMES} {STANDARDS}".split()


def test_a_kanji_is_folded_in_one_step_to_one_form():
    assert all(len(pair) == 2 for pair in PAIRS)
    old = [pair[0] for pair in PAIRS]
    assert len(set(old)) == len(old) > 400
    assert not set(old) & {pair[1] for pair in PAIRS}


@given(ANY_TEXT | st.lists(st.sampled_from(PAIRS)).map("".join))
def test_folding_keeps_every_offset_and_nothing_is_left_to_fold(text):
    folded = fold_kanji(text)
    assert len(folded) == len(text)
    assert fold_kanji(folded) == folded


@pytest.mark.parametrize("pair", ["着著", "雲云", "葉叶", "裏裡", "斉斎", "杯盃"])
def test_kanji_with_meanings_of_their_own_are_not_folded(pair):
    assert fold_kanji(pair) == pair


def test_a_small_ke_between_kanji_is_one_however_large():
    assert fold_kanji("市ケ谷のケーキ") == "市ヶ谷のケーキ"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("モルヴェイダー", "モルベーダ"),
        ("ヅラミックス", "ズラミックス"),
        ("ナルウィット", "ナルウイット"),
    ],
)
def test_spellings_of_an_unknown_word_are_one(one, other):
    assert fold_unknown(one) == fold_unknown(other)


@pytest.mark.parametrize("word", ["ホゲ", "駅", "abc", "ガー", ""])
def test_what_is_short_or_no_katakana_stays(word):
    assert fold_unknown(word) == word
    assert "" not in respellings(word)


@pytest.mark.parametrize(
    ("letters", "reading"),
    [
        ("toukyou", "とうきょう"),
        ("tokyo", "とうきょう"),
        ("Tōkyō", "とうきょう"),
        ("ohsaka", "おおさか"),
        ("osaka", "おおさか"),
        ("shimbun", "しんぶん"),
        ("sinbun", "しんぶん"),
        ("kon'ya", "こんや"),
        ("onna", "おんな"),
        ("matcha", "まっちゃ"),
        ("gakkō", "がっこう"),
        ("zyuusyo", "じゅうしょ"),
        ("huji", "ふじ"),
    ],
)
def test_letters_are_read_in_every_usual_spelling(letters, reading):
    assert reading in readings_of_letters(letters)


@pytest.mark.parametrize("letters", ["night", "commit", "a1", "", "x", "東京", "a" * 41])
def test_letters_that_spell_no_japanese_have_no_reading(letters):
    assert readings_of_letters(letters) == ()


@given(st.text("aiueokstnhmyrw'ōū", max_size=40))
def test_no_word_has_more_readings_than_the_limit(letters):
    found = readings_of_letters(letters)
    assert len(found) == len(set(found)) <= READING_LIMIT
