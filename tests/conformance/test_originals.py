"""What holds for every implementation of `OriginalFolders`."""

import hashlib

import pytest

from kotogura.documents.originals import Original, OriginalFile
from kotogura.tenants.identity import TenantId
from tests.conformance.conftest import FilledBucket, choice
from tests.memory.originals import MemoryOriginals

PLENTY = 1_000_000
Filled = MemoryOriginals | FilledBucket


@pytest.fixture(params=choice("memory", "bucket"))
def originals(request: pytest.FixtureRequest) -> Filled:
    if request.param == "memory":
        return MemoryOriginals()
    return request.getfixturevalue("bucket_originals")


def test_a_file_is_read_by_its_name(originals: Filled, minato: TenantId) -> None:
    originals.put(minato, "規程/旅費 規程+1.txt", "旅費".encode())
    assert originals.read(minato, "規程/旅費 規程+1.txt", None, PLENTY) == "旅費".encode()
    assert originals.exists(minato, "規程/旅費 規程+1.txt")


def test_every_version_can_be_read(originals: Filled, minato: TenantId) -> None:
    first = originals.put(minato, "a.txt", b"one")
    second = originals.put(minato, "a.txt", b"two")
    assert originals.read(minato, "a.txt", first, PLENTY) == b"one"
    assert originals.read(minato, "a.txt", second, PLENTY) == b"two"
    assert originals.read(minato, "a.txt", None, PLENTY) == b"two"


def test_no_more_than_one_byte_above_the_limit_is_read(originals: Filled, minato: TenantId) -> None:
    originals.put(minato, "a.txt", b"x" * 100)
    assert originals.read(minato, "a.txt", None, 99) == b"x" * 100
    assert originals.read(minato, "a.txt", None, 10) == b"x" * 11


def test_what_an_owner_wrote_on_a_file_comes_with_it(originals: Filled, minato: TenantId) -> None:
    tags = {"部署": "総務", "draft": ""}
    version = originals.put(minato, "a.txt", b"one", metadata={"dept": "sales"}, tags=tags)
    originals.put(minato, "a.txt", b"two")
    assert originals.fetch(minato, "a.txt", version, 2) == Original(
        b"one", metadata={"dept": "sales"}, tags=tags
    )
    assert originals.fetch(minato, "a.txt", None, PLENTY) == Original(b"two")
    assert originals.fetch(minato, "b.txt", None, PLENTY) is None


def test_a_missing_file_is_none(originals: Filled, minato: TenantId) -> None:
    originals.put(minato, "a.txt", b"one")
    assert originals.read(minato, "b.txt", None, PLENTY) is None
    assert not originals.exists(minato, "b.txt")


def test_a_removed_file_is_gone_but_its_version_stays(originals: Filled, minato: TenantId) -> None:
    version = originals.put(minato, "a.txt", b"one")
    originals.remove(minato, "a.txt")
    assert originals.read(minato, "a.txt", None, PLENTY) is None
    assert not originals.exists(minato, "a.txt")
    assert originals.read(minato, "a.txt", version, PLENTY) == b"one"


def test_a_file_whose_name_no_document_may_have_can_still_be_removed(
    originals: Filled, minato: TenantId
) -> None:
    name = "a" * 950 + ".txt"
    originals.put(minato, name, b"one")
    assert originals.exists(minato, name)
    originals.remove(minato, name)
    assert not originals.exists(minato, name)


def test_current_files_are_listed_by_name_without_folders(
    originals: Filled, minato: TenantId, other: TenantId
) -> None:
    originals.put(other, "theirs.txt", b"")
    originals.put(minato, "b/c.txt", b"123")
    originals.put(minato, "b/", b"")
    originals.put(minato, "a.txt", b"1")
    originals.put(minato, "a.txt", b"12")
    originals.put(minato, "gone.txt", b"1")
    originals.remove(minato, "gone.txt")
    listed = list(originals.list(minato))
    assert listed == [OriginalFile("a.txt", 2), OriginalFile("b/c.txt", 3)]


def test_files_are_listed_by_the_beginning_of_their_names_with_the_md5_of_each(
    originals: Filled, minato: TenantId, other: TenantId
) -> None:
    originals.put(minato, "規程.jsonl", b"1")
    originals.put(minato, "規程.jsonl/2.json", b"12")
    originals.put(minato, "別.txt", b"1")
    originals.put(other, "規程.jsonl/3.json", b"1")
    [listed] = originals.list(minato, "規程.jsonl/")
    assert (listed.name, listed.size_bytes) == ("規程.jsonl/2.json", 2)
    assert listed.etag == hashlib.md5(b"12", usedforsecurity=False).hexdigest()


def test_many_files_are_written_and_removed(
    originals: Filled, minato: TenantId, other: TenantId
) -> None:
    names = [f"規程.jsonl/{number}+旅費 %2F.json" for number in range(30)]
    originals.put(other, names[0], b"theirs")
    originals.write_many(minato, {name: name.encode() for name in names})
    assert [file.name for file in originals.list(minato)] == sorted(names)
    assert originals.read(minato, names[7], None, PLENTY) == names[7].encode()
    originals.remove_many(minato, [*names[1:], "none.json"])
    assert [file.name for file in originals.list(minato)] == names[:1]
    assert originals.read(other, names[0], None, PLENTY) == b"theirs"


def test_two_tenants_files_are_apart(originals: Filled, minato: TenantId, other: TenantId) -> None:
    originals.put(minato, "a.txt", b"mine")
    assert originals.read(other, "a.txt", None, PLENTY) is None
    originals.remove(other, "a.txt")
    assert originals.exists(minato, "a.txt")
