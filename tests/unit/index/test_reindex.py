"""Reindexing: a fresh generation of everything, while uploads and deletions go on."""

from collections.abc import Callable

import pytest

from kotogura.analysis.analyzer import AnalyzedText
from kotogura.documents.changes import OLDEST
from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentRecord, DocumentState
from kotogura.errors import AnalyzerMismatch, CommitConflict, StoreUnavailable, UnanalyzableText
from kotogura.index import reindex
from kotogura.index.commit import ATTEMPT_COUNT
from tests.memory.language import WordAnalyzer
from tests.memory.ledger import MemoryLedger
from tests.memory.library import Library

Rivals = list[Callable[[], object]]


def record(library: Library, name: str) -> DocumentRecord:
    found = library.ledger.get(library.tenant, document_id(name))
    assert found is not None
    return found


@pytest.fixture
def filled(library: Library) -> Library:
    """Three documents in three segments."""
    for name in "abc":
        library.upload(f"{name}.txt", f"apple {name}", title=f"title {name}")
    return library


def test_everything_is_found_as_before_in_one_segment(filled: Library) -> None:
    before = filled.service().search(filled.tenant, "apple title")
    generation = filled.reindex()
    after = filled.service().search(filled.tenant, "apple title")
    assert after.hits == before.hits
    assert len(generation.manifest.segments) == 1
    assert generation.manifest.generation == 4
    assert generation.manifest.content_generation == 4


def test_a_new_analyzer_comes_in_with_the_swap(filled: Library) -> None:
    planned = filled.plan()
    old, filled.words = filled.words, WordAnalyzer("a new analyzer")
    built = filled.build(planned)
    assert filled.manifest.analyzer == old.fingerprint
    filled.swap(planned, built)
    assert filled.manifest.analyzer == "a new analyzer"
    assert filled.found("apple") == {"a.txt", "b.txt", "c.txt"}


def test_the_old_generation_serves_until_the_swap(filled: Library) -> None:
    before = filled.manifest
    filled.build(filled.plan())
    assert filled.manifest == before


def test_an_upload_between_plan_and_swap_is_kept(filled: Library) -> None:
    planned = filled.plan()
    filled.upload("d.txt", "apple")
    built = filled.build(planned)
    filled.upload("e.txt", "apple")
    filled.swap(planned, built)
    assert filled.found("apple") == {f"{name}.txt" for name in "abcde"}


def test_a_replacement_before_the_build_is_built(filled: Library) -> None:
    planned = filled.plan()
    filled.upload("a.txt", "pear")
    filled.swap(planned, filled.build(planned))
    assert (filled.found("apple"), filled.found("pear")) == ({"b.txt", "c.txt"}, {"a.txt"})
    assert filled.manifest.document_count == 3


def test_a_replacement_between_build_and_swap_wins(filled: Library) -> None:
    planned = filled.plan()
    built = filled.build(planned)
    filled.upload("a.txt", "pear")
    filled.swap(planned, built)
    assert (filled.found("apple"), filled.found("pear")) == ({"b.txt", "c.txt"}, {"a.txt"})
    assert filled.manifest.document_count == 3


def test_a_replacement_that_was_built_before_its_own_commit_counts_once(filled: Library) -> None:
    planned = filled.plan()
    change = filled.stage(filled.put("a.txt", "pear"))
    filled.swap(planned, filled.build(planned))
    assert filled.found("pear") == {"a.txt"}
    assert record(filled, "a.txt").state is DocumentState.INDEXED
    assert filled.commit(change).outcome == "indexed"
    assert filled.live()[change.document_id] == change.sequencer
    assert filled.staged.all(filled.tenant) == []


@pytest.mark.parametrize("moment", ["before the build", "before the swap"])
def test_a_deletion_in_between_stays_a_deletion(filled: Library, moment: str) -> None:
    planned = filled.plan()
    if moment == "before the build":
        filled.delete("a.txt")
    built = filled.build(planned)
    if moment == "before the swap":
        filled.delete("a.txt")
    filled.swap(planned, built)
    assert filled.found("apple") == {"b.txt", "c.txt"}
    assert record(filled, "a.txt").state is DocumentState.DELETED


def test_a_deletion_that_is_in_but_not_yet_in_the_ledger_stays_a_deletion(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = filled.plan()
    built = filled.build(planned)
    gone = filled.stage(filled.take("a.txt"))

    def crash(*_: object, **__: object) -> bool:
        raise StoreUnavailable("the power went out")

    with monkeypatch.context() as patched:
        patched.setattr(filled.ledger, "settle", crash)
        with pytest.raises(StoreUnavailable):
            filled.commit(gone)
    filled.swap(planned, built)
    assert filled.found("apple") == {"b.txt", "c.txt"}
    assert filled.commit(gone).outcome == "deleted"
    assert filled.found("apple") == {"b.txt", "c.txt"}


def test_a_deletion_that_is_known_but_not_in_yet_removes_what_was_built(filled: Library) -> None:
    planned = filled.plan()
    built = filled.build(planned)
    gone = filled.stage(filled.take("a.txt"))
    filled.swap(planned, built)
    assert filled.found("apple") == {"a.txt", "b.txt", "c.txt"}
    filled.commit(gone)
    assert filled.found("apple") == {"b.txt", "c.txt"}


def test_a_document_deleted_before_the_plan_does_not_come_back(filled: Library) -> None:
    filled.delete("a.txt")
    filled.reindex()
    assert filled.found("apple") == {"b.txt", "c.txt"}


def test_a_merge_between_plan_and_swap_changes_nothing(filled: Library) -> None:
    planned = filled.plan()
    filled.upload("d.txt", "apple")
    assert filled.compact() == 4
    built = filled.build(planned)
    filled.upload("b.txt", "pear")
    filled.compact()
    filled.swap(planned, built)
    assert filled.found("apple") == {"a.txt", "c.txt", "d.txt"}
    assert filled.found("pear") == {"b.txt"}
    assert filled.manifest.document_count == 4


def test_a_commit_that_wins_the_race_with_the_swap_is_kept(filled: Library, rivals: Rivals) -> None:
    planned = filled.plan()
    built = filled.build(planned)
    rivals.append(lambda: filled.upload("d.txt", "apple"))
    filled.swap(planned, built)
    assert filled.found("apple") == {f"{name}.txt" for name in "abcd"}
    assert filled.pauses == [1]


def test_a_swap_that_loses_every_race_says_so(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = filled.plan()
    built = filled.build(planned)
    monkeypatch.setattr(filled.pointers, "move", lambda *_: False)
    with pytest.raises(CommitConflict):
        filled.swap(planned, built)
    assert filled.pauses == list(range(1, ATTEMPT_COUNT + 1))


def test_a_swap_may_be_repeated_also_when_more_happened_since(filled: Library) -> None:
    planned = filled.plan()
    built = filled.build(planned)
    filled.swap(planned, built)
    filled.upload("a.txt", "pear")
    filled.delete("b.txt")
    filled.upload("d.txt", "apple")
    filled.swap(planned, built)
    assert (filled.found("apple"), filled.found("pear")) == ({"c.txt", "d.txt"}, {"a.txt"})
    filled.compact()
    filled.swap(planned, built)
    assert (filled.found("apple"), filled.found("pear")) == ({"c.txt", "d.txt"}, {"a.txt"})
    assert filled.manifest.document_count == 3


def test_a_build_may_be_repeated(filled: Library) -> None:
    planned = filled.plan()
    assert filled.build(planned) == filled.build(planned)


def test_what_another_analyzer_committed_meanwhile_asks_for_another_run(filled: Library) -> None:
    planned = filled.plan()
    old, filled.words = filled.words, WordAnalyzer("a new analyzer")
    built = filled.build(planned)
    filled.words = old
    filled.upload("d.txt", "apple")
    with pytest.raises(AnalyzerMismatch, match="again"):
        filled.swap(planned, built)
    filled.words = WordAnalyzer("a new analyzer")
    filled.reindex()
    assert filled.found("apple") == {f"{name}.txt" for name in "abcd"}


def test_a_bad_document_is_quarantined_and_stops_nobody(filled: Library) -> None:
    filled.originals.put(filled.tenant, "b.pdf", b"%PDF-1.7")
    filled.originals.put(filled.tenant, "d.txt", b"\x00\xff\x00\xfe" * 50)
    planned = filled.plan()
    filled.swap(planned, filled.build(planned))
    assert filled.found("apple") == {"a.txt", "b.txt", "c.txt"}
    for name, code in (("b.pdf", "unsupported-document"), ("d.txt", "undecodable-text")):
        found = record(filled, name)
        assert found.state is DocumentState.QUARANTINED
        assert found.reason is not None
        assert found.reason.code == code


def test_a_batch_of_bad_documents_makes_no_segment(library: Library) -> None:
    library.originals.put(library.tenant, "b.pdf", b"%PDF-1.7")
    planned = library.plan()
    assert library.build(planned) == []
    assert library.swap(planned, []).manifest.document_count == 0


def test_a_document_that_can_be_read_now_leaves_its_quarantine(library: Library) -> None:
    change = library.claim(library.put("a.txt", "apple", title="A title"))
    library.ledger.settle(
        library.tenant, change.document_id, change.sequencer, DocumentState.QUARANTINED
    )
    library.reindex()
    found = record(library, "a.txt")
    assert (found.state, found.generation) == (DocumentState.INDEXED, 1)
    assert found.title == "A title"
    assert library.found("apple") == {"a.txt"}


def test_a_lost_ledger_is_made_again_and_later_changes_win(filled: Library) -> None:
    filled.ledger = MemoryLedger()
    filled.reindex()
    assert filled.found("apple") == {"a.txt", "b.txt", "c.txt"}
    found = record(filled, "a.txt")
    assert (found.state, found.sequencer) == (DocumentState.INDEXED, OLDEST)
    assert (found.title, found.size_bytes) == ("title a", len("title a\napple a"))
    filled.upload("a.txt", "pear")
    assert (filled.found("apple"), filled.found("pear")) == ({"b.txt", "c.txt"}, {"a.txt"})


def test_a_deletion_is_found_by_a_reindex_even_if_its_event_was_lost(filled: Library) -> None:
    filled.take("a.txt")
    filled.reindex()
    assert filled.found("apple") == {"b.txt", "c.txt"}


def test_batches_end_by_count_and_by_size(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindex, "BATCH_DOCUMENT_COUNT", 2)
    monkeypatch.setattr(reindex, "BATCH_BYTES", 100)
    for name, size in zip("abcdef", (10, 10, 10, 95, 300, 20), strict=True):
        library.originals.put(library.tenant, f"{name}.txt", b"x" * size)
    planned = library.plan()
    batches = [
        reindex.Batch.model_validate_json(library.files.read(library.tenant, name)).names
        for name in planned.batches
    ]
    assert batches == [["a.txt", "b.txt"], ["c.txt"], ["d.txt"], ["e.txt"], ["f.txt"]]


def test_a_tenant_without_files_gets_an_empty_generation(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.take("a.txt")
    planned = library.plan()
    assert planned.batches == []
    assert library.swap(planned, []).manifest.segments == ()


def test_a_reindex_keeps_the_model_and_embeds_what_it_builds(filled: Library) -> None:
    filled.promote("first")
    filled.reindex()
    model = filled.manifest.model
    assert model is not None
    assert all("first" in segment.vectors for segment in filled.manifest.segments)
    found = filled.service().search(filled.tenant, "apple a", "meaning")
    assert found.hits[0].name == "a.txt"


def test_a_text_that_the_analyzer_refuses_is_quarantined_and_its_batch_goes_through(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyze = filled.words.analyze

    def refuse(text: str) -> AnalyzedText:
        if text == "apple b":
            raise UnanalyzableText("the analyzer refuses a character of the text")
        return analyze(text)

    monkeypatch.setattr(filled.words, "analyze", refuse)
    generation = filled.reindex()
    assert generation.manifest.document_count == 2
    assert filled.found("apple") == {"a.txt", "c.txt"}
    bad = record(filled, "b.txt")
    assert bad.state is DocumentState.QUARANTINED
    assert bad.reason is not None
    assert bad.reason.code == "unanalyzable-text"
