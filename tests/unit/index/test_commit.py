"""Commits one by one: what waits together goes in together, and a race loses nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from kotogura.errors import AnalyzerMismatch, CommitConflict, StoreUnavailable
from kotogura.index.changes import StagedChange
from kotogura.index.commit import ATTEMPT_COUNT
from kotogura.tenants.identity import TenantId
from tests.memory.language import WordAnalyzer
from tests.memory.library import Library

Rivals = list[Callable[[], object]]


def state(library: Library, name: str) -> DocumentState:
    record = library.ledger.get(library.tenant, document_id(name))
    assert record is not None
    return record.state


def test_the_first_commit_makes_the_first_generation(library: Library) -> None:
    committed = library.upload("a.txt", "apple pear", title="Fruit")
    assert (committed.outcome, committed.generation) == ("indexed", 1)
    assert library.found("apple") == {"a.txt"}
    record = library.ledger.get(library.tenant, document_id("a.txt"))
    assert record is not None
    assert (record.state, record.generation, record.title) == (DocumentState.INDEXED, 1, "Fruit")
    assert library.staged.all(library.tenant) == []


def test_all_that_waits_goes_into_one_generation(library: Library) -> None:
    changes = [library.stage(library.put(f"{name}.txt", f"apple {name}")) for name in "abc"]
    assert library.commit(changes[1]).generation == 1
    assert library.found("apple") == {"a.txt", "b.txt", "c.txt"}
    assert [state(library, f"{name}.txt") for name in "abc"] == [DocumentState.INDEXED] * 3
    assert library.staged.all(library.tenant) == []
    for change in changes:
        assert (library.commit(change).outcome, library.commit(change).generation) == ("indexed", 1)
    assert library.manifest.generation == 1


@pytest.mark.timeout(8)
def test_four_thousand_changes_that_wait_are_told_apart_in_seconds(library: Library) -> None:
    first = library.stage(library.put("first.txt", "apple"))
    (staged,) = library.staged.all(library.tenant)
    overtaken = library.put("overtaken.txt", "pear")
    for number in range(4_000):
        other = document_id(f"{number}.txt")
        library.staged.add(library.tenant, staged.model_copy(update={"document_id": other}))
        if number % 2:
            library.claim(replace(overtaken, document_id=other))
    assert library.commit(first).outcome == "indexed"
    assert library.manifest.document_count == 2_001
    assert library.staged.all(library.tenant) == []


def test_a_replaced_document_loses_its_old_words(library: Library) -> None:
    library.upload("a.txt", "apple pear")
    library.upload("a.txt", "pear plum")
    assert library.found("apple") == set()
    assert library.found("pear") == library.found("plum") == {"a.txt"}
    assert library.manifest.document_count == 1


def test_a_deleted_document_is_found_no_longer(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.upload("b.txt", "apple")
    committed = library.delete("a.txt")
    assert (committed.outcome, committed.generation) == ("deleted", 3)
    assert library.found("apple") == {"b.txt"}
    assert state(library, "a.txt") is DocumentState.DELETED


def test_a_segment_without_live_documents_is_dropped(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.delete("a.txt")
    assert library.manifest.segments == ()
    assert library.manifest.document_count == library.manifest.field_length("body") == 0
    assert library.found("apple") == set()


def test_a_document_can_come_back(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.delete("a.txt")
    library.upload("a.txt", "apple")
    assert library.found("apple") == {"a.txt"}


def test_an_older_version_that_comes_late_is_superseded(library: Library) -> None:
    old, new = library.put("a.txt", "apple"), library.put("a.txt", "pear")
    library.commit(library.stage(new))
    assert library.commit(library.stage(old)).outcome == "superseded"
    assert (library.found("apple"), library.found("pear")) == (set(), {"a.txt"})
    assert library.staged.all(library.tenant) == []


def test_of_two_waiting_versions_only_the_later_goes_in(library: Library) -> None:
    old = library.stage(library.put("a.txt", "apple"))
    new = library.stage(library.put("a.txt", "pear"))
    assert library.commit(old).outcome == "superseded"
    assert library.commit(new).outcome == "indexed"
    assert library.live() == {new.document_id: new.sequencer}


def test_a_version_that_comes_after_its_documents_deletion_is_superseded(
    library: Library,
) -> None:
    made, gone = library.put("a.txt", "apple"), library.take("a.txt")
    assert library.commit(library.stage(gone)).outcome == "deleted"
    assert library.commit(library.stage(made)).outcome == "superseded"
    assert library.live() == {}


def test_a_change_of_nothing_makes_no_generation(library: Library) -> None:
    change = library.stage(library.put("a.txt", "apple"))
    library.commit(change)
    library.stage(change)
    assert library.commit(change).outcome == "indexed"
    assert library.manifest.generation == 1


def test_the_loser_of_a_race_takes_the_winners_work_as_its_base(
    library: Library, rivals: Rivals
) -> None:
    mine = library.stage(library.put("a.txt", "apple"))
    rivals.append(lambda: library.upload("b.txt", "apple"))
    committed = library.commit(mine)
    assert committed.outcome == "indexed"
    assert library.found("apple") == {"a.txt", "b.txt"}
    assert library.pauses == [1]


def test_the_loser_of_a_race_finds_its_own_work_already_in(
    library: Library, rivals: Rivals
) -> None:
    mine = library.stage(library.put("a.txt", "apple"))
    theirs = library.put("b.txt", "pear")
    rivals.append(lambda: library.commit(library.stage(theirs)))  # and takes mine along
    committed = library.commit(mine)
    assert (committed.outcome, committed.generation) == ("indexed", 1)
    assert library.manifest.generation == 1
    assert library.found("apple") == {"a.txt"}


def test_a_change_that_another_took_along_names_a_generation_that_has_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.upload("b.txt", "pear")
    change = library.stage(library.put("a.txt", "apple"))
    read = library.staged.all

    def read_late(tenant: TenantId) -> Sequence[StagedChange]:  # the generation is read by then
        monkeypatch.undo()
        library.commit(change)
        return read(tenant)

    monkeypatch.setattr(library.staged, "all", read_late)
    committed = library.commit(change)
    assert (committed.outcome, committed.generation) == ("indexed", 2)


def test_a_race_is_given_up_in_the_end_and_nothing_is_lost(
    library: Library, rivals: Rivals
) -> None:
    library.upload("b.txt", "pear")
    mine = library.stage(library.put("a.txt", "apple"))

    def promote() -> None:  # publishes, and takes no staged change along
        promoted = library.generations.publish(
            library.tenant,
            library.generations.current(library.tenant),
            segments=library.manifest.segments,
            content_changed=False,
            model=None,
        )
        assert promoted is not None

    # Each attempt's own move is preceded by a rival's, whose move has no rival itself.
    rivals.extend([promote, lambda: None] * ATTEMPT_COUNT)
    with pytest.raises(CommitConflict):
        library.commit(mine)
    assert library.pauses == list(range(1, ATTEMPT_COUNT + 1))
    rivals.clear()
    assert library.commit(mine).outcome == "indexed"
    assert library.found("apple") == {"a.txt"}


def test_a_replacement_that_wins_the_race_supersedes_the_loser(
    library: Library, rivals: Rivals
) -> None:
    old = library.stage(library.put("a.txt", "apple"))
    new = library.put("a.txt", "pear")
    rivals.append(lambda: library.commit(library.stage(new)))
    assert library.commit(old).outcome == "superseded"
    assert library.live() == {new.document_id: new.sequencer}


def test_a_deletion_of_what_is_not_in_yet_still_stops_a_commit_under_way(
    library: Library, rivals: Rivals
) -> None:
    made, gone = library.put("a.txt", "apple"), library.take("a.txt")
    library.stage(made)
    rivals.append(lambda: library.commit(library.stage(gone)))
    assert library.commit(made).outcome == "superseded"
    assert library.live() == {}
    assert state(library, "a.txt") is DocumentState.DELETED


def test_a_crash_between_publishing_and_settling_is_repaired_by_repeating(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = library.stage(library.put("a.txt", "apple"))

    def crash(*_: object, **__: object) -> bool:
        raise StoreUnavailable("the power went out")

    with monkeypatch.context() as patched:
        patched.setattr(library.ledger, "settle", crash)
        with pytest.raises(StoreUnavailable):
            library.commit(change)
    assert state(library, "a.txt") is DocumentState.RECEIVED
    assert library.commit(change).outcome == "indexed"
    assert state(library, "a.txt") is DocumentState.INDEXED
    assert library.manifest.generation == 1
    assert library.staged.all(library.tenant) == []


def test_a_crash_before_publishing_leaves_the_old_generation(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.upload("a.txt", "apple")
    change = library.stage(library.put("a.txt", "pear"))

    def crash(*_: object) -> bool:
        raise StoreUnavailable("the power went out")

    with monkeypatch.context() as patched:
        patched.setattr(library.pointers, "move", crash)
        with pytest.raises(StoreUnavailable):
            library.commit(change)
    assert (library.found("apple"), library.found("pear")) == ({"a.txt"}, set())
    library.commit(change)
    assert (library.found("apple"), library.found("pear")) == (set(), {"a.txt"})


def test_an_answer_that_was_lost_on_the_way_is_given_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = library.stage(library.put("a.txt", "apple"))
    move = library.pointers.move

    def move_and_say_no(*arguments: object) -> bool:  # as an SDK does that retried a write
        monkeypatch.setattr(library.pointers, "move", move)
        move(*arguments)
        return False

    monkeypatch.setattr(library.pointers, "move", move_and_say_no)
    committed = library.commit(change)
    assert (committed.outcome, committed.generation) == ("indexed", 1)
    assert state(library, "a.txt") is DocumentState.INDEXED


def test_what_another_analyzer_made_is_refused(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.words = WordAnalyzer("another analyzer")
    change = library.stage(library.put("b.txt", "pear"))
    with pytest.raises(AnalyzerMismatch, match="reindex"):
        library.commit(change)
    assert library.manifest.generation == 1
    assert library.staged.all(library.tenant) == []


def test_what_another_analyzer_made_stops_nobody_else_and_is_not_said_to_be_in(
    library: Library,
) -> None:
    library.upload("a.txt", "apple")
    first = library.words
    library.words = WordAnalyzer("another analyzer")
    unfit = [library.stage(library.put(name, "pear")) for name in ("b.txt", "c.txt")]
    library.words = first
    fit = library.stage(library.put("d.txt", "apple"))
    assert library.commit(fit).outcome == "indexed"
    assert library.found("apple") == {"a.txt", "d.txt"}
    for change in unfit:
        with pytest.raises(AnalyzerMismatch):
            library.commit(change)
        assert state(library, change.name) is DocumentState.RECEIVED


def test_a_change_that_an_execution_beside_it_saw_refused_is_not_said_to_be_in(
    library: Library,
) -> None:
    library.upload("a.txt", "apple")
    library.words = WordAnalyzer("another analyzer")
    change = library.stage(library.put("b.txt", "pear"))
    for _ in range(2):
        with pytest.raises(AnalyzerMismatch):
            library.commit(change)
    assert change.document_id not in library.live()


def test_an_empty_index_takes_any_analyzer(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.delete("a.txt")
    library.words = WordAnalyzer("another analyzer")
    library.upload("b.txt", "pear")
    assert library.found("pear") == {"b.txt"}
    assert library.manifest.analyzer == "another analyzer"


def test_one_tenants_commit_takes_nothing_of_anothers(library: Library) -> None:
    other = library.of(type(library.tenant)("tsubame"))
    theirs = other.stage(other.put("a.txt", "apple"))
    library.upload("a.txt", "pear")
    assert library.manifest.generation == 1
    assert other.manifest.generation == 0
    assert len(other.staged.all(other.tenant)) == 1
    other.commit(theirs)
    assert (other.found("apple"), other.found("pear")) == ({"a.txt"}, set())
    assert (library.found("apple"), library.found("pear")) == (set(), {"a.txt"})
