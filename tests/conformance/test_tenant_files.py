"""What holds for every implementation of `TenantFiles`."""

import math
from pathlib import Path

import pytest

from kotogura.errors import InvalidArgument, StoreUnavailable
from kotogura.platform.folder import FolderFiles
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId
from tests.memory.files import MemoryFiles


@pytest.fixture(params=["memory", "folder"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> TenantFiles:
    return MemoryFiles(tmp_path) if request.param == "memory" else FolderFiles(tmp_path)


def test_what_is_written_is_read(files: TenantFiles, minato: TenantId) -> None:
    files.write(minato, "segments/a/terms.parquet", b"one")
    assert files.read(minato, "segments/a/terms.parquet") == b"one"


def test_an_equal_name_is_replaced(files: TenantFiles, minato: TenantId) -> None:
    files.write(minato, "segments/a", b"a longer first text")
    files.write(minato, "segments/a", b"two")
    assert files.read(minato, "segments/a") == b"two"


def test_a_path_leads_to_the_bytes(files: TenantFiles, minato: TenantId) -> None:
    files.write(minato, "segments/a/terms.parquet", b"one")
    path = files.path(minato, "segments/a/terms.parquet")
    assert path.is_absolute()
    assert path.read_bytes() == b"one"


def test_a_missing_file_is_told_by_its_class(files: TenantFiles, minato: TenantId) -> None:
    with pytest.raises(StoreUnavailable):
        files.read(minato, "segments/nothing")


def test_a_path_may_lead_to_nothing(files: TenantFiles, minato: TenantId) -> None:
    assert not files.path(minato, "segments/nothing").exists()


def test_names_are_those_below_the_folder_in_order_of_their_text(
    files: TenantFiles, minato: TenantId
) -> None:
    names = ["a/b/c", "a/b-c", "a/b.c", "a/b/d/e", "a-b/c", "ab", "b/a"]
    for name in names:
        files.write(minato, name, b"")
    assert list(files.names(minato, "a")) == ["a/b-c", "a/b.c", "a/b/c", "a/b/d/e"]
    assert list(files.names(minato, "a/b")) == ["a/b/c", "a/b/d/e"]
    assert list(files.names(minato, "nothing")) == []


def test_a_removed_file_is_gone_and_may_be_removed_again(
    files: TenantFiles, minato: TenantId
) -> None:
    files.write(minato, "segments/a/terms", b"one")
    files.remove(minato, "segments/a/terms")
    files.remove(minato, "segments/a/terms")
    assert list(files.names(minato, "segments")) == []
    assert not files.path(minato, "segments/a/terms").exists()


def test_a_removed_name_can_be_written_again(files: TenantFiles, minato: TenantId) -> None:
    files.write(minato, "segments/a/terms", b"one")
    files.remove(minato, "segments/a/terms")
    files.write(minato, "segments/a/terms", b"two")
    assert files.read(minato, "segments/a/terms") == b"two"


def test_a_new_file_is_young_and_a_missing_one_infinitely_old(
    files: TenantFiles, minato: TenantId
) -> None:
    files.write(minato, "segments/a", b"one")
    assert -1 < files.age_seconds(minato, "segments/a") < 60
    assert files.age_seconds(minato, "segments/b") == math.inf


def test_two_tenants_share_no_file(files: TenantFiles, minato: TenantId, other: TenantId) -> None:
    files.write(minato, "segments/a", b"mine")
    files.write(other, "segments/a", b"theirs")
    files.remove(other, "segments/a")
    assert files.read(minato, "segments/a") == b"mine"
    assert list(files.names(other, "")) == []
    assert files.path(minato, "a") != files.path(other, "a")


@pytest.mark.parametrize("name", ["../minato/a", "segments/../../minato/a", "/etc/hostname"])
def test_no_name_leads_out_of_the_tenants_folder(
    files: TenantFiles, minato: TenantId, name: str
) -> None:
    with pytest.raises(InvalidArgument):
        files.path(minato, name)
    with pytest.raises(InvalidArgument):
        files.read(minato, name)
    with pytest.raises(InvalidArgument):
        files.write(minato, name, b"")
