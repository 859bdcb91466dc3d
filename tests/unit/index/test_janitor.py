"""The janitor removes what nobody names, and only when nobody can still be about to."""

from collections.abc import Callable

import pytest

from kotogura.errors import CorruptIndex
from kotogura.index.janitor import GRACE_SECONDS, LEFTOVER_SECONDS, sweep
from kotogura.index.manifest import KEPT_GENERATION_COUNT
from tests.memory.library import Library


def clean(library: Library) -> int:
    return sweep(library.tenant, library.generations, library.files, library.staged)


def names(library: Library, folder: str) -> set[str]:
    return set(library.files.names(library.tenant, folder))


def needed(library: Library) -> set[str]:
    return {entry.name for entry in library.manifest.file_entries()}


def grow_old(library: Library) -> None:
    """Push whatever is current now out of the kept generations."""
    for number in range(KEPT_GENERATION_COUNT):
        library.upload("other.txt", f"word {number}")


def test_what_the_current_generation_names_is_kept_for_ever(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.promote("first")
    library.files.pass_seconds(100 * LEFTOVER_SECONDS)
    assert clean(library) == 0
    assert library.found("apple") == {"a.txt"}
    assert needed(library) <= names(library, "")


def test_what_an_earlier_kept_generation_names_is_kept(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.promote("first")
    pointer = library.pointers.get(library.tenant)
    files = needed(library) | {"models/first/model.onnx"}
    library.files.write(library.tenant, "models/first/model.onnx", b"a model")
    library.promote("second")
    library.upload("a.txt", "pear")
    library.files.pass_seconds(100 * LEFTOVER_SECONDS)
    clean(library)
    assert files <= names(library, "")
    assert pointer is not None
    library.pointers.move(library.tenant, library.pointers.get(library.tenant), pointer)
    assert library.found("apple") == {"a.txt"}


def test_what_no_kept_generation_names_goes_after_the_grace_period(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.promote("first")
    library.files.write(library.tenant, "models/first/model.onnx", b"a model")
    old = needed(library) | {"models/first/model.onnx"}
    library.promote("second")
    library.delete("a.txt")
    grow_old(library)
    clean(library)
    assert old <= names(library, "")
    library.files.pass_seconds(GRACE_SECONDS + 1)
    clean(library)
    assert not {name for name in old if name.startswith("segments/")} & names(library, "segments")
    assert names(library, "models/first")  # a training may take longer
    library.files.pass_seconds(GRACE_SECONDS + 1)
    clean(library)
    assert not names(library, "models/first")
    assert len(names(library, "manifests")) == KEPT_GENERATION_COUNT


def test_manifests_that_lost_their_race_go(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.files.write(library.tenant, "manifests/0000000001-lost.json", b"{}")
    library.files.pass_seconds(GRACE_SECONDS + 1)
    assert clean(library) == 1
    assert len(names(library, "manifests")) == 1


def test_a_staged_segment_is_kept_however_long_it_waits(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.promote("first")
    change = library.stage(library.put("b.txt", "pear"))
    library.files.pass_seconds(GRACE_SECONDS + 1)
    clean(library)
    library.commit(change)
    assert library.found("pear") == {"b.txt"}
    assert needed(library) <= names(library, "")


def test_a_segment_that_was_never_staged_goes_after_the_grace_period(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.stage(library.put("b.txt", "pear"))
    library.staged.discard(library.tenant, library.staged.all(library.tenant))
    assert clean(library) == 0
    library.files.pass_seconds(GRACE_SECONDS + 1)
    assert clean(library) == 6
    assert needed(library) == names(library, "segments")


def test_a_change_that_is_committed_meanwhile_keeps_its_files(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.upload("a.txt", "apple")
    change = library.stage(library.put("b.txt", "pear"))
    library.files.pass_seconds(GRACE_SECONDS + 1)

    def commit_between(read: Callable[..., object]) -> Callable[..., object]:
        def then_commit(*arguments: object) -> object:
            monkeypatch.undo()
            answer = read(*arguments)
            library.commit(change)
            return answer

        return then_commit

    monkeypatch.setattr(library.staged, "all", commit_between(library.staged.all))
    monkeypatch.setattr(library.pointers, "get", commit_between(library.pointers.get))
    clean(library)  # commits after whichever it reads first
    assert needed(library) <= names(library, "")
    assert library.found("pear") == {"b.txt"}


def test_segments_of_a_reindex_under_way_wait_for_their_swap(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.upload("b.txt", "pear")
    planned = library.plan()
    library.build(planned)
    library.files.pass_seconds(GRACE_SECONDS + 1)
    clean(library)
    library.swap(planned)
    assert needed(library) <= names(library, "")
    assert library.found("apple") == {"a.txt"}


def test_an_entry_of_a_reindex_whose_writing_was_cut_short_stops_no_sweep(
    library: Library,
) -> None:
    library.upload("a.txt", "apple")
    library.files.write(library.tenant, "reindex/run/segment-0123.json.4567.writing", b"")
    assert clean(library) == 0
    library.files.pass_seconds(LEFTOVER_SECONDS + 1)
    assert clean(library) == 1


def test_what_an_abandoned_reindex_left_goes_after_a_week(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.upload("b.txt", "pear")
    library.build(library.plan())
    library.files.pass_seconds(LEFTOVER_SECONDS + 1)
    clean(library)
    clean(library)
    assert names(library, "reindex") == set()
    assert names(library, "segments") == needed(library)


def test_an_extracted_text_goes_when_its_execution_has_long_ended(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.files.write(library.tenant, "staging/a-01.json", b"{}")
    assert clean(library) == 0
    library.files.pass_seconds(GRACE_SECONDS + 1)
    assert clean(library) == 1


def test_a_missing_kept_manifest_stops_the_sweep(library: Library) -> None:
    library.upload("a.txt", "apple")
    library.upload("a.txt", "pear")
    library.files.remove(library.tenant, library.manifest.history[0])
    before = names(library, "")
    library.files.pass_seconds(100 * LEFTOVER_SECONDS)
    with pytest.raises(CorruptIndex, match="sweep nothing"):
        clean(library)
    assert names(library, "") == before


def test_the_janitor_keeps_to_its_tenant(library: Library) -> None:
    other = library.of(type(library.tenant)("tsubame"))
    library.upload("a.txt", "apple")
    other.upload("a.txt", "apple")
    other.stage(other.put("b.txt", "pear"))
    other.staged.discard(other.tenant, other.staged.all(other.tenant))
    library.files.pass_seconds(100 * LEFTOVER_SECONDS)
    before = names(other, "")
    assert clean(library) == 0
    assert names(other, "") == before
