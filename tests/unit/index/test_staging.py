"""Staging: an extracted document becomes a segment that waits for its commit."""

import pytest

from kotogura.documents.changes import DocumentChange
from kotogura.documents.extracted import staged_name
from kotogura.documents.extraction import extract
from kotogura.errors import StoreUnavailable, UnanalyzableText
from kotogura.index.changes import stage_removal
from kotogura.index.staging import Tokenized, stage_document
from tests.memory.library import Library


@pytest.fixture
def change(library: Library) -> DocumentChange:
    """A document as ingest leaves it: claimed, extracted, its text in the store."""
    change = library.claim(library.put("a.txt", "apple pear", title="Fruit"))
    data = library.originals.read(library.tenant, change.name, None, 1_000)
    assert data is not None
    name = staged_name(change.document_id, change.sequencer, "5f")
    text = extract(change, data).model_dump_json().encode()
    library.files.write(library.tenant, name, text)
    return change


def stage(library: Library, change: DocumentChange) -> Tokenized:
    return stage_document(
        library.tenant,
        change.document_id,
        change.sequencer,
        "5f",
        analyzer=library.words,
        embed=library.embed,
        files=library.files,
        staged=library.staged,
    )


def test_the_answer_holds_ids_alone(library: Library, change: DocumentChange) -> None:
    answer = stage(library, change)
    (staged,) = library.staged.all(library.tenant)
    assert staged.segment is not None
    assert answer.model_dump() == {
        "outcome": "staged",
        "tenant": "minato-shoji",
        "document_id": change.document_id,
        "sequencer": change.sequencer,
        "segment_id": staged.segment.segment_id,
    }


def test_a_staged_document_is_not_found_until_its_commit(
    library: Library, change: DocumentChange
) -> None:
    stage(library, change)
    assert library.found("apple") == set()
    assert library.commit(change).outcome == "indexed"
    assert library.found("apple") == {"a.txt"}


def test_staging_may_be_repeated_before_and_after_the_commit(
    library: Library, change: DocumentChange
) -> None:
    stage(library, change)
    stage(library, change)
    assert len(library.staged.all(library.tenant)) == 1
    library.commit(change)
    stage(library, change)
    assert library.commit(change).generation == 1
    assert library.staged.all(library.tenant) == []


def test_a_document_that_was_never_extracted_can_not_be_staged(library: Library) -> None:
    with pytest.raises(StoreUnavailable):
        stage(library, library.put("a.txt", "apple"))


def test_text_that_the_analyzer_refuses_stages_nothing(
    library: Library, change: DocumentChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise UnanalyzableText("the analyzer refuses a character of the text")

    monkeypatch.setattr(library.words, "analyze", refuse)
    with pytest.raises(UnanalyzableText):
        stage(library, change)
    assert library.staged.all(library.tenant) == []


def test_a_new_document_is_embedded_by_the_model_in_service(
    library: Library, change: DocumentChange
) -> None:
    library.upload("b.txt", "plum")
    library.promote("first")
    stage(library, change)
    (staged,) = library.staged.all(library.tenant)
    assert staged.segment is not None
    assert set(staged.segment.vectors) == {"first"}


def test_a_removal_is_staged_once(library: Library) -> None:
    for _ in range(2):
        stage_removal(library.tenant, "a" * 26, "01", library.staged)
    (staged,) = library.staged.all(library.tenant)
    assert (staged.document_id, staged.version, staged.segment) == ("a" * 26, "01", None)
