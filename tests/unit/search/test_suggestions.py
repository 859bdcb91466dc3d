"""Suggestions while typing, by how words are written and how they are read."""

import pytest

from kotogura.errors import AnalyzerMismatch, InvalidQuery
from kotogura.search.suggestions import TYPED_LIMIT_CHARACTERS
from kotogura.tenants.identity import TenantId
from tests.memory.language import WordAnalyzer
from tests.memory.library import Library

TEXTS = {
    "庁舎.txt": "東京都庁の見学は予約が要る。",
    "会議.txt": "会議は東京で開き、東京の会場を使う。",
    "出張.txt": "東京への出張は事前に申請する。",
    "京都.txt": "京都の会議室は予約できる。",
    "機器.txt": "サーバーの設定はGitLabで管理する。",
    "予約.txt": "予約の取消は総務課へ。",
}


def words(library: Library, typed: str, limit: int = 10) -> list[str]:
    answer = library.service().suggest(library.tenant, typed, limit)
    return [one.word for one in answer.suggestions]


@pytest.mark.parametrize(
    "typed",
    [
        "東",
        "東京",
        "と",
        "とうきょ",
        "トウキョ",
        "とうky",
        "t",
        "toky",
        "tokyo",
        "toukyou",
        "tōkyō",
        "Tokyo",
    ],
)
def test_a_word_is_found_by_kanji_kana_and_letters(japanese: Library, typed: str) -> None:
    found = words(japanese, typed)
    assert found[0] == "東京"
    assert "東京都庁" in found


def test_more_documents_come_first_then_the_shorter(japanese: Library) -> None:
    answer = japanese.service().suggest(japanese.tenant, "よ")
    (first,) = answer.suggestions
    assert (first.word, first.reading, first.document_frequency) == ("予約", "よやく", 3)
    assert answer.generation == japanese.manifest.generation
    assert words(japanese, "東") == ["東京", "東京都庁"]
    assert words(japanese, "会") == ["会議", "会場", "会議室"]


def test_kana_keep_long_and_short_vowels_apart(japanese: Library) -> None:
    assert words(japanese, "ときょ") == []
    assert "東京" in words(japanese, "tokyo")


def test_the_last_word_of_several_is_completed(japanese: Library) -> None:
    answer = japanese.service().suggest(japanese.tenant, "  予約 とうきょ")
    assert answer.suggestions[0].text == "予約 東京"
    answer = japanese.service().suggest(japanese.tenant, "会議 -(title:とうきょ")
    assert answer.suggestions[0].text == "会議 -(title:東京"


@pytest.mark.parametrize(
    "typed", ["", "  ", "東京 ", "東京\u3000", "\u200b", "ッー", "\ud800", '"']
)
def test_nothing_typed_suggests_nothing(japanese: Library, typed: str) -> None:
    assert words(japanese, typed) == []


def test_latin_words_and_katakana_are_found_in_any_case_and_script(japanese: Library) -> None:
    assert words(japanese, "gitl") == ["GitLab"]
    assert words(japanese, "ＧＩＴ") == ["GitLab"]
    assert (
        words(japanese, "さーば")
        == words(japanese, "サーバ")
        == words(japanese, "saaba")
        == ["サーバー"]
    )


def test_limit_is_kept(japanese: Library) -> None:
    assert len(words(japanese, "東", 1)) == 1
    for limit in (0, 21):
        with pytest.raises(InvalidQuery):
            words(japanese, "東", limit)
    with pytest.raises(InvalidQuery):
        words(japanese, "東" * (TYPED_LIMIT_CHARACTERS + 1))


def test_merging_changes_no_suggestion(japanese: Library) -> None:
    before = {typed: words(japanese, typed) for typed in ("東", "k", "よ", "か")}
    assert japanese.compact()
    assert {typed: words(japanese, typed) for typed in before} == before


def test_words_of_removed_documents_are_not_suggested(japanese: Library) -> None:
    japanese.compact()
    assert words(japanese, "きょうと") == ["京都"]
    japanese.delete("京都.txt")
    assert words(japanese, "きょうと") == []
    assert words(japanese, "かいぎ") == ["会議"]
    assert words(japanese, "東京") == ["東京", "東京都庁"]


def test_another_tenants_words_are_not_suggested(japanese: Library) -> None:
    other = japanese.of(TenantId("tsubame"))
    assert words(other, "東") == []
    other.upload("東北.txt", "東北の支店。")
    assert words(other, "東") == ["東北"]


def test_an_index_of_another_analyzer_is_refused(japanese: Library) -> None:
    japanese.words = WordAnalyzer("f" * 16)
    with pytest.raises(AnalyzerMismatch):
        words(japanese, "東")
