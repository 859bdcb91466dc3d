"""The questions that can be asked: by word, by meaning, by both, and for what is similar."""

from dataclasses import replace

import pytest

from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.documents.identity import document_id
from kotogura.errors import (
    AnalyzerMismatch,
    CorruptIndex,
    DocumentNotFound,
    InvalidQuery,
    ModelNotReady,
)
from kotogura.search import opened, service
from kotogura.search.request import HIT_LIMIT, QUERY_LIMIT_CHARACTERS
from kotogura.semantics.vectors import WordVectors
from kotogura.tenants.identity import TenantId
from tests.memory.language import WordAnalyzer
from tests.memory.library import Library

TEXTS = {
    "cars.txt": ("the car park", "leave the car in north yard"),
    "rest.txt": ("days of rest", "ask for vacation one day before"),
    "food.txt": ("our canteen", "lunch is served at noon"),
    "both.txt": ("travel", "an automobile may carry guests"),
}


@pytest.fixture
def filled(library: Library) -> Library:
    for name, (title, body) in TEXTS.items():
        library.upload(name, body, title)
    return library


@pytest.fixture
def trained(filled: Library) -> Library:
    filled.promote("first")
    return filled


def names(hits: list) -> list[str]:
    return [hit.name for hit in hits]


def test_words_find_documents_that_have_them(filled: Library) -> None:
    answer = filled.service().search(filled.tenant, "car", "words")
    assert (answer.mode, answer.generation, answer.total) == ("words", 4, 1)
    (hit,) = answer.hits
    assert (hit.document_id, hit.name, hit.title) == (
        document_id("cars.txt"),
        "cars.txt",
        "the car park",
    )
    assert hit.score > 0
    assert hit.snippet.text == TEXTS["cars.txt"][1]
    assert hit.snippet.highlights == [(10, 13)]
    assert hit.title_highlights == [(4, 7)]


def test_words_that_nobody_wrote_find_nothing(filled: Library) -> None:
    answer = filled.service().search(filled.tenant, "quince", "words")
    assert (answer.hits, answer.total) == ([], 0)


def test_a_query_of_dropped_words_finds_nothing(filled: Library) -> None:
    answer = filled.service().search(filled.tenant, "。、", "words")
    assert (answer.hits, answer.total) == ([], 0)


def test_meaning_finds_documents_that_say_it_otherwise(trained: Library) -> None:
    answer = trained.service().search(trained.tenant, "automobile", "meaning", 2)
    assert names(answer.hits) == ["cars.txt", "both.txt"]
    assert 1 >= answer.hits[0].score > answer.hits[1].score > 0
    assert answer.hits[0].snippet.highlights == []
    assert "car" in answer.hits[0].snippet.text


def test_a_passage_is_shown_for_a_meaning(library: Library) -> None:
    body = "lunch is served at noon " * 20 + "。\n\nvehicle cars wheels\n\n" + "rain " * 80
    library.upload("long.txt", body, "many things")
    library.promote("first")
    (hit,) = library.service().search(library.tenant, "automobile wheels", "meaning").hits
    assert "wheels" in hit.snippet.text
    assert body[hit.snippet.start :].startswith(hit.snippet.text)


def test_both_finds_what_either_finds_and_puts_first_what_both_find(trained: Library) -> None:
    answer = trained.service().search(trained.tenant, "car", "both")
    assert names(answer.hits)[:2] == ["cars.txt", "both.txt"]
    assert answer.hits[0].score > answer.hits[1].score
    assert answer.hits[0].snippet.highlights == [(10, 13)]
    assert answer.mode == "both"


def test_without_a_mode_it_is_words_until_there_is_a_model_and_both_from_then(
    filled: Library,
) -> None:
    assert filled.service().search(filled.tenant, "car").mode == "words"
    filled.promote("first")
    assert filled.service().search(filled.tenant, "car").mode == "both"


@pytest.mark.parametrize("mode", ["meaning", "both"])
def test_there_is_no_meaning_without_a_model(filled: Library, mode: str) -> None:
    with pytest.raises(ModelNotReady):
        filled.service().search(filled.tenant, "car", mode)


def test_similar_documents_and_words_need_a_model_too(filled: Library) -> None:
    with pytest.raises(ModelNotReady):
        filled.service().similar_documents(filled.tenant, document_id("cars.txt"))
    with pytest.raises(ModelNotReady):
        filled.service().similar_words(filled.tenant, "car")


def test_a_document_is_told_whole(filled: Library) -> None:
    answer = filled.service().document(filled.tenant, document_id("food.txt"))
    assert answer.model_dump() == {
        "document_id": document_id("food.txt"),
        "name": "food.txt",
        "title": "our canteen",
        "body": "lunch is served at noon",
        "truncated": False,
        "media_type": "text/plain",
        "generation": 4,
    }


def test_a_body_that_no_answer_could_hold_is_cut_and_says_so(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BODY_LIMIT_CHARACTERS", 5)
    answer = filled.service().document(filled.tenant, document_id("food.txt"))
    assert (answer.body, answer.truncated) == ("lunch", True)


def test_similar_documents_are_the_others_by_closeness(trained: Library) -> None:
    own = document_id("cars.txt")
    answer = trained.service().similar_documents(trained.tenant, own, 10)
    assert answer.document_id == own
    assert "cars.txt" not in names(answer.hits)
    assert names(answer.hits)[0] == "both.txt"
    assert [hit.score for hit in answer.hits] == sorted(
        (hit.score for hit in answer.hits), reverse=True
    )
    assert len(trained.service().similar_documents(trained.tenant, own, 1).hits) == 1


def test_similar_words_leave_the_word_itself_out(trained: Library) -> None:
    answer = trained.service().similar_words(trained.tenant, "car", 3)
    assert answer.hits[0].word == "automobile"
    assert answer.hits[0].similarity == pytest.approx(1, abs=0.01)
    assert answer.hits[0].document_frequency == 1
    assert len(answer.hits) == 3
    assert "car" not in {hit.word for hit in answer.hits}


def test_a_word_that_nobody_wrote_has_similar_words(trained: Library) -> None:
    answer = trained.service().similar_words(trained.tenant, "vehicle", 2)
    assert {hit.word for hit in answer.hits} == {"car", "automobile"}


def test_a_document_that_is_not_there_is_not_found(trained: Library) -> None:
    service = trained.service()
    trained.delete("food.txt")
    for name in ("food.txt", "never.txt"):
        with pytest.raises(DocumentNotFound):
            service.document(trained.tenant, document_id(name))
        with pytest.raises(DocumentNotFound):
            service.similar_documents(trained.tenant, document_id(name))


def test_one_tenant_never_finds_anothers_documents(trained: Library) -> None:
    other = trained.of(TenantId("tsubame"))
    other.upload("other.txt", "another car for the vacation")
    other.promote("second")
    service = other.service()
    for mode in ("words", "meaning", "both"):
        assert names(service.search(other.tenant, "car vacation", mode).hits) == ["other.txt"]
    assert service.similar_documents(other.tenant, document_id("other.txt")).hits == []
    assert "yard" not in {hit.word for hit in service.similar_words(other.tenant, "car", 99).hits}
    with pytest.raises(DocumentNotFound):
        service.document(other.tenant, document_id("cars.txt"))
    assert names(service.search(trained.tenant, "car", "words").hits) == ["cars.txt"]


def test_a_tenant_without_documents_finds_nothing(library: Library) -> None:
    service = library.service()
    answer = service.search(library.tenant, "car")
    assert (answer.mode, answer.generation, answer.total, answer.hits) == ("words", 0, 0, [])
    with pytest.raises(DocumentNotFound):
        service.document(library.tenant, "a" * 26)
    with pytest.raises(ModelNotReady):
        service.search(library.tenant, "car", "meaning")


@pytest.mark.parametrize("query", ["", " ", "\u3000\n", "x" * (QUERY_LIMIT_CHARACTERS + 1)])
def test_a_blank_or_endless_query_is_refused(trained: Library, query: str) -> None:
    service = trained.service()
    for mode in ("words", "meaning", "both"):
        with pytest.raises(InvalidQuery):
            service.search(trained.tenant, query, mode)
    with pytest.raises(InvalidQuery):
        service.similar_words(trained.tenant, query)


@pytest.mark.parametrize("limit", [0, -1, HIT_LIMIT + 1])
def test_a_limit_out_of_bounds_is_refused(trained: Library, limit: int) -> None:
    service = trained.service()
    with pytest.raises(InvalidQuery):
        service.search(trained.tenant, "car", limit=limit)
    with pytest.raises(InvalidQuery):
        service.similar_documents(trained.tenant, document_id("cars.txt"), limit)
    with pytest.raises(InvalidQuery):
        service.similar_words(trained.tenant, "car", limit)


def test_the_longest_query_and_the_greatest_limit_are_taken(trained: Library) -> None:
    query = ("car " * QUERY_LIMIT_CHARACTERS)[:QUERY_LIMIT_CHARACTERS]
    assert names(trained.service().search(trained.tenant, query, "words", HIT_LIMIT).hits) == [
        "cars.txt"
    ]


def test_a_query_by_another_analyzer_is_refused(filled: Library) -> None:
    filled.words = WordAnalyzer("another analyzer")
    with pytest.raises(AnalyzerMismatch):
        filled.service().search(filled.tenant, "car", "words")


def test_each_request_sees_the_newest_generation(filled: Library) -> None:
    service = filled.service()
    assert service.search(filled.tenant, "car", "words").generation == 4
    filled.upload("new.txt", "another car")
    answer = service.search(filled.tenant, "car", "words")
    assert (answer.generation, answer.total) == (5, 2)


def test_generations_used_last_stay_open_and_the_others_are_closed(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "OPEN_GENERATION_COUNT", 2)
    service = filled.service()
    others = [filled.of(TenantId(f"tenant-{number}")) for number in range(3)]
    for other in others:
        other.upload("a.txt", f"car {other.tenant}")
    for _ in range(2):
        for other in (filled, *others):
            assert service.search(other.tenant, "car", "words").total == 1


def test_words_of_another_model_are_refused(trained: Library) -> None:
    model = trained.manifest.model
    assert model is not None
    words = WordVectors.from_file(trained.files.path(trained.tenant, model.words.name))
    wrong = replace(words, model_digest="another").to_file()
    trained.files.write(trained.tenant, model.words.name, wrong)
    with pytest.raises(CorruptIndex):
        trained.service().similar_words(trained.tenant, "car")


def test_japanese_highlights_point_into_the_text_as_it_was_written(library: Library) -> None:
    library.words = sudachi_analyzer()
    library.upload("規程.txt", "㌖表示の距離とｻｰﾊﾞｰの管理は総務が行う。", "ｻｰﾊﾞ管理")
    (hit,) = library.service().search(library.tenant, "サーバの距離", "words").hits
    text = hit.snippet.text
    assert [text[start:end] for start, end in hit.snippet.highlights] == ["距離", "ｻｰﾊﾞｰ"]
    assert [hit.title[start:end] for start, end in hit.title_highlights] == ["ｻｰﾊﾞ"]
