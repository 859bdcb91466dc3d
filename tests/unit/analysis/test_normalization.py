"""NFKC with the way back: what is normalised, and where each character came from."""

import unicodedata

import pytest
from hypothesis import given, settings

from kotogura.analysis.normalization import NormalizedText, normalize
from tests.unit.analysis.texts import ANY_TEXT, HOSTILE

# Written out here once more, so that a change of the rule is seen: Unicode's controls but tab and
# line feed, its halves of characters, and what no reader sees.
UNSEEN = {
    *range(0xD800, 0xE000),
    *range(0x09),
    *range(0x0B, 0x20),
    *range(0x7F, 0xA0),
    0xAD,
    0x61C,
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE1000),
}

ASSIGNED = [n for n in range(0x110000) if unicodedata.category(chr(n)) not in {"Cn", "Co"}]


def seen(text):
    return "".join(character for character in text if ord(character) not in UNSEEN)


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("ＷＭ－８０００", "WM-8000"),
        ("ｻｰﾊﾞｰ", "サーバー"),
        ("㌕㍿①Ⅳ", "キログラム株式会社1IV"),
        ("か\u3099は\u309a", "がぱ"),
        ("か\u200b\u3099", "が"),
        ("カ\ufeffﾞ", "ガ"),
        ("ﾡￂ", "가"),
        ("\u1112\u1161\u11ab", "한"),
        ("\u09c7\u09be", "\u09cb"),
        ("葛\U000e0100城", "葛城"),
        ("休\u00ad暇\u200b届", "休暇届"),
        ("a\r\nb\tc", "a\nb\tc"),
        ("\ud800休\udfff", "休"),
        ("髙橋と邉", "髙橋と邉"),
        ("〜～", "〜~"),
        ("\x00\x1b\x7f\x9f", ""),
    ],
)
def test_a_text_is_folded_to_what_a_reader_takes_it_for(text, normalized):
    assert normalize(text).text == normalized


@settings(max_examples=300)
@given(ANY_TEXT)
def test_a_text_becomes_nfkc_of_all_that_can_be_seen(text):
    assert normalize(text).text == unicodedata.normalize("NFKC", seen(text))


@pytest.mark.parametrize(
    "name", sorted(HOSTILE.keys() - {"a hundred thousand marks on one letter"})
)
def test_a_hostile_text_becomes_nfkc_of_all_that_can_be_seen(name):
    text = HOSTILE[name]
    assert normalize(text).text == unicodedata.normalize("NFKC", seen(text))


def test_every_character_of_unicode_becomes_nfkc_between_two_others():
    for number in ASSIGNED:
        text = "が" + chr(number) + "a"
        expected = unicodedata.normalize("NFKC", seen(text))
        assert normalize(text).text == expected, hex(number)


def test_every_character_that_unicode_composes_is_composed():
    for number in ASSIGNED:
        apart = unicodedata.normalize("NFD", chr(number))
        if len(apart) > 1:
            text = "\x00".join(apart)
            assert normalize(text).text == unicodedata.normalize("NFKC", apart), hex(number)


@pytest.mark.timeout(60)
def test_a_hundred_thousand_marks_on_one_letter_are_normalised_in_no_time():
    text = HOSTILE["a hundred thousand marks on one letter"]
    assert len(normalize(text).text) == pytest.approx(len(text), rel=0.05)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_a_normalised_text_can_be_stored_and_stays_as_it_is(text):
    once = normalize(text).text
    assert normalize(once) == NormalizedText(once)
    assert once.encode("utf-8").decode("utf-8") == once


def test_what_is_normal_already_is_not_copied():
    text = "休暇は年に十日です。"
    assert normalize(text).text is text
    assert normalize(text).original_span(3, 7) == (3, 7)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_every_character_came_from_something_within_the_text(text):
    normalized = normalize(text)
    for place in range(len(normalized.text)):
        start, end = normalized.original_span(place, place + 1)
        assert 0 <= start < end <= len(text)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_later_characters_came_from_later_places(text):
    normalized = normalize(text)
    spans = [normalized.original_span(n, n + 1) for n in range(len(normalized.text))]
    assert spans == sorted(spans)
    assert [end for _, end in spans] == sorted(end for _, end in spans)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_a_span_reaches_from_its_first_characters_origin_to_its_lasts(text):
    normalized = normalize(text)
    length = len(normalized.text)
    for start in range(length):
        for end in (start + 1, start + 2, length):
            if end <= length:
                first, _ = normalized.original_span(start, start + 1)
                _, last = normalized.original_span(end - 1, end)
                assert normalized.original_span(start, end) == (first, last)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_the_place_a_span_came_from_normalises_to_what_the_span_holds(text):
    normalized = normalize(text)
    length = len(normalized.text)
    for start in range(length):
        for end in (start + 1, start + 3, length):
            first, last = normalized.original_span(start, min(end, length))
            assert normalized.text[start:end] in normalize(text[first:last]).text


@settings(max_examples=300)
@given(ANY_TEXT)
def test_nothing_that_is_seen_lies_outside_every_span(text):
    normalized = normalize(text)
    covered = set()
    for place in range(len(normalized.text)):
        covered.update(range(*normalized.original_span(place, place + 1)))
    assert seen("".join(c for n, c in enumerate(text) if n not in covered)) == ""


@settings(max_examples=300)
@given(ANY_TEXT)
def test_an_empty_span_came_from_an_empty_place(text):
    normalized = normalize(text)
    for place in range(len(normalized.text) + 1):
        start, end = normalized.original_span(place, place)
        assert 0 <= start == end <= len(text)


@pytest.mark.parametrize(
    ("text", "span", "original"),
    [
        ("ｶﾞｽ㌕", (0, 1), "ｶﾞ"),
        ("ｶﾞｽ㌕", (1, 2), "ｽ"),
        ("ｶﾞｽ㌕", (2, 7), "㌕"),
        ("ｶﾞｽ㌕", (3, 4), "㌕"),
        ("ｶﾞｽ㌕", (1, 4), "ｽ㌕"),
        ("か\u3099く\u3099", (1, 2), "く\u3099"),
        ("一\u200b二三", (1, 3), "二三"),
        ("一\u200b二三", (0, 2), "一\u200b二"),
        ("一行目\nＡＢ\n三行目", (4, 6), "ＡＢ"),
        ("一行目\nＡＢ\n三行目", (7, 9), "三行"),
        ("\x00\x00東京", (0, 2), "東京"),
    ],
)
def test_a_highlight_points_into_the_text_as_it_was_written(text, span, original):
    start, end = normalize(text).original_span(*span)
    assert text[start:end] == original
