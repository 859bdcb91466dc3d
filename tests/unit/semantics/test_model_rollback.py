"""Rolling back the model alone: an earlier one serves again, over today's documents."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from kotogura.errors import CommitConflict, CorruptIndex, ModelNotFound
from kotogura.index.commit import ATTEMPT_COUNT
from kotogura.semantics.model_rollback import ModelRollback, roll_back_model
from kotogura.semantics.promotion import embed_missing
from tests.memory.library import Library

FILES = ("model.json", "model.onnx", "tokenizer.json")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


@pytest.fixture
def trained(library: Library) -> Library:
    """A tenant with two documents; the model `first` served, and `second` does."""
    library.upload("a.txt", "apple")
    library.upload("b.txt", "pear")
    for digest in ("first", "second"):
        for name in FILES:
            library.files.write(library.tenant, f"models/{digest}/{name}", b"{}")
        library.promote(digest)
    return library


def roll_back(library: Library, digest: str | None = None) -> ModelRollback:
    return roll_back_model(
        library.tenant, digest, library.generations, library.files, library.pauses.append
    )


def serving(library: Library) -> str:
    model = library.manifest.model
    assert model is not None
    return model.digest


def test_the_model_before_serves_again_by_its_own_vectors(trained: Library) -> None:
    done = roll_back(trained)
    assert done == ModelRollback(5, "first", "second", 0)
    assert serving(trained) == "first"
    assert {tuple(segment.vectors) for segment in trained.manifest.segments} == {("first",)}
    hits = trained.service().search(trained.tenant, "pear", "meaning").hits
    assert hits[0].name == "b.txt"


def test_a_rollback_of_a_model_can_be_rolled_back(trained: Library) -> None:
    roll_back(trained)
    assert roll_back(trained).model == "second"
    assert roll_back(trained, "fir").model == "first"


def test_documents_that_came_since_stay_and_get_their_vectors_later(trained: Library) -> None:
    trained.upload("c.txt", "plum")
    trained.delete("b.txt")
    assert roll_back(trained).unembedded_document_count == 1
    assert trained.found("plum") == {"c.txt"}
    assert trained.found("pear") == set()
    by_meaning = trained.service().search(trained.tenant, "plum", "meaning").hits
    assert [hit.name for hit in by_meaning] == ["a.txt"]
    assert embed_missing(trained.tenant, trained.embed_entry, trained.generations) == 1
    hits = trained.service().search(trained.tenant, "plum", "meaning").hits
    assert hits[0].name == "c.txt"


def test_rolling_back_to_the_model_in_service_changes_nothing(trained: Library) -> None:
    before = trained.current()
    assert roll_back(trained, "second") == ModelRollback(4, "second", "second", 0)
    assert trained.current() == before


@pytest.mark.parametrize("digest", ["third", "firsts"])
def test_a_model_that_never_served_is_refused_and_those_that_did_are_told(
    trained: Library, digest: str
) -> None:
    with pytest.raises(ModelNotFound, match=r"kept: first$"):
        roll_back(trained, digest)
    assert serving(trained) == "second"


def test_before_the_second_model_there_is_none_to_go_back_to(library: Library) -> None:
    with pytest.raises(ModelNotFound, match="train one"):
        roll_back(library)
    library.upload("a.txt", "apple")
    with pytest.raises(ModelNotFound, match="train one"):
        roll_back(library)
    library.promote("first")
    with pytest.raises(ModelNotFound, match="kept: none"):
        roll_back(library)


@pytest.mark.parametrize("name", ["models/first/model.onnx", "models/first/words.arrow"])
def test_a_model_with_a_missing_file_is_refused(trained: Library, name: str) -> None:
    trained.files.remove(trained.tenant, name)
    with pytest.raises(CorruptIndex, match="choose another"):
        roll_back(trained)
    assert serving(trained) == "second"


@pytest.fixture
def rivals(trained: Library, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """Commits that come first, one before each attempt to move the pointer."""
    waiting: list[Callable[[], None]] = []
    move = trained.pointers.move

    def race(*arguments: object) -> bool:
        if waiting:
            waiting.pop(0)()
        return move(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(trained.pointers, "move", race)
    return waiting


def test_a_commit_that_comes_first_is_kept(
    trained: Library, rivals: list[Callable[[], None]]
) -> None:
    rivals.append(partial(trained.upload, "c.txt", "plum"))
    assert roll_back(trained).unembedded_document_count == 1
    assert trained.found("plum") == {"c.txt"}
    assert trained.pauses == [1]


def test_a_rollback_that_loses_every_race_gives_up(
    trained: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trained.pointers, "move", lambda *_: False)
    with pytest.raises(CommitConflict):
        roll_back(trained)
    assert trained.pauses == list(range(1, ATTEMPT_COUNT + 1))
