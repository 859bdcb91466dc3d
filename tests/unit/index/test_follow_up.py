"""A reindex for another analyzer, while documents keep coming in by the old one."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from kotogura.errors import AnalyzerMismatch, RunIncomplete
from kotogura.index import swap
from kotogura.index.runs import Plan, batch_name
from tests.memory.language import WordAnalyzer
from tests.memory.library import Library

OLD, NEW = WordAnalyzer(), WordAnalyzer("a new analyzer")


@contextmanager
def by_the_old(library: Library) -> Iterator[None]:
    """Let the analyzer be the old one, as it is for uploads until the swap."""
    library.words = OLD
    try:
        yield
    finally:
        library.words = NEW


def upload(library: Library, name: str, body: str) -> None:
    with by_the_old(library):
        library.upload(name, body)


@pytest.fixture
def library(library: Library) -> Library:
    """Three documents by the old analyzer; what is built from now on is by the new one."""
    library.words = OLD
    for name in "abc":
        library.upload(f"{name}.txt", f"apple {name}")
    library.words = NEW
    return library


@pytest.fixture
def planned(library: Library) -> Plan:
    """A run that is built, but for what comes in after it."""
    planned = library.plan()
    library.build(planned)
    return planned


def analyzers(library: Library) -> set[str]:
    return {segment.analyzer for segment in library.manifest.segments}


def test_an_upload_between_plan_and_swap_is_analysed_anew_by_the_swap(
    library: Library, planned: Plan
) -> None:
    upload(library, "d.txt", "apple plum")
    library.swap(planned)
    assert library.found("apple") == {f"{name}.txt" for name in "abcd"}
    assert library.found("plum") == {"d.txt"}
    assert analyzers(library) == {NEW.fingerprint}
    assert library.manifest.document_count == 4


def test_a_replacement_between_plan_and_swap_counts_once_and_newest(
    library: Library, planned: Plan
) -> None:
    upload(library, "a.txt", "pear")
    upload(library, "a.txt", "plum")
    library.swap(planned)
    assert (library.found("apple"), library.found("pear")) == ({"b.txt", "c.txt"}, set())
    assert library.found("plum") == {"a.txt"}
    assert library.manifest.document_count == 3


def test_many_uploads_are_left_to_the_workflow_which_resumes_the_run(
    library: Library, planned: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "SMALL_DOCUMENT_COUNT", 1)
    upload(library, "d.txt", "apple")
    upload(library, "b.txt", "pear")
    before = library.manifest
    with pytest.raises(RunIncomplete, match="resume"):
        library.swap(planned)
    assert library.manifest == before
    longer = library.plan()
    assert (longer.batch_count, list(longer.follow_ups)) == (2, [1])
    library.build(longer)
    upload(library, "e.txt", "apple")
    library.swap(longer)
    assert library.found("apple") == {f"{name}.txt" for name in "acde"}
    assert library.found("pear") == {"b.txt"}
    assert analyzers(library) == {NEW.fingerprint}


@pytest.mark.parametrize("moment", ["before the swap", "before the follow-up is built"])
def test_what_cannot_be_read_any_more_does_not_go_back_to_an_earlier_text(
    library: Library, planned: Plan, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    upload(library, "a.txt", "pear")
    if moment == "before the follow-up is built":
        monkeypatch.setattr(swap, "SMALL_DOCUMENT_COUNT", 0)
        with pytest.raises(RunIncomplete):
            library.swap(planned)
    library.originals.put(library.tenant, "a.txt", b"\x00\xff\x00\xfe" * 50)
    library.build(library.plan())
    library.swap(planned)
    assert library.found("apple") == {"b.txt", "c.txt"}
    assert library.found("pear") == set()
    record = library.ledger.get(library.tenant, document_id("a.txt"))
    assert record is not None
    assert record.state is DocumentState.QUARANTINED


def test_a_deletion_before_a_follow_up_is_built_stays_a_deletion(
    library: Library, planned: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "SMALL_DOCUMENT_COUNT", 0)
    upload(library, "d.txt", "apple")
    upload(library, "a.txt", "apple")
    with pytest.raises(RunIncomplete):
        library.swap(planned)
    with by_the_old(library):
        library.delete("d.txt")
        gone = library.stage(library.take("a.txt"))
    library.build(library.plan())
    library.swap(planned)
    assert library.found("apple") == {"b.txt", "c.txt"}
    assert library.commit(gone).outcome == "deleted"
    assert library.found("apple") == {"b.txt", "c.txt"}


def test_a_merge_of_old_and_new_is_parted_again(library: Library, planned: Plan) -> None:
    upload(library, "d.txt", "apple")
    upload(library, "b.txt", "pear")
    library.compact()
    library.swap(planned)
    assert library.found("apple") == {"a.txt", "c.txt", "d.txt"}
    assert library.found("pear") == {"b.txt"}
    assert library.manifest.document_count == 4


def test_what_comes_in_while_a_follow_up_is_built_is_followed_up_too(
    library: Library, planned: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, names = library.build, ["e.txt", "d.txt", "f.txt"]

    def build_and_meet_another(planned: Plan, numbers: list[int]) -> list[str]:
        built = build(planned, numbers)
        if names:
            upload(library, names.pop(), "apple")
        return built

    monkeypatch.setattr(library, "build", build_and_meet_another)
    upload(library, "d.txt", "apple")
    library.swap(planned)
    assert not names
    assert library.found("apple") == {f"{name}.txt" for name in "abcdef"}
    assert library.manifest.document_count == 6


def test_follow_ups_of_two_swaps_at_once_are_not_mistaken_for_each_other(
    library: Library, planned: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "SMALL_DOCUMENT_COUNT", 0)
    upload(library, "d.txt", "apple")
    with pytest.raises(RunIncomplete):
        library.swap(planned)
    longer = library.plan()
    library.build(longer)
    upload(library, "e.txt", "apple")
    other = library.manifest.segments[-2:]
    swap.plan_follow_up(library.tenant, planned, other, library.files)  # it read the plan before
    with pytest.raises(RunIncomplete):
        library.swap(longer)
    library.build(library.plan())
    library.swap(longer)
    assert library.found("apple") == {f"{name}.txt" for name in "abcde"}


def test_documents_that_come_in_too_fast_end_the_run_and_the_old_index_stays(
    library: Library, planned: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "FOLLOW_UP_COUNT", 0)
    upload(library, "d.txt", "apple")
    before = library.manifest
    with pytest.raises(AnalyzerMismatch, match="later"):
        library.swap(planned)
    assert library.manifest == before


def test_a_swap_with_follow_ups_may_be_repeated(library: Library, planned: Plan) -> None:
    upload(library, "a.txt", "pear")
    upload(library, "d.txt", "apple")
    library.swap(planned)
    library.upload("d.txt", "plum")
    library.delete("c.txt")
    library.compact()
    library.swap(planned)
    assert (library.found("apple"), library.found("pear")) == ({"b.txt"}, {"a.txt"})
    assert library.found("plum") == {"d.txt"}
    assert library.manifest.document_count == 3


def test_a_follow_up_tells_its_documents_with_their_versions(
    library: Library, planned: Plan
) -> None:
    upload(library, "a.txt", "pear")
    version = library.live()[document_id("a.txt")]
    longer, (batch,) = swap.plan_follow_up(
        library.tenant, planned, library.manifest.segments[-1:], library.files
    )
    assert (batch.names, batch.versions) == (["a.txt"], [version])
    assert longer.document_count == planned.document_count
    data = library.files.read(library.tenant, batch_name(planned.run_id, 1))
    assert data == batch.model_dump_json().encode()
