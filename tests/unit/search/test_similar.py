"""What means alike as a text, as a word, and how scores by both are explained."""

from pathlib import Path

import pytest

from kotogura.analysis.analyzer import Analyzer
from kotogura.errors import InvalidFilter, InvalidQuery, ModelNotReady
from kotogura.search.explain import Explanation
from kotogura.search.similar import TEXT_LIMIT_CHARACTERS
from tests.memory.library import Library

CAR = "the car stood in the yard all night"
FOOD = "lunch is served at noon in the canteen"


@pytest.fixture
def filled(library: Library) -> Library:
    library.described["cars.txt"] = {"tag": ["traffic"]}
    library.upload("cars.txt", CAR, "vehicles")
    library.upload("food.txt", FOOD, "canteen")
    library.upload("rain.txt", "rain fell on the yard", "weather")
    return library


@pytest.fixture
def trained(filled: Library) -> Library:
    filled.promote("first")
    return filled


def found(library: Library, text: str, **options: object) -> list[str | None]:
    answer = library.service().similar_to_text(library.tenant, text, **options)  # type: ignore[arg-type]
    return [hit.name for hit in answer.hits]


def test_documents_of_like_meaning_as_a_text_are_found_with_their_passage(
    trained: Library,
) -> None:
    answer = trained.service().similar_to_text(trained.tenant, "an automobile in the yard", 2)
    assert [hit.name for hit in answer.hits] == ["cars.txt", "rain.txt"]
    assert answer.generation == trained.manifest.generation
    assert answer.hits[0].snippet is not None
    assert answer.hits[0].snippet.text == CAR
    assert answer.hits[0].score is not None
    assert 0 < answer.hits[0].score <= 1


@pytest.mark.parametrize("text", ["", " ", "\u3000\n\t", "。、。"])
def test_a_text_that_means_nothing_is_similar_to_nothing(trained: Library, text: str) -> None:
    assert found(trained, text) == []


def test_the_longest_text_is_taken_and_a_longer_one_is_not(trained: Library) -> None:
    text = ("automobile night " * TEXT_LIMIT_CHARACTERS)[:TEXT_LIMIT_CHARACTERS]
    assert found(trained, text)[0] == "cars.txt"
    with pytest.raises(InvalidQuery):
        found(trained, f"{text}x")


def test_a_long_text_means_what_most_of_it_means(trained: Library) -> None:
    sentences = [f"{FOOD}。"] * 60 + [f"{CAR}。"] * 2
    assert found(trained, "\n".join(sentences))[0] == "food.txt"


def test_filters_hold(trained: Library) -> None:
    assert found(trained, FOOD, filters=["tag:traffic"]) == ["cars.txt"]
    assert found(trained, FOOD, filters=["tag:nothing"]) == []
    with pytest.raises(InvalidFilter):
        found(trained, FOOD, filters=["tag"])


@pytest.mark.parametrize("limit", [0, 101])
def test_a_limit_out_of_bounds_is_refused(trained: Library, limit: int) -> None:
    with pytest.raises(InvalidQuery):
        found(trained, FOOD, limit=limit)


@pytest.mark.parametrize("text", ["", FOOD])
def test_without_a_model_there_is_nothing_similar(filled: Library, text: str) -> None:
    with pytest.raises(ModelNotReady):
        found(filled, text)


def test_all_spellings_of_a_word_have_the_same_neighbours(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    library = Library(tmp_path, analyzer=analyzer)
    library.upload("a.txt", "サーバを止める。倉庫の鍵を預かる。")
    library.upload("b.txt", "サーバーを起動する。引越の見積もり。")
    library.upload("c.txt", "ｻｰﾊﾞｰの電源。引っ越しの日取り。")
    library.promote("first")
    service = library.service()

    def neighbours(word: str) -> list[tuple[str, float, int]]:
        hits = service.similar_words(library.tenant, word, 20).hits
        return [(hit.word, hit.similarity, hit.document_frequency) for hit in hits]

    for one, *others in (["サーバ", "サーバー", "ｻｰﾊﾞｰ"], ["引越", "引っ越し"]):
        assert neighbours(one)
        for other in others:
            assert neighbours(other) == neighbours(one)
    frequencies = {word: count for word, _, count in neighbours("電源")}
    assert frequencies["サーバー"] == 3
    assert frequencies["引っ越し"] == 2
    assert not {"サーバ", "引越"} & set(frequencies)


def test_to_a_word_that_means_nothing_none_is_similar(trained: Library) -> None:
    assert trained.service().similar_words(trained.tenant, "、").hits == []


@pytest.mark.parametrize("query", ["car yard", "automobile", "canteen -rain", "quince"])
def test_a_score_by_both_is_its_words_and_its_meaning(trained: Library, query: str) -> None:
    hits = trained.service().search(trained.tenant, query, "both", explain=True).hits
    assert hits
    for hit in hits:
        assert hit.explanation is not None
        whole = hit.explanation
        assert whole.value == pytest.approx(hit.score, abs=1e-6)
        parts = whole.parts if whole.kind == "sum" else [whole]
        assert {part.kind for part in parts} <= {"words", "meaning"}
        assert sum(part.value for part in parts) == pytest.approx(hit.score, abs=1e-6)
        for part in parts:
            follows_from_its_bounds(part)


def test_a_score_of_a_query_without_words_is_explained_by_its_meaning_alone(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    library = Library(tmp_path, analyzer=analyzer)
    library.upload("stay.txt", "これ は ここ に ある")
    library.upload("go.txt", "それ は そこ へ 行く")
    library.promote("first")
    hits = library.service().search(library.tenant, "は", "both", explain=True).hits
    assert hits
    for hit in hits:
        assert hit.explanation is not None
        assert hit.explanation.kind == "meaning"
        assert hit.explanation.value == pytest.approx(hit.score, abs=1e-6)


def follows_from_its_bounds(part: Explanation) -> None:
    assert part.share is not None
    if part.kind == "words":
        assert part.value == pytest.approx(sum(one.value for one in part.parts))
        return
    assert part.furthest is not None
    assert part.similarity is not None
    above = max(part.similarity - part.furthest, 0)
    assert part.value == pytest.approx(part.share * above, abs=1e-9)


def test_a_filter_decides_among_whom_the_nearest_are_counted(
    trained: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kotogura.search.fusion.POOL_COUNT", 2)
    service = trained.service()
    hits = service.search(trained.tenant, "lunch at noon", "both", filters=["tag:traffic"]).hits
    assert [hit.name for hit in hits] == ["cars.txt"]
