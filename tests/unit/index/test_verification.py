"""Inspecting and verifying: a sound index has no problem, and every damage is told."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from kotogura.errors import CorruptIndex, GenerationNotFound
from kotogura.index.described import write_file
from kotogura.index.inspection import inspect
from kotogura.index.manifest import SegmentEntry
from kotogura.index.verification import Verification, verify
from tests.memory.library import Library


def check(library: Library) -> Verification:
    return verify(library.tenant, library.generations, library.files)


def whats(library: Library) -> list[str]:
    return [problem.what for problem in check(library).problems]


@pytest.fixture
def filled(library: Library) -> Library:
    """Four generations: three documents in two segments, one of which has a tombstone."""
    library.stage(library.put("a.txt", "apple pear", title="A"))
    library.upload("b.txt", "apple plum", title="B")
    library.compact()
    library.upload("c.txt", "apple fig")
    library.upload("a.txt", "apple kiwi")
    return library


def test_a_sound_index_has_no_problem(filled: Library) -> None:
    filled.promote("first")
    filled.delete("c.txt")
    filled.compact()
    found = check(filled)
    assert found.problems == []
    assert found.generations[0] == filled.manifest.generation
    assert len(found.generations) == filled.manifest.generation
    assert found.file_count > found.segment_count * 3
    assert found.size_bytes > 0


def test_before_the_first_commit_there_is_nothing_to_verify(library: Library) -> None:
    with pytest.raises(GenerationNotFound):
        check(library)
    with pytest.raises(GenerationNotFound):
        inspect(library.tenant, library.generations, library.files)


@pytest.mark.parametrize("kind", ["terms", "postings", "documents"])
def test_a_missing_a_shortened_and_a_changed_file_are_told(filled: Library, kind: str) -> None:
    name = filled.manifest.segments[0].files[kind].name
    data = filled.files.read(filled.tenant, name)
    filled.files.write(filled.tenant, name, data[:-1])
    assert whats(filled) == [f"the file has {len(data) - 1} bytes instead of {len(data)}"]
    filled.files.write(filled.tenant, name, data[:-9] + b"x" + data[-8:])
    assert whats(filled) == ["the file differs from its digest"]
    filled.files.remove(filled.tenant, name)
    (problem,) = check(filled).problems
    assert (problem.where, problem.what) == (name, "the file is missing")


def test_damaged_vectors_are_told(filled: Library) -> None:
    filled.promote("first")
    name = filled.manifest.segments[0].vectors["first"].name
    filled.files.remove(filled.tenant, name)
    assert whats(filled) == ["the file is missing"]


def test_a_missing_or_changed_manifest_is_told_and_the_others_are_read(filled: Library) -> None:
    oldest = filled.manifest.history[-1]
    data = filled.files.read(filled.tenant, oldest)
    filled.files.write(filled.tenant, oldest, data.replace(b"2026", b"2027"))
    assert whats(filled) == ["the manifest differs from its digest"]
    filled.files.write(filled.tenant, oldest, b"{}")
    (problem,) = check(filled).problems
    assert problem.where == oldest
    filled.files.remove(filled.tenant, oldest)
    assert whats(filled) == ["the manifest is missing"]
    assert len(check(filled).generations) == filled.manifest.generation - 1


def test_a_missing_newest_manifest_is_told(filled: Library) -> None:
    filled.files.remove(filled.tenant, filled.current().pointer.manifest)
    assert whats(filled) == ["the manifest is missing"]


def test_a_file_that_is_no_parquet_is_told_even_if_its_digest_is_right(filled: Library) -> None:
    base = filled.current()
    (first, *rest) = base.manifest.segments
    entry = write_file(filled.tenant, "segments/0/terms.parquet", b"no Parquet", filled.files)
    changed = first.model_copy(update={"files": {**first.files, "terms": entry}})
    filled.generations.publish(
        filled.tenant, base, segments=(changed, *rest), content_changed=False, model=None
    )
    assert whats(filled) == ["the file's tables can't be read"]


Change = Callable[[SegmentEntry], Mapping[str, Any]]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda _: {"document_count": 5}, "it has 2 documents instead of 5"),
        (
            lambda _: {"field_lengths": {"title": 2, "body": 99}},
            "its body lengths add up to something else",
        ),
        (
            lambda _: {"tombstone_lengths": {"title": 9, "body": 2}},
            "the title lengths of what has a tombstone add up to something else",
        ),
        (lambda _: {"tombstones": (7,)}, "its tombstones are not ordinals in order"),
        (lambda _: {"tombstones": (1, 0)}, "its tombstones are not ordinals in order"),
    ],
)
def test_statistics_that_differ_from_the_rows_are_told(
    filled: Library, change: Change, what: str
) -> None:
    base = filled.current()
    (first, *rest) = base.manifest.segments
    changed = first.model_copy(update=dict(change(first)))
    filled.generations.publish(
        filled.tenant, base, segments=(changed, *rest), content_changed=False, model=None
    )
    assert what in whats(filled)


def test_a_document_that_is_live_twice_is_told(filled: Library) -> None:
    base = filled.current()
    (first, *rest) = base.manifest.segments
    alive = first.model_copy(update={"tombstones": (), "tombstone_lengths": {}})
    filled.generations.publish(
        filled.tenant, base, segments=(alive, *rest), content_changed=False, model=None
    )
    assert whats(filled) == ["1 documents are in it more than once"]


def test_an_inspection_tells_what_the_index_is_made_of(filled: Library) -> None:
    report = inspect(filled.tenant, filled.generations, filled.files)
    manifest = filled.manifest
    assert report.newest.generation == manifest.generation
    assert report.newest.document_count == 3
    assert report.tombstone_count == 1
    assert report.field_lengths["body"] == manifest.field_length("body")
    assert [segment.segment_id for segment in report.segments] == [
        segment.segment_id for segment in manifest.segments
    ]
    assert report.segments[0].document_count == 2
    assert report.segments[0].term_count == 5
    assert [one.generation for one in report.kept] == list(range(manifest.generation - 1, 0, -1))
    assert report.unreadable == []


def test_an_inspection_names_kept_manifests_that_cannot_be_read(filled: Library) -> None:
    oldest = filled.manifest.history[-1]
    filled.files.remove(filled.tenant, oldest)
    report = inspect(filled.tenant, filled.generations, filled.files)
    assert report.unreadable == [oldest]
    filled.files.write(filled.tenant, filled.manifest.segments[0].files["terms"].name, b"damaged")
    with pytest.raises(CorruptIndex, match="verify"):
        inspect(filled.tenant, filled.generations, filled.files)
