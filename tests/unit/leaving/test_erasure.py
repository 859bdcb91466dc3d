"""An erasure: marked first, every place cleared and looked into again, and proven."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kotogura.errors import TenantNotFound
from kotogura.leaving.accounts import TenantAccounts
from kotogura.leaving.erasure import Counted, ErasableObjects, Remnant, erase
from kotogura.leaving.errors import ErasureIncomplete
from kotogura.leaving.items import TenantItems
from kotogura.leaving.objects import TenantObjects
from kotogura.leaving.running import TenantExecutions, UndeliveredEvents
from kotogura.leaving.store import TenantFolder
from kotogura.platform.folder import FolderFiles
from kotogura.platform.tenant_folder import erase_folder, list_folder
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord
from tests.memory.table import MemoryTable
from tests.memory.tenants import MemoryTenants
from tests.memory.versions import MemoryVersions
from tests.unit.leaving.test_export import Users

MINATO = TenantId("minato-shoji")
OTHER = TenantId("minato")
BEGAN = "2026-11-27T09:00:00.000Z"
LATER = "2026-11-27T09:31:00.000Z"


class Place:
    """A place with so many things; `brought` says what comes in while it is being cleared."""

    def __init__(self, count: int, brought: list[int] | None = None) -> None:
        self.count = count
        self.brought = brought or []

    @property
    def place(self) -> str:
        return f"place {id(self)}"

    def remove(self) -> dict[str, int]:
        removed, self.count = self.count, self.brought.pop(0) if self.brought else 0
        return {"things": removed}

    def left(self) -> int:
        return self.count


@pytest.fixture
def tenants() -> MemoryTenants:
    made = MemoryTenants()
    for tenant in (MINATO, OTHER):
        made.create(TenantRecord(tenant, "港"))
    return made


def run(tenants: MemoryTenants, *places: Any, at: str = BEGAN, **named: Any) -> dict[str, Any]:
    stays = [Remnant("backups", 14, "whole nights")]
    return erase(MINATO, tenants, places, stays, clock=lambda: at, pause=lambda _: None, **named)


def test_a_tenant_is_marked_before_anything_is_removed(tenants: MemoryTenants) -> None:
    class Watching(Place):
        def remove(self) -> dict[str, int]:
            assert tenants.erased_at(MINATO)
            return super().remove()

    proof = run(tenants, Watching(3))
    assert proof["places"][0]["removed"] == {"things": 3}
    assert tenants.get(MINATO) is None
    assert tenants.get(OTHER) is not None


def test_what_comes_in_meanwhile_is_removed_in_another_round(tenants: MemoryTenants) -> None:
    proof = run(tenants, Place(3, [2, 1]), Place(0))
    assert [one["removed"] for one in proof["places"]] == [{"things": 6}, {"things": 0}]
    assert all(one["left"] == 0 for one in proof["places"])


def test_without_an_end_there_is_no_proof(tenants: MemoryTenants) -> None:
    with pytest.raises(ErasureIncomplete, match="repeat the command"):
        run(tenants, Place(1, [1] * 99))
    assert tenants.erased_at(MINATO) == BEGAN


def test_an_erasure_that_broke_off_goes_on_and_is_final_after_a_while(
    tenants: MemoryTenants,
) -> None:
    class Breaking(Place):
        def remove(self) -> dict[str, int]:
            raise OSError("the machine was switched off")

    first, second = Place(3), Breaking(2)
    with pytest.raises(OSError, match="switched off"):
        run(tenants, first, second)
    proof = run(tenants, first, Place(2))
    assert [one["removed"]["things"] for one in proof["places"]] == [0, 2]
    assert (proof["erased_at"], proof["final"]) == (BEGAN, False)
    assert proof["final_after"] == "2026-11-27T09:30:00.000Z"
    again = run(tenants, first, at=LATER)
    assert (again["erased_at"], again["final"]) == (BEGAN, True)


def test_the_digest_is_that_of_all_else(tenants: MemoryTenants) -> None:
    proof = run(tenants, Place(1))
    told = json.loads(json.dumps(proof))
    digest = told.pop("digest")
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == digest
    assert told["stays"] == [{"what": "backups", "days": 14, "why": "whole nights"}]


def test_a_tenant_that_nobody_knows_is_not_marked() -> None:
    tenants = MemoryTenants()
    with pytest.raises(TenantNotFound):
        run(tenants, Place(0))
    assert tenants.erased_at(MINATO) is None
    run(tenants, Place(1))  # left by somebody who wasn't registered
    assert tenants.erased_at(MINATO)


def test_all_versions_markers_and_parts_of_the_tenant_go_and_no_others(
    tenants: MemoryTenants,
) -> None:
    s3: Any = MemoryVersions(page_size=2)
    for number in range(5):
        s3.put(f"minato-shoji/documents/{number}", b"text")
    s3.put("minato-shoji/documents/0", None)
    s3.put("minato-shoji/pairs.jsonl", b"{}")
    kept = s3.put("minato/documents/0", b"another's")
    s3.uploads = [("minato-shoji/documents/large", "1"), ("minato/documents/large", "2")]
    shown: list[int] = []
    place = ErasableObjects(TenantObjects(s3, "bucket", MINATO), shown.append)
    proof = run(tenants, place)
    assert proof["places"][0]["removed"] == {
        "unfinished_uploads": 1,
        "object_versions": 6,
        "delete_markers": 1,
    }
    assert [version_id for _, version_id, _ in s3.entries] == [kept]
    assert s3.uploads == [("minato/documents/large", "2")]
    assert shown[-1] == 7
    assert "documents/0" not in json.dumps(proof)


def test_an_object_that_s3_keeps_ends_the_erasure(tenants: MemoryTenants) -> None:
    s3: Any = MemoryVersions()
    s3.put("minato-shoji/documents/locked", b"text")
    s3.refused.add("minato-shoji/documents/locked")
    with pytest.raises(ErasureIncomplete, match="AccessDenied"):
        run(tenants, ErasableObjects(TenantObjects(s3, "bucket", MINATO)))


def test_items_of_every_kind_go_and_no_others(tenants: MemoryTenants) -> None:
    table = MemoryTable()
    own = ["DOCUMENT#1", "DOCUMENT#2", "STAGED#1#1", "MANIFEST", "SYNONYMS", "USAGE#2026", "NEW#1"]
    for sk in own:
        table.put({"pk": "TENANT#minato-shoji", "sk": sk})
    table.put({"pk": "SEARCH-RATE#minato-shoji", "sk": "BUCKET"})
    table.put({"pk": "TENANT#minato", "sk": "MANIFEST"})
    proof = run(tenants, TenantItems(table, MINATO))
    assert proof["places"][0]["removed"] == {
        "documents": 2,
        "staged": 1,
        "index": 1,
        "settings": 1,
        "usage": 1,
        "others": 2,
    }
    assert set(table.items) == {("TENANT#minato", "MANIFEST")}


def test_the_folder_goes_with_all_that_is_in_it_and_no_other(
    tenants: MemoryTenants, tmp_path: Path
) -> None:
    files = FolderFiles(tmp_path)
    for tenant in (MINATO, OTHER):
        files.write(tenant, "segments/1/terms.parquet", b"terms")
        files.write(tenant, "models/2/model.json", b"{}")
    unfinished = files.path(MINATO, "staging/3.json.writing")
    unfinished.parent.mkdir()
    unfinished.write_bytes(b"cut off")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    files.path(MINATO, "link").symlink_to(elsewhere)
    patience = iter([True, False, False, False])  # the first call has time for one file

    def ask(event: dict[str, Any]) -> dict[str, Any]:
        if event["action"] == "list":
            return dict(list_folder(MINATO, files, event["prefix"], event["after"]))
        return dict(erase_folder(MINATO, files, lambda: next(patience, True)))

    proof = run(tenants, TenantFolder(ask, MINATO))
    assert proof["places"][0]["removed"] == {"files": 3, "bytes": 14}
    assert not files.path(MINATO, "").exists()
    assert (elsewhere / "file").exists()
    assert sorted(files.names(OTHER, "")) == ["models/2/model.json", "segments/1/terms.parquet"]
    assert erase_folder(MINATO, files)["folder_is_gone"]


def test_its_users_go_and_no_others(tenants: MemoryTenants) -> None:
    users: Any = Users()
    proof = run(tenants, Counted("users", TenantAccounts(users, "pool", MINATO)))
    assert proof["places"][0]["removed"] == {"users": 2}
    assert users.tenants == {"b": OTHER}


class Workflows:
    """Executions by ARN: their inputs."""

    def __init__(self, inputs: dict[str, str]) -> None:
        self.inputs = inputs

    def get_paginator(self, _: str) -> "Workflows":
        return self

    def paginate(self, **named: Any) -> list[dict[str, Any]]:
        assert named["statusFilter"] == "RUNNING"
        prefix = named["stateMachineArn"]
        return [
            {"executions": [{"executionArn": arn}]} for arn in self.inputs if arn.startswith(prefix)
        ]

    def describe_execution(self, **named: Any) -> dict[str, str]:
        return {"input": self.inputs[named["executionArn"]]}

    def stop_execution(self, **named: Any) -> None:
        del self.inputs[named["executionArn"]]


def test_what_runs_for_it_is_stopped_and_nothing_else(tenants: MemoryTenants) -> None:
    workflows: Any = Workflows(
        {
            "train:1": '{"tenant": "minato-shoji"}',
            "train:2": '{"tenant": "minato"}',
            "reindex:1": '{"tenant": "minato-shoji", "run_id": "0"}',
            "compact:1": "{}",
        }
    )
    arns = {"Train": "train", "Reindex": "reindex", "Compact": "compact"}
    proof = run(tenants, Counted("executions", TenantExecutions(workflows, arns, MINATO)))
    assert proof["places"][0]["removed"] == {"executions": 2}
    assert sorted(workflows.inputs) == ["compact:1", "train:2"]


class Queue:
    """A queue whose messages hide once they were received."""

    def __init__(self, *bodies: str) -> None:
        self.bodies = dict(enumerate(bodies))
        self.hidden: set[int] = set()

    def receive_message(self, **_: Any) -> dict[str, Any]:
        seen = [number for number in self.bodies if number not in self.hidden][:2]
        self.hidden.update(seen)
        messages = [{"ReceiptHandle": number, "Body": self.bodies[number]} for number in seen]
        return {"Messages": messages} if messages else {}

    def delete_message(self, **named: Any) -> None:
        del self.bodies[named["ReceiptHandle"]]
        self.hidden.discard(named["ReceiptHandle"])

    def change_message_visibility(self, **named: Any) -> None:
        assert named["VisibilityTimeout"] == 0
        self.hidden.discard(named["ReceiptHandle"])


def test_its_undelivered_events_go_and_others_can_be_had_at_once(
    tenants: MemoryTenants, s3_event: Callable[[str], str]
) -> None:
    queue: Any = Queue(
        s3_event("minato-shoji/documents/a"),
        s3_event("minato/documents/a"),
        '{"cadence": "daily"}',
        s3_event("minato-shoji/documents/b"),
        "no JSON",
    )
    events = Counted("events", UndeliveredEvents(queue, "https://sqs/1/undelivered", MINATO))
    proof = run(tenants, events)
    assert proof["places"][0] == {
        "place": "queue: undelivered",
        "removed": {"events": 2},
        "left": 0,
    }
    assert len(queue.bodies) == 3
    assert not queue.hidden


@pytest.fixture
def s3_event() -> Callable[[str], str]:
    return lambda key: json.dumps({"detail": {"object": {"key": key}}})
