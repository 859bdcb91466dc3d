"""Did you mean: what a query that finds nothing may have meant."""

import pytest

from kotogura.analysis.sounds import sound
from kotogura.search import service as service_module
from kotogura.search import written as written_module
from kotogura.tenants.identity import TenantId
from tests.memory.library import Library

TEXTS = {
    "出張.txt": "東京への出張。",
    "京都.txt": "京都の予約。",
    "会場.txt": "東京の会場を予約する。",
    "機器.txt": "サーバーの設定はGitLabで管理する。",
    "診断.txt": "健康診断の日程。",
}


def meant(library: Library, query: str, **options: list[str]) -> list[str]:
    answer = library.service().search(library.tenant, query, "words", **options)  # type: ignore[arg-type]
    assert not answer.did_you_mean or not answer.total
    return answer.did_you_mean


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("東今", "東京"),
        ("けんこうしんたん", "健康診断"),
        ("tokio", "東京"),
        ("gitlob", "GitLab"),
        ("サバーー", "サーバー"),
    ],
)
def test_the_nearest_word_is_meant(japanese: Library, query: str, first: str) -> None:
    assert meant(japanese, query)[0] == first


def test_what_is_meant_finds_something(japanese: Library) -> None:
    for query in ("東今", "tokio", "よやかく", "gitlob"):
        for spelling in meant(japanese, query):
            assert japanese.found(spelling)


def test_of_equally_near_words_the_more_frequent_is_meant(japanese: Library) -> None:
    assert meant(japanese, "東都") == ["東京", "京都"]


def test_only_the_wrong_words_of_several_are_changed(japanese: Library) -> None:
    (first, *_) = meant(japanese, 'gitlob -会議 AND "東今"')
    assert first == 'GitLab -会議 AND "東京"'


def test_half_a_character_is_not_said_back(japanese: Library) -> None:
    assert meant(japanese, "東今\n\ud800")[0] == "東京\n\N{REPLACEMENT CHARACTER}"


def test_how_a_reading_sounds_is_worked_out_once_for_many_words(
    japanese: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def telling(text: str) -> str:
        told.append(text)
        return sound(text)

    monkeypatch.setattr(written_module, "sound", telling)
    assert meant(japanese, "tokio kioto yoyakku")
    assert meant(japanese, "yoyakku tokio")
    assert 0 < told.count("とうきょう") <= len(japanese.manifest.segments)


def test_a_search_that_finds_something_means_what_it_says(
    japanese: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[str]:
        raise AssertionError("a search with hits pays for no spelling")

    monkeypatch.setattr(service_module, "did_you_mean", fail)
    assert meant(japanese, "東京 gitlob") == []
    assert meant(japanese, "東京") == []


def test_words_that_are_there_are_not_mended(japanese: Library) -> None:
    assert meant(japanese, "東京", filters=["type:pdf"]) == []
    assert meant(japanese, "とうきょう", filters=["type:pdf"]) == []


@pytest.mark.parametrize(
    "query", ["。。。", "zzzzzzzzqqqq", "龘", "魈魈魈魈魈", "東" * 100, "ッー", "\ud800a"]
)
def test_what_is_near_to_nothing_means_nothing(japanese: Library, query: str) -> None:
    assert meant(japanese, query) == []


def test_words_of_removed_documents_are_not_meant(japanese: Library) -> None:
    japanese.compact()
    assert meant(japanese, "gitlob") == ["GitLab"]
    japanese.delete("機器.txt")
    assert meant(japanese, "gitlob") == []


def test_another_tenants_words_are_not_meant(japanese: Library) -> None:
    other = japanese.of(TenantId("tsubame"))
    other.upload("一.txt", "健康")
    assert meant(other, "東今") == []


def test_by_meaning_and_word_the_words_are_mended_too(japanese: Library) -> None:
    japanese.promote("first")
    answer = japanese.service().search(japanese.tenant, "gitlob", "both")
    assert answer.did_you_mean == ["GitLab"]
    assert japanese.service().search(japanese.tenant, "東京", "both").did_you_mean == []
    assert japanese.service().search(japanese.tenant, "gitlob", "meaning").did_you_mean == []
