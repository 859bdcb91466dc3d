"""An export: all versions under names that fit everywhere, sums, and a manifest written last."""

import hashlib
import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from kotogura.errors import InvalidArgument, StoreUnavailable, TenantNotFound
from kotogura.leaving.accounts import TenantAccounts
from kotogura.leaving.archive import Archive, fits_a_path
from kotogura.leaving.export import TenantPlaces, export
from kotogura.leaving.items import TenantItems
from kotogura.leaving.objects import TenantObjects
from kotogura.leaving.store import TenantFolder
from kotogura.platform.folder import FolderFiles
from kotogura.platform.tenant_folder import list_folder, read_piece
from kotogura.platform.tenants import TableTenants, TableTrainings
from kotogura.platform.texts import DICTIONARY, SYNONYMS, TableTexts
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord
from tests.memory.table import MemoryTable
from tests.memory.versions import MemoryVersions

MINATO = TenantId("minato-shoji")
OTHER = TenantId("minato")


class Users:
    """A pool of three users, two of them the tenant's."""

    def __init__(self) -> None:
        self.tenants = {"a": MINATO, "b": OTHER, "c": MINATO}

    def get_paginator(self, _: str) -> "Users":
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        from tests.memory.versions import MOMENT  # noqa: PLC0415

        return [
            {
                "Users": [
                    {
                        "Username": name,
                        "UserCreateDate": MOMENT,
                        "Attributes": [{"Name": "custom:tenant", "Value": str(tenant)}],
                    }
                ]
            }
            for name, tenant in sorted(self.tenants.items())
        ]

    def admin_delete_user(self, **named: Any) -> None:
        del self.tenants[named["Username"]]


@pytest.fixture
def s3() -> MemoryVersions:
    return MemoryVersions(page_size=2)


@pytest.fixture
def places(s3: Any, tmp_path: Path) -> TenantPlaces:
    table = MemoryTable()
    files = FolderFiles(tmp_path / "store")

    def ask(event: Mapping[str, Any]) -> dict[str, Any]:
        if event["action"] == "list":
            return dict(list_folder(MINATO, files, event["prefix"], event["after"]))
        return dict(read_piece(MINATO, files, event["name"], event["start"]))

    users: Any = Users()
    return TenantPlaces(
        MINATO,
        TenantObjects(s3, "bucket", MINATO),
        TenantItems(table, MINATO),
        TenantFolder(ask, MINATO),
        TenantAccounts(users, "pool", MINATO),
    )


def registered(places: TenantPlaces) -> None:
    TableTenants(places.items.table).create(TenantRecord(MINATO, "港商事"))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_every_version_is_written_and_none_of_another_tenant(
    places: TenantPlaces, s3: MemoryVersions, tmp_path: Path
) -> None:
    registered(places)
    s3.put("minato-shoji/documents/規程.md", "旧".encode())
    s3.put("minato-shoji/documents/規程.md", "新".encode())
    s3.put("minato-shoji/documents/gone.txt", b"gone")
    s3.put("minato-shoji/documents/gone.txt", None)
    s3.put("minato-shoji/documents/../climb.txt", b"climb")
    s3.put("minato/documents/規程.md", b"another's")
    out = tmp_path / "out"
    shown: list[int] = []
    facts = export(places, out, shown.append)
    told = {(one["name"], one["version_id"]): one for one in lines(out / "objects.jsonl")}
    assert set(told) == {
        ("documents/規程.md", "v1"),
        ("documents/規程.md", "v2"),
        ("documents/gone.txt", "v3"),
        ("documents/gone.txt", "v4"),
        ("documents/../climb.txt", "v5"),
    }
    assert (out / "objects/documents/規程.md").read_text("utf-8") == "新"
    for one in told.values():
        if one["is_delete_marker"]:
            assert "path" not in one
            continue
        data = (out / one["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == one["sha256"]
        assert one["tags"] == {"部署": "総務"}
    assert told["documents/../climb.txt", "v5"]["path"].startswith("versions/")
    assert facts["counts"]["object_versions"] == 5
    assert shown == [1, 2, 3, 4, 5]


def test_names_that_get_in_each_others_way_are_all_written(
    places: TenantPlaces, s3: MemoryVersions, tmp_path: Path
) -> None:
    registered(places)
    names = [
        "documents/a",
        "documents/a/b",
        "documents/a/b/c",
        "documents/x\\y",
        "documents/" + "長" * 99,
    ]
    for name in names:
        s3.put(f"minato-shoji/{name}", name.encode())
    export(places, tmp_path / "out", lambda _: None)
    told = lines(tmp_path / "out" / "objects.jsonl")
    assert {one["name"]: (tmp_path / "out" / one["path"]).read_text("utf-8") for one in told} == {
        name: name for name in names
    }


def test_the_sums_and_the_manifest_hold_for_all_that_is_written(
    places: TenantPlaces, s3: MemoryVersions, tmp_path: Path
) -> None:
    registered(places)
    s3.put("minato-shoji/documents/a.txt", b"a")
    table = places.items.table
    TableTexts(table, SYNONYMS).put(MINATO, "水, 湧水\n")
    TableTexts(table, DICTIONARY, packs=True).put(MINATO, "湊式点検票,みなとしきてんけんひょう\n")
    TableTrainings(table).update(MINATO, "20261127-minato-shoji", {"state": "kept"})
    table.put({"pk": "TENANT#minato-shoji", "sk": "LATER#1", "bytes": b"\x00\xff"})
    table.put({"pk": "TENANT#minato", "sk": "DOCUMENT#1"})
    out = tmp_path / "out"
    facts = export(places, out, lambda _: None)
    sums = dict(
        reversed(line.split("  ", 1))
        for line in (out / "SHA256SUMS").read_text("utf-8").splitlines()
    )
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert set(sums) == written - {"SHA256SUMS", "manifest.json"}
    for path, digest in sums.items():
        assert hashlib.sha256((out / path).read_bytes()).hexdigest() == digest
    manifest = (out / "manifest.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == facts["manifest_sha256"]
    told = json.loads(manifest)
    assert told["sums_sha256"] == hashlib.sha256((out / "SHA256SUMS").read_bytes()).hexdigest()
    assert told["file_count"] == len(sums)
    assert (
        told["counts"] | {"users": 2, "items": 5, "settings": 3, "trainings": 1} == told["counts"]
    )
    assert (out / "settings/synonyms.txt").read_text("utf-8") == "水, 湧水\n"
    assert (out / "settings/dictionary.csv").read_text("utf-8").startswith("湊式点検票")
    assert lines(out / "records/others.jsonl")[0]["bytes"] == "AP8="
    assert {one["user"] for one in lines(out / "users.jsonl")} == {"a", "c"}


def test_models_are_told_by_their_manifests_and_written_where_asked_for(
    places: TenantPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kotogura.platform.tenant_folder.PIECE_BYTES", 3)
    monkeypatch.setattr("kotogura.platform.tenant_folder.LISTED_COUNT", 1)
    registered(places)
    files = FolderFiles(tmp_path / "store")
    files.write(MINATO, "models/0123/model.json", b"{}")
    files.write(MINATO, "models/0123/model.onnx", b"0123456789")
    files.write(MINATO, "models/0123/empty", b"")
    assert export(places, tmp_path / "a", lambda _: None)["counts"]["model_files"] == 1
    assert not (tmp_path / "a/models/0123/model.onnx").exists()
    facts = export(places, tmp_path / "b", lambda _: None, with_models=True)
    assert facts["counts"]["model_files"] == 3
    assert (tmp_path / "b/models/0123/model.onnx").read_bytes() == b"0123456789"
    assert (tmp_path / "b/models/0123/empty").read_bytes() == b""


def test_a_folder_in_use_and_an_unknown_tenant_are_refused(
    places: TenantPlaces, tmp_path: Path
) -> None:
    with pytest.raises(TenantNotFound):
        export(places, tmp_path / "out", lambda _: None)
    assert not (tmp_path / "out").exists()
    registered(places)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(InvalidArgument, match="not empty"):
        export(places, tmp_path / "out", lambda _: None)
    with pytest.raises(InvalidArgument):
        export(places, tmp_path / "out" / "mine", lambda _: None)


def test_what_breaks_off_leaves_no_manifest(
    places: TenantPlaces, s3: MemoryVersions, tmp_path: Path
) -> None:
    registered(places)
    s3.put("minato-shoji/documents/a.txt", b"a")

    def refuse(_: Mapping[str, Any]) -> dict[str, Any]:
        raise StoreUnavailable("the store can't be read")

    broken = TenantPlaces(
        MINATO, places.objects, places.items, TenantFolder(refuse, MINATO), places.accounts
    )
    with pytest.raises(StoreUnavailable):
        export(broken, tmp_path / "out", lambda _: None)
    assert (tmp_path / "out/objects/documents/a.txt").exists()
    assert not (tmp_path / "out/manifest.json").exists()


def test_a_version_that_expires_meanwhile_is_told_without_a_path(
    places: TenantPlaces, s3: MemoryVersions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(places)
    s3.put("minato-shoji/documents/a.txt", b"a")
    page = next(places.objects.pages())
    monkeypatch.setattr(TenantObjects, "pages", lambda _: iter([page]))
    s3.entries.clear()
    export(places, tmp_path / "out", lambda _: None)
    assert lines(tmp_path / "out/objects.jsonl")[0]["path"] is None


@pytest.mark.parametrize(
    "name", ["", ".", "a/./b", "a/..", "a/", "/a", "a\nb", "a\u202eb", "\ud800"]
)
def test_what_is_no_path_everywhere_fits_none(name: str) -> None:
    assert not fits_a_path(name)


def test_a_file_is_written_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    numbers = count()
    archive.write("a", [str(next(numbers)).encode()])
    with pytest.raises(FileExistsError):
        archive.write("a", [b"another"])
    assert (tmp_path / "a").read_bytes() == b"0"
