"""A folder written once: what is whole is in the sums, and nothing else is there."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ReadTimeoutError

from kotogura.leaving.archive import SUMS, Archive
from kotogura.leaving.errors import ExportIncomplete


def broken_off() -> Iterator[bytes]:
    yield b"half"
    raise ReadTimeoutError(endpoint_url="https://bucket")


def test_a_file_whose_writing_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "made")
    with pytest.raises(ReadTimeoutError):
        archive.write("objects/a.txt", broken_off())
    assert not (archive.folder / "objects" / "a.txt").exists()
    digest = archive.write("objects/a.txt", [b"whole"])
    archive.finish({})
    assert digest == hashlib.sha256(b"whole").hexdigest()
    assert (archive.folder / SUMS).read_text("utf-8") == f"{digest}  objects/a.txt\n"
    assert (
        archive.size_bytes
        == len(b"whole")
        + (archive.folder / SUMS).stat().st_size
        + (archive.folder / "manifest.json").stat().st_size
    )


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "made")
    archive.write("objects/a.txt", [b"first"])
    with pytest.raises(FileExistsError):
        archive.write("objects/a.txt", broken_off())
    assert (archive.folder / "objects" / "a.txt").read_bytes() == b"first"


def test_a_disk_that_is_full_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path / "made")
    full = Path("/dev/full").open("wb")  # noqa: SIM115 — closed by whoever writes
    monkeypatch.setattr(Path, "open", lambda *_: full)
    with pytest.raises(ExportIncomplete, match="No space left"):
        archive.write("objects/a.txt", [b"a"])
