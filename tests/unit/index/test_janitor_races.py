"""The janitor beside readers and another janitor: nobody loses what they may still be reading."""

from collections.abc import Iterator

import pytest

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index.janitor import GRACE_SECONDS, sweep
from kotogura.index.manifest import KEPT_GENERATION_COUNT
from kotogura.tenants.identity import TenantId
from tests.memory.library import Library


def clean(library: Library) -> int:
    return sweep(library.tenant, library.generations, library.files, library.staged)


def burst(library: Library) -> None:
    """Push whatever is current now out of the kept generations, in no time."""
    for number in range(KEPT_GENERATION_COUNT):
        library.upload("other.txt", f"word {number}")


def test_a_generation_that_a_burst_pushed_out_is_kept_for_who_still_reads_it(
    library: Library,
) -> None:
    library.upload("a.txt", "apple")
    pinned = library.current()
    library.files.pass_seconds(100 * GRACE_SECONDS)
    library.upload("a.txt", "pear")
    burst(library)
    assert pinned.pointer.manifest not in library.manifest.history
    clean(library)
    for entry in pinned.manifest.file_entries():
        assert len(library.files.read(library.tenant, entry.name)) == entry.size_bytes
    library.files.pass_seconds(GRACE_SECONDS + 1)
    assert clean(library) > 0
    with pytest.raises(StoreUnavailable):
        library.files.read(library.tenant, pinned.pointer.manifest)


def test_a_sweep_that_another_one_overtakes_asks_to_be_repeated(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word in ("apple", "pear"):
        library.upload("a.txt", word)
    library.files.pass_seconds(GRACE_SECONDS + 1)
    names = library.files.names

    def overtaken(tenant: TenantId, prefix: str) -> Iterator[str]:
        if prefix == "manifests":
            monkeypatch.undo()
            burst(library)
            library.files.pass_seconds(GRACE_SECONDS + 1)
            clean(library)
        return names(tenant, prefix)

    monkeypatch.setattr(library.files, "names", overtaken)
    with pytest.raises(StoreUnavailable):
        clean(library)
    assert clean(library) == 0


def test_a_kept_manifest_that_is_missing_while_nothing_moves_is_a_fault_of_the_index(
    library: Library,
) -> None:
    for word in ("apple", "pear"):
        library.upload("a.txt", word)
    library.files.remove(library.tenant, library.manifest.history[0])
    with pytest.raises(CorruptIndex):
        clean(library)


def test_a_segment_that_is_being_written_again_is_left_alone(library: Library) -> None:
    library.upload("a.txt", "apple")
    change = library.stage(library.put("b.txt", "pear"))
    (staged,) = library.staged.all(library.tenant)
    library.staged.discard(library.tenant, [staged])  # it expired
    library.files.pass_seconds(GRACE_SECONDS + 1)
    assert staged.segment is not None
    first = staged.segment.files["terms"].name
    library.files.write(library.tenant, first, library.files.read(library.tenant, first))
    clean(library)
    library.staged.add(library.tenant, staged)
    assert library.commit(change).outcome == "indexed"
    assert library.found("pear") == {"b.txt"}
