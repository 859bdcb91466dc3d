"""Merging: fewer segments that hold the same, when it is worth it and nobody else was faster."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.index import merge
from kotogura.index.merge_policy import TieredPolicy
from kotogura.search.answers import SearchAnswer
from tests.memory.library import Library

Rivals = list[Callable[[], object]]


@pytest.fixture
def filled(library: Library) -> Library:
    """Three documents in three segments."""
    for name in "abc":
        library.upload(f"{name}.txt", f"apple {name}", title=f"title {name}")
    return library


def test_small_segments_become_one(filled: Library) -> None:
    assert filled.compact() == 3
    assert len(filled.manifest.segments) == 1
    assert filled.manifest.generation == 4
    assert filled.found("apple") == {"a.txt", "b.txt", "c.txt"}


def test_a_merge_changes_no_content(filled: Library) -> None:
    before = filled.live()
    filled.compact()
    assert filled.live() == before
    assert filled.manifest.content_generation == 3


def test_nothing_is_merged_where_nothing_is_gained(filled: Library) -> None:
    filled.compact()
    assert filled.compact() == 0
    assert filled.manifest.generation == 4


def test_a_tenant_without_an_index_has_nothing_to_merge(library: Library) -> None:
    assert library.compact() == 0
    assert library.manifest.generation == 0


def test_removed_documents_are_left_behind(filled: Library) -> None:
    filled.compact()
    filled.delete("b.txt")
    assert filled.compact() == 1
    (segment,) = filled.manifest.segments
    assert (segment.document_count, segment.tombstones) == (2, ())
    assert filled.found("apple") == {"a.txt", "c.txt"}
    terms, _ = filled.reader().vocabulary()
    assert "b" not in terms


def test_what_a_merge_leaves_alone_stays_searchable(filled: Library) -> None:
    filled.compact()
    big = sum(entry.size_bytes for entry in filled.manifest.segments[0].files.values())
    for name in "defgh":
        filled.upload(f"{name}.txt", f"apple {name}")
    (kept, *_) = filled.manifest.segments
    assert filled.compact(policy=TieredPolicy(2, 1, 2 * big - 1)) > 1
    assert kept in filled.manifest.segments
    assert filled.found("apple") == {f"{name}.txt" for name in "abcdefgh"}


def test_a_single_segment_is_rewritten_once_a_fifth_of_it_is_gone(library: Library) -> None:
    for number in range(10):
        library.stage(library.put(f"{number}.txt", f"apple {number}"))
    library.upload("x.txt", "apple x")
    library.compact()
    for number in range(2):
        library.delete(f"{number}.txt")
        assert library.compact() == 0
    library.delete("2.txt")
    assert library.compact() == 1
    assert library.manifest.segments[0].document_count == 8


def test_all_merges_of_a_compaction_make_one_generation(library: Library) -> None:
    for number in range(12):
        library.upload(f"{number}.txt", f"apple {number}")
    assert library.compact(policy=TieredPolicy(2, 1, 10_000_000)) == 12
    assert library.manifest.generation == 13
    assert library.compact(policy=TieredPolicy(2, 1, 10_000_000)) == 0
    assert len(library.found("apple")) == 12


def test_a_compaction_stops_after_what_it_may_read(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        library.upload(f"{number}.txt", f"apple {number}")
    policy = TieredPolicy(2, 1, 10_000_000)
    monkeypatch.setattr(merge, "READ_LIMIT_BYTES", 0)
    counts = [len(library.manifest.segments)]
    while library.compact(policy=policy):
        counts.append(len(library.manifest.segments))
    assert counts == sorted(counts, reverse=True)
    assert len(counts) > 3
    assert len(library.found("apple")) == 12


def test_a_document_that_comes_in_between_does_not_stop_a_merge(
    filled: Library, rivals: Rivals
) -> None:
    rivals.append(lambda: filled.upload("d.txt", "apple d"))
    assert filled.compact() == 3
    assert [segment.document_count for segment in filled.manifest.segments] == [3, 1]
    assert filled.found("apple") == {f"{name}.txt" for name in "abcd"}


def test_a_commit_that_comes_first_makes_the_merge_void(filled: Library, rivals: Rivals) -> None:
    rivals.append(lambda: filled.delete("a.txt"))
    assert filled.compact() == 0
    assert filled.found("apple") == {"b.txt", "c.txt"}
    assert filled.compact() == 2
    assert filled.found("apple") == {"b.txt", "c.txt"}


def test_a_merged_document_can_be_replaced_and_removed(filled: Library) -> None:
    filled.compact()
    filled.upload("a.txt", "pear")
    filled.delete("b.txt")
    filled.compact()
    assert (filled.found("apple"), filled.found("pear")) == ({"c.txt"}, {"a.txt"})


def test_a_merge_keeps_the_vectors_of_the_model_in_service(filled: Library) -> None:
    filled.promote("first")
    filled.delete("b.txt")
    before = filled.service().search(filled.tenant, "apple c", "meaning")
    assert filled.compact() == 2
    after = filled.service().search(filled.tenant, "apple c", "meaning")
    assert after.hits == before.hits
    assert [set(segment.vectors) for segment in filled.manifest.segments] == [{"first"}]


def test_segments_without_the_models_vectors_wait(filled: Library) -> None:
    late = filled.stage(filled.put("d.txt", "apple d"))  # before there is a model
    filled.promote("first")
    filled.commit(late)
    assert filled.compact() == 3
    assert [set(segment.vectors) for segment in filled.manifest.segments] == [{"first"}, set()]
    assert filled.found("apple") == {f"{name}.txt" for name in "abcd"}


words = st.lists(st.sampled_from(["apple", "pear", "plum", "fig", "kiwi"]), min_size=1, max_size=8)
histories = st.lists(
    st.lists(st.tuples(st.integers(0, 7), words | st.none()), min_size=1, max_size=4),
    min_size=1,
    max_size=8,
)
QUERIES = ("apple", "pear plum", "kiwi fig apple", "title plum")


def answers(library: Library, mode: str) -> list[list[tuple[str, float]]]:
    def hits(answer: SearchAnswer) -> list[tuple[str, float]]:
        return [(hit.name, hit.score) for hit in answer.hits]

    service = library.service()
    return [hits(service.search(library.tenant, query, mode, 100)) for query in QUERIES]


@settings(max_examples=30, deadline=None)
@given(history=histories, tier=st.sampled_from([2, 3]), trained=st.booleans())
def test_a_search_of_what_is_merged_is_a_search_of_its_parts(
    tmp_path_factory: pytest.TempPathFactory,
    history: list[list[tuple[int, list[str] | None]]],
    tier: int,
    trained: bool,
) -> None:
    scratch = tmp_path_factory.mktemp("merges")
    library, afresh = Library(scratch / "parts"), Library(scratch / "afresh")
    library.upload("first.txt", "apple pear", title="title first.txt")
    if trained:
        library.promote("first")
    newest: dict[str, str | None] = {"first.txt": "apple pear"}
    for batch in history:
        for number, body in batch:
            name = f"{number}.txt"
            text = " ".join(body) if body else None
            change = library.put(name, text, f"title {name}") if text else library.take(name)
            library.stage(change)
            newest[name] = text
        library.commit(change)
    by_word = answers(library, "words")
    by_meaning = answers(library, "meaning") if trained else []
    segments = library.manifest.segments
    library.compact(policy=TieredPolicy(tier, 1, 10_000_000, worn_share=0.0))
    assert len(library.manifest.segments) <= len(segments)
    assert not any(segment.tombstones for segment in library.manifest.segments)
    assert answers(library, "words") == by_word
    assert not trained or answers(library, "meaning") == by_meaning

    afresh.sequence = 1_000
    for name, text in newest.items():
        if text is not None:
            change = afresh.stage(afresh.put(name, text, f"title {name}"))
    afresh.commit(change)
    assert answers(afresh, "words") == by_word
