"""Files that the index names are missing: it is told, and rebuilt from what is left."""

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from kotogura.errors import IndexLost, ModelLost, StoreUnavailable
from kotogura.index.janitor import GRACE_SECONDS, sweep
from tests.memory.library import Library


@pytest.fixture
def filled(library: Library) -> Library:
    for name, body in (("a.txt", "apple pear"), ("b.txt", "apple"), ("c.txt", "plum")):
        library.upload(name, body)
    return library


def lose(library: Library, folder: str = "") -> None:
    """Remove a folder of the tenant's; all that are open forget it."""
    for name in list(library.files.names(library.tenant, folder)):
        library.files.remove(library.tenant, name)
    library.forget()


def ranking(library: Library, mode: str = "words") -> list[tuple[str, float]]:
    answer = library.service().search(library.tenant, "apple pear", mode)  # type: ignore[arg-type]
    return [(hit.name, hit.score) for hit in answer.hits]


@pytest.mark.parametrize("folder", ["", "manifests", "segments"])
def test_a_lost_folder_is_told_by_its_remedy_and_rebuilt_alike(
    filled: Library, folder: str
) -> None:
    before, number = ranking(filled), filled.manifest.generation
    assert before
    lose(filled, folder)
    with pytest.raises(IndexLost, match="kotogura index rebuild"):
        ranking(filled)
    generation = filled.reindex()
    assert generation.manifest.generation == number + 1
    assert ranking(filled) == before


def test_an_upload_that_met_a_lost_index_is_in_with_the_rebuilding(filled: Library) -> None:
    lose(filled)
    change = filled.stage(filled.put("d.txt", "apple"))
    with pytest.raises(IndexLost):
        filled.commit(change)
    filled.reindex()
    assert filled.found("apple") == {"a.txt", "b.txt", "d.txt"}
    record = filled.ledger.get(filled.tenant, document_id("d.txt"))
    assert record is not None
    assert record.state is DocumentState.INDEXED
    assert filled.commit(change).outcome == "indexed"
    filled.upload("e.txt", "apple")
    assert filled.found("apple") == {"a.txt", "b.txt", "d.txt", "e.txt"}


def test_history_begins_anew_so_that_the_janitor_goes_on(filled: Library) -> None:
    lose(filled, "manifests")
    filled.reindex()
    assert filled.manifest.history == ()
    filled.files.pass_seconds(10 * GRACE_SECONDS)  # type: ignore[attr-defined]
    removed = sweep(filled.tenant, filled.generations, filled.files, filled.staged)
    assert removed > 0
    assert filled.found("apple") == {"a.txt", "b.txt"}


def test_a_model_whose_files_are_left_goes_on_after_the_manifest_was_lost(filled: Library) -> None:
    filled.promote("first")
    before = ranking(filled, "meaning"), ranking(filled, "both")
    lose(filled, "manifests")
    lose(filled, "segments")
    generation = filled.reindex()
    assert generation.manifest.model is not None
    assert generation.manifest.model.digest == "first"
    assert (ranking(filled, "meaning"), ranking(filled, "both")) == before


def test_a_rebuilding_without_the_models_files_serves_by_word(filled: Library) -> None:
    filled.promote("first")
    before = ranking(filled)
    lose(filled)
    assert filled.reindex().manifest.model is None
    assert ranking(filled) == before
    filled.promote("second")
    assert ranking(filled, "meaning")


def test_while_a_model_is_missing_searches_go_by_word_and_say_so(filled: Library) -> None:
    filled.promote("first")
    usual = filled.service().search(filled.tenant, "apple pear")
    assert (usual.mode, usual.notice) == ("both", None)
    by_word = ranking(filled)
    lose(filled, "models")
    answer = filled.service().search(filled.tenant, "apple pear")
    assert (answer.mode, answer.notice) == ("words", "model-lost")
    assert [(hit.name, hit.score) for hit in answer.hits] == by_word
    for mode in ("meaning", "both"):
        with pytest.raises(ModelLost, match="search by word"):
            ranking(filled, mode)
    filled.upload("d.txt", "apple")
    assert filled.found("apple") == {"a.txt", "b.txt", "d.txt"}


def test_a_rebuilding_drops_a_model_that_is_missing(filled: Library) -> None:
    filled.promote("first")
    lose(filled, "models")
    assert filled.reindex().manifest.model is None
    answer = filled.service().search(filled.tenant, "apple pear")
    assert (answer.mode, answer.notice) == ("words", None)


def test_a_store_that_does_not_answer_is_not_taken_for_lost(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise StoreUnavailable("the store can't be read")

    monkeypatch.setattr(filled.files, "read", refuse)
    with pytest.raises(StoreUnavailable) as told:
        filled.generations.replaceable(filled.tenant)
    assert type(told.value) is StoreUnavailable
