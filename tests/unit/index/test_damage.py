"""Files that are no longer what their manifest says: told as such, never passed on, and mended."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index.directory import Directory
from kotogura.index.intact import check_intact
from kotogura.index.rollback import rollback
from kotogura.platform.folder import FolderFiles
from kotogura.search import damage
from kotogura.search.damage import Damage
from kotogura.semantics.scrub import DAYS, is_due, scrub
from tests.memory.library import Library

WORDS = [f"w{number}" for number in range(200)]
FLIPS = 12

Harm = Callable[[bytes], bytes]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_in(tmp_path)


def library_in(folder: Path) -> Library:
    """Return a library in a real folder, compacted into one segment."""
    made = Library(folder)
    made.files = FolderFiles(folder)
    made.directory = Directory(made.files)
    choice = random.Random(1)  # noqa: S311 — test data
    for number in range(6):
        body = " ".join(choice.choice(WORDS) for _ in range(60))
        made.upload(f"{number}.txt", body, f"title {number}")
    made.compact()
    return made


def harm(library: Library, name: str, how: Harm) -> None:
    path = library.files.path(library.tenant, name)
    path.write_bytes(how(path.read_bytes()))


def flip(data: bytes, at: int | None = None) -> bytes:
    changed = bytearray(data)
    changed[len(data) // 2 if at is None else at] ^= 4
    return bytes(changed)


def answers(library: Library) -> list[list[tuple[str, float, str, str]]]:
    """Search anew, out of files alone."""
    library._served = None
    service = library.service()
    return [
        [
            (hit.document_id, round(hit.score, 6), hit.title, hit.snippet.text)
            for hit in service.search(library.tenant, word, "words", 10).hits
        ]
        for word in WORDS[:40:8]
    ]


@pytest.mark.parametrize("kind", ["terms", "postings", "positions", "documents", "texts"])
def test_a_changed_bit_is_told_as_damage_or_changes_nothing_but_a_number(
    library: Library, kind: str
) -> None:
    """DuckDB doesn't look at pages' checksums, so a posting may weigh differently unseen."""
    before = answers(library)
    name = library.manifest.segments[0].files[kind].name
    path = library.files.path(library.tenant, name)
    sound = path.read_bytes()
    choice = random.Random(kind)  # noqa: S311 — test data
    told = 0
    for at in choice.sample(range(len(sound)), FLIPS):
        path.write_bytes(flip(sound, at))
        try:
            found = answers(library)
        except CorruptIndex:
            told += 1
        else:
            if kind not in ("terms", "postings"):
                assert found == before, f"byte {at} of {len(sound)}"
    assert told >= FLIPS // 4
    path.write_bytes(sound)
    assert answers(library) == before


@pytest.mark.parametrize("kind", ["terms", "postings", "positions", "documents", "texts"])
def test_a_file_that_is_cut_off_is_told_as_damage(library: Library, kind: str) -> None:
    harm(library, library.manifest.segments[0].files[kind].name, lambda data: data[:-40])
    with pytest.raises(CorruptIndex, match="reindex"):
        answers(library)


def test_a_file_that_is_missing_may_come_back(library: Library) -> None:
    library.files.remove(library.tenant, library.manifest.segments[0].files["texts"].name)
    with pytest.raises(StoreUnavailable):
        answers(library)


def test_what_damage_explains_names_its_file_and_a_bug_stays_one(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = library.service()

    def broken(*_: object, **__: object) -> None:
        raise IndexError("index out of bounds")

    monkeypatch.setattr(service._scoring, "score", broken)
    with pytest.raises(IndexError):
        service.search(library.tenant, "w1")
    name = library.manifest.segments[0].files["terms"].name
    harm(library, name, flip)
    service.damage._found.clear()
    with pytest.raises(CorruptIndex, match=name):
        service.search(library.tenant, "w1")


def test_files_found_sound_are_not_read_again_at_every_failure(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, read = [0.0], []
    looked = Damage(library.generations, library.files, lambda: now[0])
    is_intact = damage.is_intact
    monkeypatch.setattr(
        damage, "is_intact", lambda *asked: read.append(asked) is None and is_intact(*asked)
    )
    count = len(list(library.manifest.file_entries()))
    for seconds, reads in ((0.0, 1), (1.0, 1), (damage.REST_SECONDS + 1, 2)):
        now[0] = seconds
        assert looked.find(library.tenant) is None
        assert len(read) == reads * count


def test_no_more_is_read_than_a_request_has_time_for(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    largest = max(library.manifest.file_entries(), key=lambda one: one.size_bytes)
    harm(library, largest.name, flip)
    monkeypatch.setattr(damage, "LIMIT_BYTES", largest.size_bytes - 1)
    assert Damage(library.generations, library.files).find(library.tenant) is None


def test_a_merge_passes_no_damage_on(library: Library) -> None:
    library.upload("more.txt", "pear", "more")
    damaged = library.manifest.segments[0]
    harm(library, damaged.files["terms"].name, flip)
    before = library.manifest
    with pytest.raises(CorruptIndex, match="terms"):
        library.compact()
    assert library.manifest == before


def test_each_file_is_scrubbed_once_in_four_weeks_and_damage_is_told(library: Library) -> None:
    generation = library.current()
    days = range(100, 100 + DAYS)
    read = [scrub(library.tenant, generation, library.files, day) for day in days]
    assert sum(read) == len(list(generation.manifest.file_entries()))
    name = generation.manifest.segments[0].files["forms"].name
    harm(library, name, flip)
    day = next(day for day in range(DAYS) if is_due(name, day))
    with pytest.raises(CorruptIndex, match="forms"):
        scrub(library.tenant, generation, library.files, day)


def test_intact_files_pass(library: Library) -> None:
    check_intact(library.tenant, library.manifest.file_entries(), library.files)


@pytest.mark.parametrize("how", [flip, lambda data: data[:-20], lambda _: b""])
def test_a_reindex_needs_nothing_of_a_damaged_manifest(library: Library, how: Harm) -> None:
    library.promote("first")
    library.upload("last.txt", "plum", "last")
    before, model = answers(library), library.manifest.model
    damaged = library.current().pointer
    harm(library, damaged.manifest, how)
    with pytest.raises(CorruptIndex):
        library.current()
    published = library.reindex()
    assert published.manifest.generation == damaged.generation + 1
    assert damaged.manifest not in published.manifest.history
    assert len(published.manifest.history) == min(9, damaged.generation - 1)
    assert published.manifest.model == model
    assert answers(library) == before


def test_a_rollback_needs_nothing_of_a_damaged_manifest(library: Library) -> None:
    library.upload("last.txt", "plum", "last")
    number = library.manifest.generation
    harm(library, library.current().pointer.manifest, flip)
    back = rollback(
        library.tenant, number - 1, library.generations, library.files, library.pauses.append
    )
    assert back.manifest.generation == number + 1
    assert library.found("plum") == set()
    assert len(library.live()) == 6
