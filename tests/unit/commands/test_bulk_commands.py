"""`kotogura upload` and `kotogura delete`: what they send, what they leave, how they go on."""

import hashlib
import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from click.testing import CliRunner, Result

from kotogura.commands import settling
from kotogura.commands.bulk import delete_documents, upload_files
from kotogura.commands.errors import UploadIncomplete
from kotogura.commands.parallel import run_each
from kotogura.commands.selection import find_files
from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal
from kotogura.documents.changes import DocumentChange, normalize_sequencer
from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from kotogura.errors import InvalidArgument, TenantErased
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord
from tests.memory.ledger import MemoryLedger
from tests.memory.tenants import MemoryTenants

MINATO = TenantId("minato-shoji")
PREFIX = f"{MINATO}/documents/"


class Bucket:
    """An S3 client and a listing; each change settles in the ledger at once."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self.objects: dict[str, bytes] = {}
        self.sent: list[str] = []
        self.refused: set[str] = set()
        self.broken: Exception | None = None
        self._ledger = ledger
        self._number = 0
        self._lock = threading.Lock()

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: ARG002, N803
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")
        data = self.objects[Key]
        etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return {"ContentLength": len(data), "ETag": f'"{etag}"'}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: ARG002, N803
        name = Key.removeprefix(PREFIX)
        if name in self.refused:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")
        if self.broken:
            raise self.broken
        with self._lock:
            self.objects[Key] = Body
            self.sent.append(name)
            if not name.endswith(".meta.json"):
                self._settle(name, "created", DocumentState.INDEXED)

    def delete_object(self, *, Bucket: str, Key: str) -> None:  # noqa: ARG002, N803
        with self._lock:
            del self.objects[Key]
            self._settle(Key.removeprefix(PREFIX), "deleted", DocumentState.DELETED)

    def list(self, tenant: TenantId) -> list[Any]:  # noqa: ARG002
        return [SimpleNamespace(name=key.removeprefix(PREFIX)) for key in sorted(self.objects)]

    def _settle(self, name: str, kind: Any, state: DocumentState) -> None:
        self._number += 1
        change = DocumentChange(
            tenant=MINATO,
            name=name,
            document_id=document_id(name),
            kind=kind,
            sequencer=normalize_sequencer(f"{self._number:08X}"),
            version_id=None,
            size_bytes=1,
            marker=kind == "deleted",
        )
        self._ledger.claim(MINATO, change)
        self._ledger.settle(MINATO, change.document_id, change.sequencer, state)


@pytest.fixture
def bucket() -> Bucket:
    return Bucket(MemoryLedger())


@pytest.fixture
def tenants() -> MemoryTenants:
    found = MemoryTenants()
    found.create(TenantRecord(MINATO, "港商事"))
    return found


@pytest.fixture
def run(
    bucket: Bucket, tenants: MemoryTenants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Run a command with `--json` over the bucket; exceptions come through."""
    deployment = SimpleNamespace(
        bulk_s3=bucket,
        bucket="kotogura",
        ledger=bucket._ledger,
        originals=bucket,
        tenants=tenants,
    )
    monkeypatch.setattr(Session, "deployment", lambda _: deployment)
    session = Session(tmp_path, None, Terminal(as_json=True))

    def call(command: click.Command, *arguments: object, answer: str | None = None) -> Result:
        words = [str(argument) for argument in (*arguments, "--tenant", MINATO)]
        return CliRunner().invoke(
            command, words, obj=session, input=answer, catch_exceptions=False, standalone_mode=False
        )

    return call


def report(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "manuals"
    for name in ("a.txt", "b/c.md", "b/d.txt", ".hidden/e.txt", "b/.f.txt"):
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"題\n{name} の本文", "utf-8")
    return made


def test_files_of_a_folder_are_named_relative_to_it_without_hidden_ones(folder: Path) -> None:
    assert [file.name for file in find_files([folder])] == ["a.txt", "b/c.md", "b/d.txt"]
    assert [file.name for file in find_files([folder / "b" / "c.md"])] == ["c.md"]


def test_a_pattern_names_relative_to_what_is_before_it(folder: Path) -> None:
    assert [file.name for file in find_files([folder / "**" / "*.txt"])] == ["a.txt", "b/d.txt"]
    assert [file.name for file in find_files([folder / "b" / "?.md"])] == ["c.md"]


def test_names_can_be_chosen_and_prefixed(folder: Path) -> None:
    found = find_files([folder], include=["*.txt"], exclude=["b/*"], prefix="2026/")
    assert [file.name for file in found] == ["2026/a.txt"]


@pytest.mark.parametrize("path", ["nothing", "nothing/*.txt", "manuals/*.pdf"])
def test_what_means_no_file_is_refused(folder: Path, path: str) -> None:
    with pytest.raises(InvalidArgument, match="there is no file"):
        find_files([folder.parent / path])


def test_two_files_of_one_name_are_refused_and_one_file_twice_is_not(folder: Path) -> None:
    (folder / "b" / "a.txt").write_text("another", "utf-8")
    with pytest.raises(InvalidArgument, match="--prefix"):
        find_files([folder / "a.txt", folder / "b" / "a.txt"])
    assert len(find_files([folder / "a.txt", folder / "a.txt"])) == 1


def test_a_folder_is_uploaded_and_the_second_time_nothing_is_sent(
    run: Any, bucket: Bucket, folder: Path
) -> None:
    first = report(run(upload_files, folder))
    assert (first["uploaded"], first["unchanged"], first["indexed"]) == (3, 0, 3)
    (folder / "a.txt").write_text("題\n新しい本文", "utf-8")
    second = report(run(upload_files, folder))
    assert (second["uploaded"], second["unchanged"], second["indexed"]) == (1, 2, 3)
    assert sorted(bucket.sent) == ["a.txt", "a.txt", "b/c.md", "b/d.txt"]


def test_a_dry_run_sends_nothing(run: Any, bucket: Bucket, folder: Path) -> None:
    told = report(run(upload_files, folder, "--dry-run"))
    assert (told["uploaded"], told["dry_run"], bucket.sent) == (3, True, [])


def test_what_no_document_may_be_is_refused_and_the_rest_is_sent(
    run: Any, bucket: Bucket, folder: Path
) -> None:
    (folder / "program.exe").write_bytes(b"MZ")
    (folder / "empty.txt").write_bytes(b"")
    ended = run(upload_files, folder)
    assert (ended.exit_code, report(ended)["refused"]) == (1, ["empty.txt", "program.exe"])
    assert sorted(bucket.sent) == ["a.txt", "b/c.md", "b/d.txt"]


def test_a_description_goes_before_what_it_describes_and_is_not_waited_for(
    run: Any, bucket: Bucket, folder: Path
) -> None:
    (folder / "b" / "c.md.meta.json").write_text("{}", "utf-8")
    told = report(run(upload_files, folder, "--jobs", 1))
    assert (told["uploaded"], told["indexed"]) == (4, 3)
    assert bucket.sent[0] == "b/c.md.meta.json"


def test_a_file_that_cannot_be_sent_is_told_and_a_repetition_sends_it_alone(
    run: Any, bucket: Bucket, folder: Path
) -> None:
    bucket.refused = {"b/c.md"}
    with pytest.raises(UploadIncomplete, match=r"1 of 3 .*b/c.md.*AccessDenied.*repeat"):
        run(upload_files, folder)
    bucket.refused = set()
    bucket.sent.clear()
    assert report(run(upload_files, folder))["uploaded"] == 1
    assert bucket.sent == ["b/c.md"]


def test_where_nothing_works_nothing_more_is_begun(
    run: Any, bucket: Bucket, tmp_path: Path
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(300):
        (many / f"{number}.txt").write_text("本文", "utf-8")
    bucket.broken = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
    with pytest.raises(UploadIncomplete, match=r"300 of 300 .*EndpointConnectionError"):
        run(upload_files, many)


def test_no_more_are_worked_on_than_was_said() -> None:
    together, most, lock = 0, 0, threading.Lock()
    barrier = threading.Barrier(3, timeout=10)

    def work(item: int) -> int:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        barrier.wait()
        with lock:
            together -= 1
        return item

    outcomes = run_each(range(9), work, 3, lambda _: None)
    assert most == 3
    assert sorted(result for _, result in outcomes.done) == list(range(9))


def test_an_error_of_ours_is_no_failure_of_an_item() -> None:
    def work(_: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_each([1], work, 1, lambda _: None)


def test_a_wait_ends_when_nothing_happens_any_more(
    run: Any, bucket: Bucket, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "_settle", lambda *_: None)
    monkeypatch.setattr(settling.time, "sleep", lambda _: None)
    with pytest.raises(UploadIncomplete, match=r"3 of 3 files.*repeat"):
        run(upload_files, folder, "--deadline", 0)
    assert report(run(upload_files, folder, "--no-wait"))["unchanged"] == 3


@pytest.fixture
def filled(run: Any, folder: Path) -> Any:
    run(upload_files, folder)
    return run


def test_documents_are_deleted_by_name_by_prefix_and_by_a_list(
    filled: Any, bucket: Bucket, tmp_path: Path
) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text("a.txt\r\n\nnever.txt\n", "utf-8")
    told = report(filled(delete_documents, "--from", listed, "--prefix", "b/", "--yes"))
    assert (told["deleted"], told["missing"]) == (3, ["never.txt"])
    assert bucket.objects == {}
    again = report(filled(delete_documents, "a.txt", "--yes"))
    assert (again["deleted"], again["missing"]) == (0, ["a.txt"])


def test_nothing_is_deleted_unasked(filled: Any, bucket: Bucket) -> None:
    with pytest.raises(click.Abort):
        filled(delete_documents, "--prefix", "b/", answer="n\n")
    assert report(filled(delete_documents, "--prefix", "", "--dry-run"))["deleted"] == 3
    with pytest.raises(InvalidArgument):
        filled(delete_documents, "--yes")
    assert len(bucket.objects) == 3
    assert report(filled(delete_documents, "a.txt", answer="y\n"))["deleted"] == 1
    assert len(bucket.objects) == 2


def test_nothing_is_sent_for_an_erased_tenant(
    bucket: Bucket, tenants: MemoryTenants, run: Any, folder: Path
) -> None:
    tenants.mark_erased(MINATO, "2026-11-27T09:00:00.000Z")
    with pytest.raises(TenantErased, match="was erased"):
        run(upload_files, folder)
    assert bucket.sent == []


def test_an_upload_for_an_unknown_tenant_says_so(
    monkeypatch: pytest.MonkeyPatch, tenants: MemoryTenants, run: Any, folder: Path
) -> None:
    monkeypatch.setattr(tenants, "get", lambda _: None)
    result = run(upload_files, folder)
    assert "there is no tenant minato-shoji" in " ".join(result.stderr.split())
    assert report(result)["indexed"] == 3


def test_a_name_that_is_no_unicode_is_told_in_any_terminal(run: Any, tmp_path: Path) -> None:
    (tmp_path / "\udcffbad.txt").write_text("題", "utf-8")
    result = run(upload_files, tmp_path / "\udcffbad.txt")
    assert result.exit_code == 1
    assert report(result)["refused"] == ["\udcffbad.txt"]


def test_a_list_from_an_editor_that_writes_a_mark_is_read(
    bucket: Bucket, run: Any, folder: Path
) -> None:
    run(upload_files, folder)
    names = folder.parent / "names.txt"
    names.write_text("a.txt\r\nb/c.md\r\n", "utf-8-sig")
    found = report(run(delete_documents, "--from", names, "--yes"))
    assert (found["deleted"], found["missing"]) == (2, [])


def test_a_list_that_is_not_in_utf8_is_refused(bucket: Bucket, run: Any, folder: Path) -> None:
    run(upload_files, folder)
    names = folder.parent / "names.txt"
    names.write_text("規程.txt\n", "cp932")
    with pytest.raises(InvalidArgument, match="UTF-8"):
        run(delete_documents, "--from", names, "--yes")
    assert len(bucket.objects) == 3
