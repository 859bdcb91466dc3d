"""Reindexing: a fresh generation of everything, while uploads and deletions go on."""

from collections.abc import Callable

import pytest

from kotogura.analysis.analyzer import AnalyzedText
from kotogura.documents.changes import OLDEST
from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentRecord, DocumentState, Reason
from kotogura.documents.quota import Quota
from kotogura.errors import (
    AnalyzerMismatch,
    CommitConflict,
    InvalidArgument,
    QuotaReached,
    RunIncomplete,
    RunNotFound,
    StoreUnavailable,
    UnanalyzableText,
)
from kotogura.index import reindex, runs
from kotogura.index.commit import ATTEMPT_COUNT
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import Limits
from kotogura.tenants.usage import Stored
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
    filled.build(planned)
    assert filled.manifest.analyzer == old.fingerprint
    filled.swap(planned)
    assert filled.manifest.analyzer == "a new analyzer"
    assert filled.found("apple") == {"a.txt", "b.txt", "c.txt"}


def test_the_old_generation_serves_until_the_swap(filled: Library) -> None:
    before = filled.manifest
    filled.build(filled.plan())
    assert filled.manifest == before


def test_an_upload_between_plan_and_swap_is_kept(filled: Library) -> None:
    planned = filled.plan()
    filled.upload("d.txt", "apple")
    filled.build(planned)
    filled.upload("e.txt", "apple")
    filled.swap(planned)
    assert filled.found("apple") == {f"{name}.txt" for name in "abcde"}


def test_a_replacement_before_the_build_is_built(filled: Library) -> None:
    planned = filled.plan()
    filled.upload("a.txt", "pear")
    filled.build(planned)
    filled.swap(planned)
    assert (filled.found("apple"), filled.found("pear")) == ({"b.txt", "c.txt"}, {"a.txt"})
    assert filled.manifest.document_count == 3


def test_a_replacement_between_build_and_swap_wins(filled: Library) -> None:
    planned = filled.plan()
    filled.build(planned)
    filled.upload("a.txt", "pear")
    filled.swap(planned)
    assert (filled.found("apple"), filled.found("pear")) == ({"b.txt", "c.txt"}, {"a.txt"})
    assert filled.manifest.document_count == 3


def test_a_replacement_that_was_built_before_its_own_commit_counts_once(filled: Library) -> None:
    planned = filled.plan()
    change = filled.stage(filled.put("a.txt", "pear"))
    filled.build(planned)
    filled.swap(planned)
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
    filled.build(planned)
    if moment == "before the swap":
        filled.delete("a.txt")
    filled.swap(planned)
    assert filled.found("apple") == {"b.txt", "c.txt"}
    assert record(filled, "a.txt").state is DocumentState.DELETED


def test_a_deletion_that_is_in_but_not_yet_in_the_ledger_stays_a_deletion(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = filled.plan()
    filled.build(planned)
    gone = filled.stage(filled.take("a.txt"))

    def crash(*_: object, **__: object) -> bool:
        raise StoreUnavailable("the power went out")

    with monkeypatch.context() as patched:
        patched.setattr(filled.ledger, "settle", crash)
        with pytest.raises(StoreUnavailable):
            filled.commit(gone)
    filled.swap(planned)
    assert filled.found("apple") == {"b.txt", "c.txt"}
    assert filled.commit(gone).outcome == "deleted"
    assert filled.found("apple") == {"b.txt", "c.txt"}


def test_a_deletion_that_is_known_but_not_in_yet_removes_what_was_built(filled: Library) -> None:
    planned = filled.plan()
    filled.build(planned)
    gone = filled.stage(filled.take("a.txt"))
    filled.swap(planned)
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
    filled.build(planned)
    filled.upload("b.txt", "pear")
    filled.compact()
    filled.swap(planned)
    assert filled.found("apple") == {"a.txt", "c.txt", "d.txt"}
    assert filled.found("pear") == {"b.txt"}
    assert filled.manifest.document_count == 4


def test_a_commit_that_wins_the_race_with_the_swap_is_kept(filled: Library, rivals: Rivals) -> None:
    planned = filled.plan()
    filled.build(planned)
    rivals.append(lambda: filled.upload("d.txt", "apple"))
    filled.swap(planned)
    assert filled.found("apple") == {f"{name}.txt" for name in "abcd"}
    assert filled.pauses == [1]


def test_a_swap_that_loses_every_race_says_so(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = filled.plan()
    filled.build(planned)
    monkeypatch.setattr(filled.pointers, "move", lambda *_: False)
    with pytest.raises(CommitConflict):
        filled.swap(planned)
    assert filled.pauses == list(range(1, ATTEMPT_COUNT + 1))


def test_a_swap_may_be_repeated_also_when_more_happened_since(filled: Library) -> None:
    planned = filled.plan()
    filled.build(planned)
    filled.swap(planned)
    filled.upload("a.txt", "pear")
    filled.delete("b.txt")
    filled.upload("d.txt", "apple")
    filled.swap(planned)
    assert (filled.found("apple"), filled.found("pear")) == ({"c.txt", "d.txt"}, {"a.txt"})
    filled.compact()
    filled.swap(planned)
    assert (filled.found("apple"), filled.found("pear")) == ({"c.txt", "d.txt"}, {"a.txt"})
    assert filled.manifest.document_count == 3


def test_a_build_may_be_repeated(filled: Library) -> None:
    planned = filled.plan()
    assert filled.build(planned) == filled.build(planned)


def test_batches_by_several_analyzers_ask_for_another_run(in_batches: Library) -> None:
    planned = in_batches.plan()
    in_batches.build(planned, [0])
    in_batches.words = WordAnalyzer("a new analyzer")
    in_batches.build(planned, [1, 2])
    with pytest.raises(AnalyzerMismatch, match="new one"):
        in_batches.swap(planned)


def test_a_bad_document_is_quarantined_and_stops_nobody(filled: Library) -> None:
    filled.originals.put(filled.tenant, "b.exe", b"%PDF-1.7")
    filled.originals.put(filled.tenant, "d.txt", b"\x00\xff\x00\xfe" * 50)
    planned = filled.plan()
    filled.build(planned)
    filled.swap(planned)
    assert filled.found("apple") == {"a.txt", "b.txt", "c.txt"}
    for name, code in (("b.exe", "unsupported-document"), ("d.txt", "undecodable-text")):
        found = record(filled, name)
        assert found.state is DocumentState.QUARANTINED
        assert found.reason is not None
        assert found.reason.code == code


def test_a_description_is_no_document_and_is_read_with_its_own(filled: Library) -> None:
    filled.originals.put(filled.tenant, "a.txt.meta.json", b'{"title": "A described title"}')
    planned = filled.plan()
    assert planned.document_count == 3
    filled.build(planned)
    filled.swap(planned)
    assert filled.found("described") == {"a.txt"}


def test_a_file_of_json_lines_is_no_document_and_its_lines_are(filled: Library) -> None:
    line = b'{"id": "m", "title": "A plum line", "text": "plum"}'
    filled.originals.put(filled.tenant, "c.jsonl", line)
    filled.originals.put(filled.tenant, "c.jsonl/m.json", line)
    planned = filled.plan()
    assert planned.document_count == 4
    filled.build(planned)
    filled.swap(planned)
    assert filled.found("plum") == {"c.jsonl/m.json"}


def test_a_bad_description_quarantines_its_document_alone(filled: Library) -> None:
    filled.originals.put(filled.tenant, "a.txt.meta.json", b"{")
    filled.reindex()
    found = record(filled, "a.txt")
    assert found.reason is not None
    assert found.reason.code == "invalid-metadata"
    assert record(filled, "b.txt").state is DocumentState.INDEXED


def test_a_batch_of_bad_documents_makes_no_segment(library: Library) -> None:
    library.originals.put(library.tenant, "b.exe", b"%PDF-1.7")
    planned = library.plan()
    assert library.build(planned) == []
    assert library.swap(planned).manifest.document_count == 0


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
        runs.Batch.model_validate_json(
            library.files.read(library.tenant, runs.batch_name("run", number))
        ).names
        for number in planned.batches
    ]
    assert batches == [["a.txt", "b.txt"], ["c.txt"], ["d.txt"], ["e.txt"], ["f.txt"]]


def test_a_tenant_without_files_gets_an_empty_generation(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.take("a.txt")
    planned = library.plan()
    assert planned.batch_count == planned.document_count == 0
    assert library.swap(planned).manifest.segments == ()


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


@pytest.fixture
def in_batches(filled: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The three documents, a batch each."""
    monkeypatch.setattr(reindex, "BATCH_DOCUMENT_COUNT", 1)
    return filled


def test_a_run_keeps_its_plan_when_it_is_planned_again(in_batches: Library) -> None:
    planned = in_batches.plan()
    in_batches.upload("d.txt", "apple")
    assert in_batches.plan() == planned
    assert planned.batch_count == 3
    assert in_batches.plan("another").batch_count == 4


def test_a_plan_that_broke_off_is_made_again(
    in_batches: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = in_batches.files.write

    def crash(tenant: TenantId, name: str, data: bytes) -> None:
        if name.endswith("replaced.json"):
            raise StoreUnavailable("the power went out")
        write(tenant, name, data)

    with monkeypatch.context() as patched:
        patched.setattr(in_batches.files, "write", crash)
        with pytest.raises(StoreUnavailable):
            in_batches.plan()
    assert in_batches.plan().batch_count == 3


def test_a_resumed_run_builds_only_what_is_missing(
    in_batches: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = in_batches.plan()
    first = in_batches.build(planned, [0, 2])
    written: list[str] = []
    write = in_batches.files.write

    def note(tenant: TenantId, name: str, data: bytes) -> None:
        written.append(name)
        write(tenant, name, data)

    monkeypatch.setattr(in_batches.files, "write", note)
    second = in_batches.build(in_batches.plan())
    assert [second[0], second[2]] == first
    assert {name.split("/")[1] for name in written if name.startswith("segments/")} == {second[1]}
    made = [name for name in written if name.startswith(("segments/", runs.built_name("run", 1)))]
    assert made[-1] == runs.built_name("run", 1)
    in_batches.swap(planned)
    assert in_batches.found("apple") == {"a.txt", "b.txt", "c.txt"}


def test_what_a_resumed_run_relies_on_is_written_again(in_batches: Library) -> None:
    planned = in_batches.plan()
    in_batches.build(planned)
    names = [runs.plan_name("run"), *(runs.built_name("run", one) for one in planned.batches)]
    in_batches.files.pass_seconds(10.0)
    in_batches.plan()
    in_batches.build(planned)
    ages = [in_batches.files.age_seconds(in_batches.tenant, name) for name in names]
    assert ages == [0.0] * len(names)


def test_a_swap_of_a_run_with_a_missing_batch_is_refused(in_batches: Library) -> None:
    planned = in_batches.plan()
    in_batches.build(planned, [0, 2])
    before = in_batches.manifest
    with pytest.raises(RunIncomplete, match="resume"):
        in_batches.swap(planned)
    assert in_batches.manifest == before
    in_batches.build(planned)
    assert in_batches.swap(planned).manifest.document_count == 3


def test_a_swap_of_an_unknown_run_is_refused(in_batches: Library) -> None:
    planned = in_batches.plan()
    with pytest.raises(RunNotFound):
        in_batches.swap(planned.model_copy(update={"run_id": "another"}))
    with pytest.raises(RunNotFound):
        in_batches.build(planned.model_copy(update={"run_id": "another"}))


@pytest.mark.parametrize("number", [-1, 3])
def test_a_batch_that_the_run_has_not_is_refused(in_batches: Library, number: int) -> None:
    with pytest.raises(InvalidArgument):
        in_batches.build(in_batches.plan(), [number])


def test_what_another_analyzer_built_is_built_again(in_batches: Library) -> None:
    planned = in_batches.plan()
    in_batches.build(planned, [0])
    in_batches.words = WordAnalyzer("a new analyzer")
    in_batches.build(planned)
    in_batches.swap(planned)
    assert in_batches.manifest.analyzer == "a new analyzer"
    assert in_batches.found("apple") == {"a.txt", "b.txt", "c.txt"}


def test_what_was_built_for_a_plan_that_is_gone_is_built_again(in_batches: Library) -> None:
    in_batches.build(in_batches.plan())
    in_batches.files.remove(in_batches.tenant, runs.plan_name("run"))
    in_batches.upload("aa.txt", "apple aa")
    planned = in_batches.plan()
    in_batches.build(planned)
    assert in_batches.swap(planned).manifest.document_count == 4
    assert in_batches.found("apple") == {"a.txt", "aa.txt", "b.txt", "c.txt"}


def test_a_file_larger_than_a_batch_makes_one_of_its_own(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindex, "BATCH_BYTES", 10)
    assert filled.plan().batch_count == 3
    filled.reindex()
    assert filled.found("apple") == {"a.txt", "b.txt", "c.txt"}


def test_progress_is_the_number_of_batches_that_are_built(in_batches: Library) -> None:
    planned = in_batches.plan()
    assert runs.built_count(in_batches.tenant, "run", in_batches.files) == 0
    in_batches.build(planned, [1])
    assert runs.built_count(in_batches.tenant, "run", in_batches.files) == 1


@pytest.mark.parametrize("value", ["", "run", "../../" + "a" * 26, "A" * 32, "0" * 33, "0" * 31])
def test_only_a_runs_id_is_taken_for_one(value: str) -> None:
    with pytest.raises(InvalidArgument):
        runs.check_run_id(value)
    assert runs.check_run_id("0123456789abcdef" * 2)


def test_what_was_refused_for_the_quota_is_found_by_a_reindex_once_there_is_room(
    filled: Library,
) -> None:
    change = filled.put("d.txt", "apple d")
    filled.ledger.claim(filled.tenant, change)
    refused = Reason(QuotaReached.code, "delete some")
    quarantined = DocumentState.QUARANTINED
    filled.ledger.settle(
        filled.tenant, change.document_id, change.sequencer, quarantined, reason=refused
    )
    allowed = 3
    quota = Quota(
        filled.ledger,
        lambda _: Limits(document_count=allowed),
        lambda _: Stored(filled.manifest.document_count, 0),
    )
    for run_id, count in (("full", 3), ("raised", 4)):
        allowed = count
        planned = filled.plan(run_id, quota.within)
        filled.build(planned)
        assert filled.swap(planned).manifest.document_count == count
    assert "d.txt" in filled.found("apple")
    assert record(filled, "d.txt").state is DocumentState.INDEXED
