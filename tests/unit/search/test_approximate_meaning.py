"""With inverted files, a search by meaning answers as if all passages were compared."""

from pathlib import Path

import numpy as np
import pytest

from kotogura.documents.identity import document_id
from kotogura.search import meaning
from kotogura.semantics import neighbours
from kotogura.semantics.neighbours import Neighbours, add_missing
from tests.memory.library import Library

WORDS = ["car", "yard", "lunch", "noon", "rest", "rain", "road"]
COUNT = 24


@pytest.fixture
def approximate(built: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library so large, by these limits, that its passages are not all compared."""
    monkeypatch.setattr(meaning, "EXACT_COUNT", 4)
    monkeypatch.setattr(meaning, "LEAST_DOCUMENT_COUNT", 6)
    monkeypatch.setattr(meaning, "_CANDIDATE_COUNT", 10)
    monkeypatch.setattr(neighbours, "PROBED_SHARE", 1)
    return built


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Documents of one segment with an inverted file, one of them gone; no test changes it."""
    library = Library(tmp_path_factory.mktemp("approximate"))
    chance = np.random.default_rng(3)
    for number in range(COUNT):
        some = " ".join(chance.choice(WORDS, 5))
        library.described[f"{number}.txt"] = {"tag": ["even" if number % 2 == 0 else "odd"]}
        library.stage(library.put(f"{number}.txt", some, f"title {number}"))
    library.upload("last.txt", "car car rest", "last")
    library.promote("first")
    library.compact()
    assert add_missing(library.tenant, library.generations, library.files, least_count=1) == 1
    library.delete("3.txt")
    return library


def names(library: Library, query: str, **options: object) -> list[tuple[str | None, float | None]]:
    answer = library.service().search(library.tenant, query, "meaning", 5, **options)  # type: ignore[arg-type]
    return [(hit.name, hit.score) for hit in answer.hits]


def exactly(library: Library, monkeypatch: pytest.MonkeyPatch, query: str, **options: object):
    with monkeypatch.context() as changed:
        changed.setattr(meaning, "EXACT_COUNT", 10_000)
        return names(library, query, **options)


@pytest.mark.parametrize("filters", [(), ("tag:even",), ("tag:odd",)])
def test_the_best_are_those_that_a_comparison_of_all_finds(
    approximate: Library, monkeypatch: pytest.MonkeyPatch, filters: tuple[str, ...]
) -> None:
    for query in ("car", "lunch noon", "rain on the road"):
        found = names(approximate, query, filters=filters)
        assert found == exactly(approximate, monkeypatch, query, filters=filters)
        assert "3.txt" not in {name for name, _ in found}


def test_candidates_come_from_the_file_where_there_are_many(
    approximate: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    nearest = Neighbours.nearest

    def noted(self: Neighbours, query: np.ndarray, count: int, allowed: np.ndarray) -> np.ndarray:
        asked.append(count)
        return nearest(self, query, count, allowed)

    monkeypatch.setattr(Neighbours, "nearest", noted)
    names(approximate, "car")
    assert asked == [10]
    names(approximate, "car", facets=["tag"])
    names(approximate, "car", sort="-name")
    names(approximate, "car", filters=["name:last.txt"])
    assert asked == [10]


def test_documents_of_many_passages_do_not_crowd_out_the_others(
    approximate: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "_CANDIDATE_COUNT", 1)
    assert names(approximate, "car") == exactly(approximate, monkeypatch, "car")
    assert len(names(approximate, "car")) == 5


def test_all_pages_together_are_all_that_is_found(approximate: Library) -> None:
    service, cursor, seen = approximate.service(), None, []
    while True:
        answer = service.search(approximate.tenant, "car", "meaning", 5, cursor=cursor)
        seen += [hit.name for hit in answer.hits]
        cursor = answer.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= COUNT // 2


def test_similar_documents_come_from_candidates_too(
    approximate: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[str | None]:
        service = approximate.service()
        identity = document_id("last.txt")
        return [hit.name for hit in service.similar_documents(approximate.tenant, identity, 5).hits]

    near = found()
    monkeypatch.setattr(meaning, "EXACT_COUNT", 10_000)
    assert near == found()


def test_what_comes_later_is_found_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "EXACT_COUNT", 1)
    monkeypatch.setattr(meaning, "LEAST_DOCUMENT_COUNT", 1)
    library = Library(tmp_path)
    library.upload("old.txt", "car rest", "old")
    library.promote("first")
    add_missing(library.tenant, library.generations, library.files, least_count=1)
    library.upload("new.txt", "lunch lunch noon", "new")
    assert [bool(one.neighbours) for one in library.manifest.segments] == [True, False]
    assert names(library, "lunch lunch noon new")[0][0] == "new.txt"
    assert names(library, "car rest old")[0][0] == "old.txt"


def test_both_scores_the_same(approximate: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kotogura.search.fusion.POOL_COUNT", 6)

    def found() -> list[tuple[str | None, float | None]]:
        hits = approximate.service().search(approximate.tenant, "car lunch", "both", 5).hits
        return [(hit.name, hit.score) for hit in hits]

    near = found()
    monkeypatch.setattr(meaning, "EXACT_COUNT", 10_000)
    assert near == found()
