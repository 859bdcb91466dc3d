"""Generations: one conditional write each, ten of them kept, and nothing read that was altered."""

import json

import pytest

from kotogura.errors import CorruptIndex
from kotogura.index.changes import ManifestPointer
from kotogura.index.generations import Generation
from kotogura.index.manifest import (
    FORMAT_VERSION,
    KEPT_GENERATION_COUNT,
    Manifest,
    decode_manifest,
)
from tests.memory.library import Library


def republish(library: Library, *, content_changed: bool = False) -> Generation:
    base = library.generations.current(library.tenant)
    assert base is not None
    published = library.generations.publish(
        library.tenant,
        base,
        segments=base.manifest.segments,
        content_changed=content_changed,
        model=base.manifest.model,
    )
    assert published is not None
    return published


def test_a_tenant_without_a_commit_has_no_generation(library: Library) -> None:
    assert library.generations.current(library.tenant) is None


def test_the_pointer_names_the_manifest_and_its_digest(library: Library) -> None:
    library.upload("a.txt", "apple")
    current = library.generations.current(library.tenant)
    assert current is not None
    assert current.pointer.generation == current.manifest.generation == 1
    assert decode_manifest(library.files.read(library.tenant, current.pointer.manifest)) == (
        current.manifest
    )


def test_an_altered_manifest_is_not_read(library: Library) -> None:
    library.upload("a.txt", "apple")
    current = library.generations.current(library.tenant)
    assert current is not None
    altered = current.manifest.model_copy(update={"segments": ()}).encode()
    library.files.write(library.tenant, current.pointer.manifest, altered)
    with pytest.raises(CorruptIndex, match="differs from its digest"):
        library.generations.current(library.tenant)


def test_the_content_generation_is_that_of_the_last_change_of_documents(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.upload("b.txt", "apple")
    assert republish(library).manifest.content_generation == 2
    assert republish(library).pointer.content_generation == 2
    assert republish(library, content_changed=True).manifest.content_generation == 5


def test_the_history_names_the_last_ten_newest_first(library: Library) -> None:
    library.upload("a.txt", "apple")
    first = library.pointers.get(library.tenant)
    assert first is not None
    later = [republish(library).pointer for _ in range(KEPT_GENERATION_COUNT + 3)]
    past = [pointer.manifest for pointer in (first, *later[:-1])]
    assert library.manifest.history == tuple(reversed(past))[: KEPT_GENERATION_COUNT - 1]
    assert library.manifest.generation == KEPT_GENERATION_COUNT + 4


def test_the_loser_of_a_race_publishes_nothing(library: Library) -> None:
    library.upload("a.txt", "apple")
    base = library.generations.current(library.tenant)
    winner = republish(library)
    lost = library.generations.publish(
        library.tenant, base, segments=(), content_changed=True, model=None
    )
    assert lost is None
    assert library.generations.current(library.tenant) == winner


def test_an_earlier_generation_can_be_put_back(library: Library) -> None:
    library.upload("a.txt", "apple")
    before = library.pointers.get(library.tenant)
    library.upload("a.txt", "pear")
    now = library.pointers.get(library.tenant)
    assert before is not None
    assert library.pointers.move(library.tenant, now, before)
    assert library.found("apple") == {"a.txt"}


def test_equal_manifests_are_equal_bytes_and_come_back_whole(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.upload("b.txt", "pear")
    library.delete("a.txt")
    manifest = library.manifest
    assert decode_manifest(manifest.encode()) == manifest
    assert decode_manifest(manifest.encode()).encode() == manifest.encode()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"\xff", b'{"generation": "one"}'])
def test_what_is_no_manifest_is_corrupt(data: bytes) -> None:
    with pytest.raises(CorruptIndex, match="can't be read"):
        decode_manifest(data)


def test_a_later_releases_manifest_asks_for_an_upgrade() -> None:
    manifest = Manifest(generation=1, content_generation=1, analyzer="", created_at="")
    later = json.loads(manifest.encode()) | {
        "format_version": FORMAT_VERSION + 1,
        "something": "that this release doesn't know",
    }
    with pytest.raises(CorruptIndex, match="upgrade"):
        decode_manifest(json.dumps(later).encode())


def test_a_pointer_tells_what_the_model_learned_from(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.promote("first")
    library.upload("b.txt", "pear")
    pointer = library.pointers.get(library.tenant)
    assert isinstance(pointer, ManifestPointer)
    assert (pointer.content_generation, pointer.trained_generation) == (3, 1)
