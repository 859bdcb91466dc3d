"""Readings, grams of unknown words, and words joined by signs: what stands beside the words."""

import pytest
from hypothesis import given, settings

from kotogura.analysis.analyzer import AnalyzedText, TermStream
from tests.unit.analysis.texts import ANY_TEXT


def listed(stream: TermStream | AnalyzedText) -> list[tuple[str, int, int]]:
    return list(zip(stream.terms, stream.positions, stream.widths, strict=True))


def test_a_compound_and_its_parts_are_read_where_they_stand(analyzer):
    assert listed(analyzer.analyze("関西国際空港").readings) == [
        ("かんさいこくさいくうこう", 0, 3),
        ("かんさい", 0, 1),
        ("こくさい", 1, 1),
        ("くうこう", 2, 1),
    ]


@pytest.mark.parametrize(
    "text", ["サーバー", "とうきょう", "2026", "食べる", "魈", "の", "WM-8000"]
)
def test_what_is_written_as_it_is_read_or_can_not_be_read_has_no_reading(analyzer, text):
    assert listed(analyzer.analyze(text).readings) == []


def test_an_unknown_word_has_a_unit_and_a_gram_for_each_of_its_characters(analyzer):
    analyzed = analyzer.analyze("ホゲフガの本")
    assert listed(analyzed)[0] == ("ホゲフガ", 0, 4)
    assert listed(analyzed.grams) == [("ホゲ", 0, 2), ("ゲフ", 1, 2), ("フガ", 2, 2)]
    assert list(analyzed.unit_starts) == [0, 1, 2, 3, 4, 5]


def test_each_kanji_of_an_unknown_word_can_be_found(analyzer):
    assert ("龘", 1, 1) in listed(analyzer.analyze("魈龘").grams)


@pytest.mark.parametrize("text", ["関西国際空港", "東京", "unknownword", "一二三", "サーバー"])
def test_words_that_the_dictionary_has_have_no_grams(analyzer, text):
    assert listed(analyzer.analyze(text).grams) == []


def test_an_unknown_word_counts_once_however_long(analyzer):
    assert analyzer.analyze("ホゲフガランド").length == 1
    assert analyzer.analyze("ホゲフガランドと本").length == 2


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("C++を学ぶ", ("c++", 0, 3)),
        ("CとC#", ("c#", 2, 2)),
        ("Node.jsの本", ("node.js", 0, 3)),
        ("apt-get", ("apt-get", 0, 3)),
        ("COVID-19の", ("covid-19", 0, 3)),
        ("COVID-19の", ("covid", 0, 1)),
    ],
)
def test_signs_that_belong_to_a_latin_word_are_kept(analyzer, text, token):
    assert token in listed(analyzer.analyze(text))


@settings(max_examples=300)
@given(ANY_TEXT)
def test_what_stands_beside_the_words_stands_in_the_texts_units(analyzer, text):
    analyzed = analyzer.analyze(text)
    units = len(analyzed.unit_starts)
    for stream in (analyzed, analyzed.readings, analyzed.grams):
        assert list(stream.positions) == sorted(stream.positions)
        for term, position, width in listed(stream):
            assert term.strip()
            assert width >= 1
            assert position + width <= units


def test_a_compound_verb_is_not_cut_and_its_stem_is_a_noun_too(analyzer):
    assert listed(analyzer.analyze("繰り越し")) == [("繰り越す", 0, 1), ("繰り越し", 0, 1)]
    assert listed(analyzer.analyze("打切り"))[1] == ("打ち切り", 0, 1)
