"""Merging: fewer segments that hold the same, when it is worth it and nobody else was faster."""

from collections.abc import Callable

import pytest

from kotogura.index import merge
from kotogura.index.merge import choose_segments
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


def test_what_a_merge_leaves_alone_stays_searchable(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.compact()
    big = sum(entry.size_bytes for entry in filled.manifest.segments[0].files.values())
    monkeypatch.setattr(merge, "SMALL_SEGMENT_BYTES", big - 1)
    filled.upload("d.txt", "apple d")
    filled.upload("e.txt", "apple e")
    (kept, *_) = filled.manifest.segments
    assert filled.compact() == 2
    assert kept in filled.manifest.segments
    assert filled.found("apple") == {f"{name}.txt" for name in "abcde"}


def test_a_large_segment_is_rewritten_once_a_fifth_of_it_is_gone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        library.stage(library.put(f"{number}.txt", f"apple {number}"))
    library.upload("x.txt", "apple x")
    library.compact()
    monkeypatch.setattr(merge, "SMALL_SEGMENT_BYTES", 1)
    for number in range(2):
        library.delete(f"{number}.txt")
        assert library.compact() == 0
    library.delete("2.txt")
    assert library.compact() == 1
    assert library.manifest.segments[0].document_count == 8


def test_no_merge_grows_beyond_the_limit(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [
        sum(entry.size_bytes for entry in segment.files.values())
        for segment in filled.manifest.segments
    ]
    monkeypatch.setattr(merge, "MERGED_LIMIT_BYTES", sizes[0] + sizes[1])
    assert choose_segments(filled.manifest) == list(filled.manifest.segments[:2])


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
    chosen = choose_segments(filled.manifest)
    assert [set(segment.vectors) for segment in chosen] == [{"first"}] * 3
    assert filled.compact() == 3
    assert filled.found("apple") == {f"{name}.txt" for name in "abcd"}
