"""Terms as Japanese users expect them, where they stand, and how they are counted."""

import re
import unicodedata
from importlib import metadata
from unittest.mock import patch

import pytest

from kotogura.analysis.analyzer import Token, fingerprint
from kotogura.analysis.tokenizers import sudachi_analyzer
from tests.unit.analysis.texts import HOSTILE


@pytest.fixture
def terms(analyzer):
    """Return what lists a text's terms."""
    return lambda text: [token.term for token in analyzer.analyze(text).tokens]


@pytest.fixture
def places(analyzer):
    """Return what lists (term, position, the original's words) of a text's tokens."""

    def listed(text):
        tokens = analyzer.analyze(text).tokens
        return [(token.term, token.position, text[token.start : token.end]) for token in tokens]

    return listed


def test_a_compound_is_found_whole_and_by_its_parts(analyzer):
    assert analyzer.analyze("関西国際空港へ").tokens == (
        Token("関西国際空港", 0, 0, 6),
        Token("関西", 0, 0, 2),
        Token("国際", 1, 2, 4),
        Token("空港", 2, 4, 6),
    )


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("東京都立大学", "大学"),
        ("東京都立大学", "東京"),
        ("国民健康保険料", "保険"),
        ("外国人参政権", "外国"),
    ],
)
def test_a_compound_is_found_by_each_of_its_words(terms, text, part):
    assert part in terms(text)


def test_a_compounds_parts_stand_one_after_another_and_what_follows_after_them(places):
    assert places("新しい関西国際空港の駅") == [
        ("新しい", 0, "新しい"),
        ("関西国際空港", 1, "関西国際空港"),
        ("関西", 1, "関西"),
        ("国際", 2, "国際"),
        ("空港", 3, "空港"),
        ("駅", 5, "駅"),
    ]


def test_a_query_for_part_of_a_compound_meets_the_documents_positions(places):
    def positions(text):
        return {term: position for term, position, _ in places(text)}

    whole, part = positions("関西国際空港"), positions("国際空港")
    assert whole["空港"] - whole["国際"] == part["空港"] - part["国際"] == 1


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("私は東京へ行きました。", ["私", "東京", "行く"]),
        ("食べられませんでした", ["食べる"]),
        ("「これは、会議…？」", ["此れ", "会議"]),
        ("！？＄％＆・→※", []),
        ("  　\t\n", []),
        ("snake_case", ["スネーク", "snake", "ケース", "case"]),
    ],
)
def test_particles_auxiliaries_symbols_and_blanks_are_dropped(terms, text, kept):
    assert terms(text) == kept


@pytest.mark.parametrize("kanji", "魈鬱空鬼々〆程迄也乃哉宛𠮷豈")
def test_a_single_kanji_is_never_dropped(terms, kanji):
    assert len(terms(kanji)) >= 1


def test_a_kanji_that_is_a_particle_is_found_as_it_is_written(places):
    assert ("迄", 2, "迄") in places("五時迄")
    assert places("迄") == [("迄", 0, "迄")]


def test_every_kanji_of_everyday_use_and_every_kanji_at_all_gives_a_term(analyzer):
    rare = [chr(n) for n in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    text = "。".join(rare)
    found = {token.start for token in analyzer.analyze(text).tokens}
    assert [text[n] for n in range(0, len(text), 2) if n not in found] == []


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("5", "5"),
        ("５", "5"),
        ("①", "1"),
        ("123", "123"),
        ("3.14", "3.14"),
        ("一二三", "123"),
        ("a", "a"),
        ("Ａ", "a"),
        ("Ω", "ω"),
        ("Straße", "strasse"),
        ("10℃", "10"),
        ("㈱", "(株)"),
        ("ッー", "ッー"),
    ],
)
def test_numbers_and_letters_are_never_dropped(terms, text, term):
    assert term in terms(text)


def test_a_latin_word_keeps_its_own_form_beside_the_katakana_one(places):
    assert places("git の commit") == [
        ("git", 0, "git"),
        ("コミット", 4, "commit"),
        ("commit", 4, "commit"),
    ]


@pytest.mark.parametrize("text", ["commit", "Commit", "COMMIT", "ｃｏｍｍｉｔ", "ＣＯＭＭＩＴ"])
def test_a_latin_word_is_one_in_any_case_and_width(terms, text):
    assert terms(text) == ["コミット", "commit"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サーバ", "サーバー"),
        ("ｻｰﾊﾞｰ", "サーバー"),
        ("ﾌｨﾙﾀｰ", "フィルター"),
        ("ＷＭ－８０００", "WM-8000"),
        ("附属", "付属"),
        ("ヴァイオリン", "バイオリン"),
        ("引越し", "引っ越し"),
        ("休\u200b暇", "休暇"),
        ("葛\U000e0100城", "葛城"),
        ("か\u3099く\u3099", "がぐ"),
        ("サーバーーー", "サーバー"),
        ("㌕", "キログラム"),
    ],
)
def test_two_writings_of_one_word_are_one_term(terms, one, other):
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("山﨑", "山崎"),
        ("𠮷田", "吉田"),
        ("國語學校", "国語学校"),
        ("充塡", "充填"),
    ],
)
def test_written_forms_of_one_kanji_are_one(terms, one, other):
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize(("one", "other"), [("着", "著"), ("雲", "云"), ("葉", "叶"), ("裏", "裡")])
def test_kanji_that_are_words_of_their_own_stay_apart(terms, one, other):
    assert terms(one) != terms(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("当社のｻｰﾊﾞｰは", ["当社", "ｻｰﾊﾞｰ"]),
        ("水㌕\n本", ["水", "㌕", "本"]),
        ("\ufeff休\u200b暇\x00届", ["休\u200b暇\x00届", "休\u200b暇", "届"]),
        ("ｶ\u200bﾞｽ\nサ\u200bーバ", ["ｶ\u200bﾞｽ", "サ\u200bーバ"]),
        ("㍿港", ["㍿", "㍿", "㍿", "港"]),
    ],
)
def test_a_highlight_shows_the_words_as_they_were_written(places, text, words):
    assert [surface for _, _, surface in places(text)] == words


def test_words_are_counted_without_their_compounds(analyzer):
    assert analyzer.analyze("関西国際空港").length == 3
    assert analyzer.analyze("関西と国際と空港").length == 3
    assert analyzer.analyze("commit").length == 1
    assert analyzer.analyze("はですます。").length == 0
    assert analyzer.analyze("").length == 0


def test_positions_go_on_over_what_is_dropped_and_over_sentences(places):
    assert [(term, position) for term, position, _ in places("東京は。大阪")] == [
        ("東京", 0),
        ("大阪", 3),
    ]


def test_a_long_text_has_positions_and_places_throughout(analyzer):
    sentence = "関西国際空港へ行った。"
    tokens = analyzer.analyze(sentence * 3000).tokens
    assert len(tokens) == 5 * 3000
    per_sentence = tokens[5].position
    for number in (1, 1499, 2999):
        shifted = tokens[5 * number : 5 * number + 5]
        assert [t.position - per_sentence * number for t in shifted] == [0, 0, 1, 2, 4]
        assert [t.start - len(sentence) * number for t in shifted] == [0, 0, 2, 4, 7]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_analysed(analyzer, name):
    text = HOSTILE[name]
    analyzed = analyzer.analyze(text)
    assert all(0 <= t.start < t.end <= len(text) for t in analyzed.tokens)
    assert analyzed.length <= len(analyzed.tokens)


# The fingerprint


def test_a_fingerprint_is_sixteen_hexadecimal_digits(analyzer):
    assert re.fullmatch("[0-9a-f]{16}", fingerprint())
    assert analyzer.fingerprint == fingerprint()


def test_a_fingerprint_stays_as_long_as_nothing_changes():
    assert fingerprint() == fingerprint()


@pytest.mark.parametrize("package", ["sudachipy", "sudachidict-core"])
def test_another_tokenizer_or_dictionary_has_another_fingerprint(package):
    before = fingerprint()
    real = metadata.version
    with patch.object(metadata, "version", lambda name: "0" if name == package else real(name)):
        assert fingerprint() != before


def test_other_unicode_data_and_other_code_have_other_fingerprints():
    before = fingerprint()
    with patch.object(unicodedata, "unidata_version", "1.1.5"):
        assert fingerprint() != before
    with patch("kotogura.analysis.analyzer._REVISION", 0):
        assert fingerprint() != before


def test_what_was_analysed_before_changes_no_term():
    before = sudachi_analyzer()
    texts = ["\u0130。", "\u0130", "三千\u0130", "\u0130ー", "\u0130"]  # İ: one letter, or two
    for text in texts:
        assert before.analyze(text) == sudachi_analyzer().analyze(text)
