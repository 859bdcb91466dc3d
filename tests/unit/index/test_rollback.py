"""Rolling back: what a kept generation held is found again, and nothing else."""

from collections.abc import Callable

import pytest

from kotogura.errors import CommitConflict, CorruptIndex, GenerationNotFound
from kotogura.index.commit import ATTEMPT_COUNT
from kotogura.index.differences import Differences, differences
from kotogura.index.generations import Generation
from kotogura.index.janitor import GRACE_SECONDS, sweep
from kotogura.index.manifest import KEPT_GENERATION_COUNT
from kotogura.index.rollback import rollback
from tests.memory.files import MemoryFiles
from tests.memory.library import Library

Rivals = list[Callable[[], object]]


def roll_back(library: Library, number: int) -> Generation:
    return rollback(
        library.tenant, number, library.generations, library.files, library.pauses.append
    )


@pytest.fixture
def filled(library: Library) -> Library:
    """Generation 1 has a, 2 has a and b, 3 has another a and b."""
    library.upload("a.txt", "apple")
    library.upload("b.txt", "apple")
    library.upload("a.txt", "pear")
    return library


def test_what_was_found_then_is_found_again_in_a_new_generation(filled: Library) -> None:
    generation = roll_back(filled, 2)
    assert generation.manifest.generation == generation.manifest.content_generation == 4
    assert filled.found("apple") == {"a.txt", "b.txt"}
    assert filled.found("pear") == set()
    assert roll_back(filled, 1).manifest.document_count == 1
    assert filled.found("apple") == {"a.txt"}


def test_a_tenant_is_rolled_back_ten_generations_and_goes_on_from_there(library: Library) -> None:
    for number in range(11):
        library.upload(f"{number}.txt", f"apple {'pear' * (number == 0)}")
    library.delete("5.txt")
    assert library.found("apple") == {f"{number}.txt" for number in range(11) if number != 5}
    roll_back(library, 2)
    assert library.found("apple") == {"0.txt", "1.txt"}
    library.upload("new.txt", "apple")
    assert library.found("apple") == {"0.txt", "1.txt", "new.txt"}
    library.reindex()
    everything = {f"{number}.txt" for number in range(11) if number != 5}
    assert library.found("apple") == everything | {"new.txt"}
    assert library.found("pear") == {"0.txt"}


def test_what_is_found_otherwise_after_a_rollback_is_counted(filled: Library) -> None:
    filled.delete("b.txt")
    filled.upload("c.txt", "plum")
    before = filled.manifest
    after = roll_back(filled, 2).manifest
    found = differences(filled.tenant, before, after, filled.directory)
    assert found == Differences(missing_count=1, returned_count=1, replaced_count=1)
    same = differences(filled.tenant, after, after, filled.directory)
    assert same == Differences(missing_count=0, returned_count=0, replaced_count=0)


def test_a_rollback_can_be_rolled_back(filled: Library) -> None:
    roll_back(filled, 1)
    roll_back(filled, 3)
    assert (filled.found("apple"), filled.found("pear")) == ({"b.txt"}, {"a.txt"})


def test_rolling_back_to_the_newest_generation_changes_nothing(filled: Library) -> None:
    before = filled.current()
    assert roll_back(filled, 3) == before
    assert filled.current() == before


def test_the_model_comes_back_with_its_generation(filled: Library) -> None:
    filled.promote("first")
    filled.promote("second")
    model = roll_back(filled, 4).manifest.model
    assert model is not None
    assert model.digest == "first"
    hits = filled.service().search(filled.tenant, "pear", "meaning").hits
    assert hits[0].name == "a.txt"
    assert roll_back(filled, 3).manifest.model is None


def test_documents_come_and_go_after_a_rollback(filled: Library) -> None:
    roll_back(filled, 2)
    filled.upload("a.txt", "plum")
    filled.delete("b.txt")
    assert (filled.found("apple"), filled.found("plum")) == (set(), {"a.txt"})


def test_a_reindex_after_a_rollback_brings_everything_up_to_date(filled: Library) -> None:
    roll_back(filled, 1)
    filled.reindex()
    assert (filled.found("apple"), filled.found("pear")) == ({"b.txt"}, {"a.txt"})


@pytest.mark.parametrize("number", [0, -1, 4, 1_000])
def test_a_generation_that_is_not_there_is_refused(filled: Library, number: int) -> None:
    with pytest.raises(GenerationNotFound, match="1, 2"):
        roll_back(filled, number)
    assert filled.manifest.generation == 3


def test_before_the_first_commit_there_is_nothing_to_roll_back_to(library: Library) -> None:
    with pytest.raises(GenerationNotFound):
        roll_back(library, 1)


def test_exactly_the_last_ten_generations_can_be_rolled_back_to(library: Library) -> None:
    assert isinstance(library.files, MemoryFiles)
    for number in range(1, 16):
        library.upload("a.txt", f"version-{number}")
    library.files.pass_seconds(GRACE_SECONDS + 1)
    sweep(library.tenant, library.generations, library.files, library.staged)
    with pytest.raises(GenerationNotFound):
        roll_back(library, 15 - KEPT_GENERATION_COUNT)
    roll_back(library, 15 - KEPT_GENERATION_COUNT + 1)
    assert library.found("version-5") == {"a.txt"}


def test_a_generation_with_a_missing_file_is_refused(filled: Library) -> None:
    (segment, *_) = filled.manifest.segments
    for name in (segment.files["documents"].name, filled.manifest.history[0]):
        data = filled.files.read(filled.tenant, name)
        filled.files.remove(filled.tenant, name)
        with pytest.raises(CorruptIndex, match="choose another"):
            roll_back(filled, 2)
        filled.files.write(filled.tenant, name, data)
    roll_back(filled, 2)


def test_a_commit_that_comes_first_is_rolled_back_too(filled: Library, rivals: Rivals) -> None:
    rivals.append(lambda: filled.upload("c.txt", "apple"))
    roll_back(filled, 1)
    assert filled.found("apple") == {"a.txt"}
    assert filled.pauses == [1]


def test_a_rollback_that_loses_every_race_says_so(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filled.pointers, "move", lambda *_: False)
    with pytest.raises(CommitConflict):
        roll_back(filled, 1)
    assert len(filled.pauses) == ATTEMPT_COUNT
