"""Folding: a commit publishes what it brings as one segment, and every search stays the same."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.documents.changes import DocumentChange
from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index.commit import Committer
from kotogura.index.folding import Folding
from kotogura.index.manifest import SegmentEntry
from kotogura.index.merge_policy import TieredPolicy
from kotogura.index.outcome import Committed
from kotogura.semantics.segment_vectors import merge_vectors
from tests.memory.library import Library
from tests.memory.racing import RacingPointers


def folding(library: Library, **limits: object) -> Folding:
    return Folding(library.files, partial(merge_vectors, files=library.files), **limits)  # type: ignore[arg-type]


def commit(library: Library, change: DocumentChange, fold: Folding | None = None) -> Committed:
    committer = Committer(
        library.generations,
        library.staged,
        library.ledger,
        library.directory,
        library.pauses.append,
        fold=fold or folding(library),
    )
    return committer.commit(library.tenant, change.document_id, change.sequencer)


def put(library: Library, name: str, body: str = "apple") -> DocumentChange:
    return library.stage(library.put(name, f"{body} {name}", title=f"title {name}"))


def segment_sizes(library: Library) -> list[int]:
    return [segment.document_count for segment in library.manifest.segments]


def test_what_is_committed_together_becomes_one_segment(library: Library) -> None:
    changes = [put(library, f"{number}.txt") for number in range(12)]
    assert commit(library, changes[3]).generation == 1
    assert segment_sizes(library) == [12]
    assert library.live() == {change.document_id: change.sequencer for change in changes}
    assert library.found("apple") == {f"{number}.txt" for number in range(12)}
    for change in changes:
        assert commit(library, change) == Committed("indexed", 1)


def test_a_single_document_keeps_its_own_segment(library: Library) -> None:
    change = put(library, "a.txt")
    (staged,) = library.staged.all(library.tenant)
    commit(library, change)
    assert library.manifest.segments == (staged.segment,)


def test_a_tenant_that_uploads_one_by_one_has_few_segments(library: Library) -> None:
    most = 0
    for number in range(60):
        commit(library, put(library, f"{number}.txt"))
        most = max(most, len(library.manifest.segments))
    assert most <= 10
    assert library.manifest.document_count == 60
    assert len(library.found("apple")) == 60


def test_older_versions_and_removed_documents_are_gone_after_a_fold(library: Library) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        last = put(library, name)
    commit(library, last)
    put(library, "a.txt", "pear")
    library.stage(library.take("b.txt"))
    commit(library, put(library, "d.txt"))
    assert library.found("apple") == {"c.txt", "d.txt"}
    assert library.found("pear") == {"a.txt"}
    assert library.manifest.document_count == 3
    assert library.manifest.field_length("body") == 6


def test_a_removal_alone_merges_nothing(library: Library) -> None:
    fold = folding(library, small=TieredPolicy(2, 1_000_000, 10_000_000))
    for name in ("a.txt", "b.txt", "c.txt"):
        library.upload(name, "apple pear")
    commit(library, library.stage(library.take("b.txt")), fold)
    assert segment_sizes(library) == [1, 1]


def test_a_fold_keeps_the_vectors_of_the_model_in_service(library: Library) -> None:
    library.upload("z.txt", "plum")
    library.promote("first")
    changes = [put(library, f"{number}.txt") for number in range(3)]
    commit(library, changes[0])
    assert [set(segment.vectors) for segment in library.manifest.segments] == [{"first"}]
    answer = library.service().search(library.tenant, "apple 1.txt", "meaning")
    assert answer.hits[0].name == "1.txt"


def test_segments_without_the_models_vectors_join_none_that_has_them(library: Library) -> None:
    library.upload("z.txt", "plum")
    before = [put(library, f"before-{number}.txt") for number in range(2)]  # before the model
    library.promote("first")
    after = [put(library, f"after-{number}.txt") for number in range(2)]
    commit(library, after[0])
    kinds = {segment.document_count: set(segment.vectors) for segment in library.manifest.segments}
    assert kinds == {len(before): set(), 1 + len(after): {"first"}}
    assert len(library.found("apple")) == 4


def test_no_group_grows_beyond_its_limit(library: Library) -> None:
    changes = [put(library, f"{number}.txt") for number in range(6)]
    sizes = [
        sum(entry.size_bytes for entry in change.segment.files.values())
        for change in library.staged.all(library.tenant)
        if change.segment
    ]
    never = TieredPolicy(max_merged_bytes=0)
    commit(library, changes[0], folding(library, small=never, group_bytes=2 * max(sizes)))
    assert segment_sizes(library) == [2, 2, 2]


def test_a_fold_that_loses_its_race_is_thrown_away(library: Library) -> None:
    pointers = library.pointers = RacingPointers()
    mine = [put(library, f"{number}.txt") for number in range(3)]
    pointers.rivals.append(lambda: library.commit(put(library, "rival.txt")))
    assert commit(library, mine[0]).generation == 1  # the rival took all of it along
    assert segment_sizes(library) == [1, 1, 1, 1]
    named = {segment.segment_id for segment in library.manifest.segments}
    written = {name.split("/")[1] for name in library.files.names(library.tenant, "segments")}
    assert len(written - named) == 1


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_staged_segment_stops_nobody_else(library: Library, damage: str) -> None:
    bad, good = put(library, "bad.txt"), put(library, "good.txt")
    (segment,) = (
        c.segment for c in library.staged.all(library.tenant) if c.version == bad.sequencer
    )
    assert segment is not None
    name = segment.files["postings"].name
    if damage == "missing":
        library.files.remove(library.tenant, name)
    else:
        library.files.write(library.tenant, name, b"damaged")
    assert commit(library, good) == Committed("indexed", 1, published=True)
    assert library.found("apple") == {"good.txt"}
    assert library.staged.all(library.tenant) == []
    assert commit(library, library.stage(bad)) == Committed(
        "indexed", 2, published=True
    )  # extracted again
    assert library.found("apple") == {"bad.txt", "good.txt"}


def test_a_damaged_staged_change_fails_its_own_commit(library: Library) -> None:
    put(library, "good.txt")
    bad = put(library, "bad.txt")
    (segment,) = (
        c.segment for c in library.staged.all(library.tenant) if c.version == bad.sequencer
    )
    assert segment is not None
    library.files.write(library.tenant, segment.files["terms"].name, b"damaged")
    with pytest.raises(CorruptIndex, match="upload"):
        commit(library, bad)
    assert len(library.staged.all(library.tenant)) == 1


def test_a_damaged_segment_that_is_in_keeps_no_document_out(library: Library) -> None:
    commit(library, put(library, "a.txt"))
    name = library.manifest.segments[0].files["postings"].name
    library.files.write(library.tenant, name, b"damaged")
    for number in range(3):
        put(library, f"{number}.txt")
    assert commit(library, put(library, "b.txt")).outcome == "indexed"
    assert segment_sizes(library) == [1, 4]


def test_a_store_that_answers_nothing_loses_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [put(library, f"{number}.txt") for number in range(3)]

    def fail(*_: object) -> bytes:
        raise StoreUnavailable("the store can't be read")

    with monkeypatch.context() as patched:
        patched.setattr(library.files, "write", fail)
        with pytest.raises(StoreUnavailable):
            commit(library, changes[0])
    assert len(library.staged.all(library.tenant)) == 3
    assert commit(library, changes[0]) == Committed("indexed", 1, published=True)


words = st.lists(st.sampled_from(["apple", "pear", "plum", "fig"]), min_size=1, max_size=6)
batches = st.lists(
    st.lists(st.tuples(st.integers(0, 5), words | st.none()), min_size=1, max_size=4),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(batches=batches)
def test_searches_and_statistics_are_the_same_with_and_without_folding(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[int, list[str] | None]]]
) -> None:
    scratch = tmp_path_factory.mktemp("folds")
    plain, folded = Library(scratch / "plain"), Library(scratch / "folded")
    small = TieredPolicy(segments_per_tier=2, floor_bytes=1, max_merged_bytes=200_000)
    for batch in batches:
        for library in (plain, folded):
            for number, body in batch:
                name = f"{number}.txt"
                change = library.put(name, " ".join(body)) if body else library.take(name)
                library.stage(change)
            if library is plain:
                library.commit(change)
            else:
                commit(library, change, folding(library, small=small))
    assert folded.live() == plain.live()
    assert len(folded.manifest.segments) <= max(1, len(plain.manifest.segments))
    for field in ("title", "body"):
        assert folded.manifest.field_length(field) == plain.manifest.field_length(field)
    for query in ("apple", "pear plum", "fig apple pear"):
        answers = [
            library.service().search(library.tenant, query, "words", 100).hits
            for library in (plain, folded)
        ]
        assert [(hit.name, hit.score) for hit in answers[0]] == [
            (hit.name, hit.score) for hit in answers[1]
        ]


def test_a_published_fold_names_files_that_are_there(library: Library) -> None:
    changes = [put(library, f"{number}.txt") for number in range(3)]
    commit(library, changes[0])
    (segment,) = library.manifest.segments
    assert isinstance(segment, SegmentEntry)
    for entry in segment.file_entries():
        assert len(library.files.read(library.tenant, entry.name)) == entry.size_bytes
