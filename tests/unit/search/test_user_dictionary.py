"""A tenant's user dictionary from its writing to the search that uses it."""

from pathlib import Path

import pytest

from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.errors import AnalyzerMismatch, DictionaryChanged
from kotogura.index.compiling import wanted_digest
from kotogura.index.dictionaries import dictionary_name
from kotogura.index.janitor import GRACE_SECONDS, LEFTOVER_SECONDS, sweep
from kotogura.index.rollback import rollback
from kotogura.index.verification import verify
from kotogura.tenants.identity import TenantId
from tests.memory.files import MemoryFiles
from tests.memory.library import Library

WORDS = "湊式点検票,みなとしきてんけんひょう"
READING = "みなとしきてんけんひょう"
OTHER = "湊式点検,みなとしきてんけん"
MINATO, TSUBAME = TenantId("minato-shoji"), TenantId("tsubame")


@pytest.fixture(scope="module")
def analyzer():
    return sudachi_analyzer()


@pytest.fixture
def library(tmp_path: Path, analyzer) -> Library:
    library = Library(tmp_path, MINATO, analyzer)
    library.upload("点検.txt", "毎朝、湊式点検票に記入する。", "点検")
    library.upload("休暇.txt", "休暇は前日までに申請する。", "休暇")
    return library


def dictionaries(library: Library) -> set[str]:
    return set(library.files.names(library.tenant, "dictionaries"))


def clean(library: Library) -> int:
    return sweep(library.tenant, library.generations, library.files, library.staged)


def words_of(library: Library) -> set[str]:
    reader = library.reader()
    terms, _ = reader.vocabulary()
    reader.close()
    return set(terms)


def test_a_coined_word_is_found_only_after_the_reindex(library: Library) -> None:
    assert "湊式点検票" not in words_of(library)
    library.dictionary = WORDS
    planned = library.plan()
    library.build(planned)
    assert "湊式点検票" not in words_of(library)
    assert library.manifest.dictionary is None
    library.swap(planned)
    assert "湊式点検票" in words_of(library)
    assert library.manifest.dictionary == planned.dictionary == wanted_digest(WORDS)
    assert [one.dictionary for one in library.manifest.segments] == [planned.dictionary]
    for query in ("湊式点検票", '"湊式点検票"', "点検", READING):
        assert library.found(query) == {"点検.txt"}, query
    (hit,) = library.service().search(MINATO, "湊式点検票", "words").hits
    assert (5 - 2, 8) in [(start, end) for start, end in hit.snippet.highlights]


def test_an_upload_after_the_swap_goes_by_the_dictionary(library: Library) -> None:
    library.dictionary = WORDS
    library.reindex()
    library.upload("控え.txt", "湊式点検票の控え", "控え")
    assert library.found(READING) == {"点検.txt", "控え.txt"}
    assert {one.dictionary for one in library.manifest.segments} == {wanted_digest(WORDS)}
    library.compact()
    assert library.manifest.dictionary == wanted_digest(WORDS)
    assert library.found(READING) == {"点検.txt", "控え.txt"}


def test_an_upload_between_plan_and_swap_goes_by_the_new_dictionary(library: Library) -> None:
    library.dictionary = WORDS
    planned = library.plan()
    library.build(planned)
    library.upload("控え.txt", "湊式点検票の控え", "控え")
    assert library.found("控え") == {"控え.txt"}
    library.swap(planned)
    assert library.found(READING) == {"点検.txt", "控え.txt"}
    assert {one.dictionary for one in library.manifest.segments} == {wanted_digest(WORDS)}


def test_an_upload_into_an_empty_index_between_plan_and_swap_goes_by_the_new_dictionary(
    tmp_path: Path, analyzer
) -> None:
    library = Library(tmp_path, MINATO, analyzer)
    library.dictionary = WORDS
    planned = library.plan()
    library.upload("控え.txt", "湊式点検票の控え", "控え")
    library.swap(planned)
    assert library.manifest.dictionary == wanted_digest(WORDS)
    assert library.found(READING) == {"控え.txt"}


def test_what_was_staged_before_the_swap_is_staged_once_more_after_it(library: Library) -> None:
    library.dictionary = WORDS
    listed = library.stage(library.put("控え.txt", "湊式点検票の控え", "控え"))
    planned = library.plan()
    library.build(planned)
    late = library.stage(library.put("写し.txt", "湊式点検票の写し", "写し"))
    library.swap(planned)
    assert library.commit(listed).outcome == "indexed"  # the run has read its file
    with pytest.raises(AnalyzerMismatch):
        library.commit(late)
    assert library.found(READING) == {"点検.txt", "控え.txt"}
    assert library.commit(library.stage(late)).outcome == "indexed"  # so does the workflow
    assert library.found(READING) == {"点検.txt", "控え.txt", "写し.txt"}


def test_the_run_of_an_earlier_dictionary_must_not_end_last(library: Library) -> None:
    library.dictionary = OTHER
    slow = library.plan("slow")
    library.build(slow)
    library.dictionary = WORDS
    library.reindex()
    with pytest.raises(DictionaryChanged):
        library.swap(slow, lambda: wanted_digest(WORDS))
    assert library.manifest.dictionary == wanted_digest(WORDS)


def test_a_run_keeps_to_the_dictionary_it_was_planned_for(library: Library) -> None:
    library.dictionary = WORDS
    planned = library.plan()
    library.dictionary = OTHER
    assert library.plan() == planned
    library.build(planned)
    library.swap(planned)
    assert library.manifest.dictionary == wanted_digest(WORDS)


def test_a_dictionary_is_taken_away_by_an_empty_one(library: Library) -> None:
    library.dictionary = WORDS
    library.reindex()
    library.dictionary = "# none"
    library.sequence += 1
    library.reindex()
    assert library.manifest.dictionary is None
    assert "湊式点検票" not in words_of(library)


def test_documents_to_come_have_the_dictionary_of_an_empty_index(tmp_path: Path, analyzer) -> None:
    library = Library(tmp_path, MINATO, analyzer)
    library.dictionary = WORDS
    planned = library.plan()
    early = library.stage(library.put("早い.txt", "湊式点検票", "早い"))
    library.swap(planned)
    assert (library.manifest.document_count, library.manifest.dictionary) == (
        0,
        wanted_digest(WORDS),
    )
    with pytest.raises(AnalyzerMismatch):
        library.commit(early)
    library.upload("点検.txt", "毎朝、湊式点検票に記入する。", "点検")
    assert library.found(READING) == {"点検.txt"}


def test_a_tenants_dictionary_never_changes_anothers_search(library: Library) -> None:
    other = library.of(TSUBAME)
    other.upload("点検.txt", "毎朝、湊式点検票に記入する。", "点検")
    before = other.service().search(TSUBAME, "湊式点検票", "words")
    library.dictionary = WORDS
    library.reindex()
    assert other.service().search(TSUBAME, "湊式点検票", "words") == before
    other.upload("控え.txt", "湊式点検票の控え", "控え")
    other.reindex()
    assert other.manifest.dictionary is None
    assert "湊式点検票" not in words_of(other)
    assert dictionaries(other) == set()


def test_a_rollback_brings_the_old_words_back(library: Library) -> None:
    before = library.manifest.generation
    library.dictionary = WORDS
    with_words = library.reindex().manifest.generation
    for number, dictionary in ((before, None), (with_words, wanted_digest(WORDS))):
        rollback(MINATO, number, library.generations, library.files, library.pauses.append)
        assert library.manifest.dictionary == dictionary
        assert library.found("点検") == {"点検.txt"}


def test_the_janitor_keeps_what_generations_and_runs_name(library: Library) -> None:
    files = library.files
    assert isinstance(files, MemoryFiles)
    library.dictionary = WORDS
    library.reindex()
    in_use = dictionary_name(wanted_digest(WORDS) or "")
    library.dictionary = OTHER
    library.plan("under-way")
    planned = dictionary_name(wanted_digest(OTHER) or "")
    files.write(MINATO, "dictionaries/unused.dic", b"")
    files.pass_seconds(GRACE_SECONDS + 1)
    clean(library)
    assert dictionaries(library) == {in_use, planned, "dictionaries/unused.dic"}
    files.pass_seconds(LEFTOVER_SECONDS)
    clean(library)
    assert dictionaries(library) == {in_use, planned}
    clean(library)  # the run, which was given up, is gone now
    assert dictionaries(library) == {in_use}
    assert library.found(READING) == {"点検.txt"}


def test_a_missing_dictionary_is_found_by_verify(library: Library) -> None:
    library.dictionary = WORDS
    library.reindex()
    assert not verify(MINATO, library.generations, library.files).problems
    library.files.remove(MINATO, dictionary_name(library.manifest.dictionary or ""))
    (problem,) = verify(MINATO, library.generations, library.files).problems
    assert problem.what == "its user dictionary is missing"
