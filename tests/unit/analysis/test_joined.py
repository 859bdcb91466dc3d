"""Terms of a text beside its words: without signs or accents, over lines, of kana that was cut."""

import pytest

from kotogura.analysis.analyzer import SudachiAnalyzer
from kotogura.analysis.latin import without_accents


def spans(analyzer: SudachiAnalyzer, text: str, stream: str, term: str) -> list[str]:
    """Return what `term` covers in `text`, each time that it stands there."""
    analyzed = analyzer.analyze(text)
    columns = analyzed if stream == "words" else getattr(analyzed, stream)
    return [
        text[analyzed.unit_starts[position] : analyzed.unit_ends[position + width - 1]]
        for one, position, width in zip(
            columns.terms, columns.positions, columns.widths, strict=True
        )
        if one == term
    ]


@pytest.mark.parametrize(
    ("text", "stream", "term", "span"),
    [
        ("新しいNode.jsで組む", "words", "nodejs", "Node.js"),
        ("新しいNode.jsで組む", "words", "node.js", "Node.js"),
        ("電話は06-6543-2109へ", "words", "0665432109", "06-6543-2109"),
        ("電話は06(6543)2109へ", "words", "0665432109", "06(6543)2109"),
        ("〒650-0042の倉庫", "words", "6500042", "650-0042"),
        ("㈱みなと堂", "words", "株式会社", "㈱"),
        ("みなと堂(有)と結ぶ", "words", "有限会社", "(有)"),
        ("駅前のcaféで待つ", "words", "cafe", "café"),
        ("四ツ谷へ行く", "words", "四谷", "四ツ谷"),
        ("新神戸で乗る", "words", "神戸", "神戸"),
        ("見なおして送る", "words", "見直し", "見なおし"),
        ("いなづまの絵", "words", "稲妻", "いなづま"),
        ("すたっふ募集", "readings", "すたっふ", "すたっふ"),
        ("経理部長の印", "grams", "部長", "部長"),
        ("注\n文の控え", "grams", "注文", "注\n文"),
    ],
)
def test_a_term_that_several_units_make_covers_them(analyzer, text, stream, term, span):
    assert spans(analyzer, text, stream, term) == [span]


@pytest.mark.parametrize(
    ("text", "stream", "term"),
    [
        ("1-2の間", "words", "12"),
        ("型番はA06-6543-2109", "words", "0665432109"),
        ("三ツ沢の駅", "words", "三沢"),  # another place, which reads otherwise
        ("新発田の駅", "words", "発田"),
        ("新宿の駅", "words", "宿"),
        ("注\n\n文", "grams", "注文"),
        ("東京\n都内", "grams", "京都"),
    ],
)
def test_what_is_another_word_has_no_such_term(analyzer, text, stream, term):
    assert spans(analyzer, text, stream, term) == []


@pytest.mark.parametrize(
    "text", ["㈱みなと堂", "Node.jsとcafé", "06-6543-2109", "注\n文", "いなづまの絵"]
)
def test_streams_stay_ordered_and_within_the_text(analyzer, text):
    analyzed = analyzer.analyze(text)
    for columns in (analyzed, analyzed.readings, analyzed.grams):
        assert list(columns.positions) == sorted(columns.positions)
        ends = [sum(place) for place in zip(columns.positions, columns.widths, strict=True)]
        assert all(end <= len(analyzed.unit_starts) for end in ends)


def test_a_sign_that_tells_words_apart_stays(analyzer):
    assert "C++" not in spans(analyzer, "C++で組む", "words", "c")
    assert spans(analyzer, "C++で組む", "words", "c++") == ["C++"]


def test_words_of_several_units_do_not_lengthen_a_text(analyzer):
    assert (
        analyzer.analyze("電話06-6543-2109").length == analyzer.analyze("電話06 6543 2109").length
    )


@pytest.mark.parametrize(
    ("accented", "plain"), [("café", "cafe"), ("ærø", "aero"), ("über", "uber"), ("が", "が")]
)
def test_only_latin_letters_lose_their_marks(accented, plain):
    assert without_accents(accented) == plain
