"""A tenant leaves: all of it is handed over, all of it is erased, and nothing brings it back."""

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from kotogura.commands.api import Api
from kotogura.commands.errors import RequestFailed
from kotogura.commands.leaving import places_of
from kotogura.documents.identity import document_id, document_key
from kotogura.documents.ledger import DocumentState
from kotogura.tenants.identity import TenantId
from tests.integration.conftest import MINATO, RunningSystem, eventually, kotogura

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

LEAVER = TenantId("kawa-insatsu")
NEIGHBOUR = TenantId("kawa")
LATE = "late/手紙.txt"


@pytest.fixture(scope="module")
def leaver(system: RunningSystem) -> RunningSystem:
    """A tenant with files in several versions, settings, a user and a neighbour of its name."""
    for tenant in (LEAVER, NEIGHBOUR):
        system.accounts.create(tenant, "川印刷", f"{tenant}@example.com", "off")
    system.put(NEIGHBOUR, "kept.txt", "題\n隣の文書は残る。")
    system.put(LEAVER, "規程/校正.md", "# 校正\n\n初校は三日で返す。")
    first = system.settled(LEAVER, "規程/校正.md")
    system.put(LEAVER, "規程/校正.md", "# 校正\n\n再校は翌日に返す。")
    system.put(LEAVER, "gone.txt", "題\n消える文書。")
    system.put(LEAVER, "broken.txt", bytes(range(256)) * 4)
    gone = system.settled(LEAVER, "gone.txt")
    system.delete(LEAVER, "gone.txt")
    assert system.settled(LEAVER, "gone.txt", gone.sequencer).state is DocumentState.DELETED
    assert system.settled(LEAVER, "規程/校正.md", first.sequencer).state is DocumentState.INDEXED
    assert system.settled(LEAVER, "broken.txt").state is DocumentState.QUARANTINED
    assert system.settled(NEIGHBOUR, "kept.txt").state is DocumentState.INDEXED
    system.api(LEAVER).call("PUT", "/synonyms", {"text": "校正, 再校\n"})
    return system


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_tenant_is_handed_all_that_is_kept_of_it(leaver: RunningSystem, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    facts = kotogura(leaver, "tenant", "export", LEAVER, str(folder))
    objects = _lines(folder / "objects.jsonl")
    assert sorted((one["name"], one["is_latest"], one["is_delete_marker"]) for one in objects) == [
        ("documents/broken.txt", True, False),
        ("documents/gone.txt", False, False),
        ("documents/gone.txt", True, True),
        ("documents/規程/校正.md", False, False),
        ("documents/規程/校正.md", True, False),
    ]
    assert "再校は" in (folder / "objects/documents/規程/校正.md").read_text("utf-8")
    for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, path = line.split("  ", 1)
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest
    assert {one["state"] for one in _lines(folder / "records/documents.jsonl")} == {
        "indexed",
        "deleted",
        "quarantined",
    }
    assert (folder / "settings/synonyms.txt").read_text("utf-8") == "校正, 再校\n"
    (user,) = _lines(folder / "users.jsonl")
    assert user["attributes"]["email"] == f"{LEAVER}@example.com"
    assert facts["counts"]["object_versions"] == 5
    assert NEIGHBOUR not in {
        one["tenant"] for one in _lines(folder / "records/settings.jsonl") if "tenant" in one
    }


def test_a_tenants_models_and_trainings_are_told(system: RunningSystem, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    facts = kotogura(system, "tenant", "export", MINATO, str(folder))
    pointer = _lines(folder / "records" / "index.jsonl")[0]
    manifest = json.loads((folder / f"models/{pointer['model']['digest']}/model.json").read_text())
    assert manifest["digest"] == pointer["model"]["digest"]
    assert facts["counts"]["trainings"] == len(_lines(folder / "records" / "trainings.jsonl")) > 0
    # What `--models` adds is read in the same way, in pieces through the same function.
    name = f"models/{manifest['digest']}/tokenizer.json"
    data = b"".join(places_of(system.deployment, MINATO).folder.read(name))
    assert hashlib.sha256(data).hexdigest() == manifest["files"]["tokenizer.json"]["sha256"]


def test_an_erased_tenant_is_nowhere_and_does_not_come_back(leaver: RunningSystem) -> None:
    system, token = leaver, leaver.accounts.token(LEAVER)
    api = Api(system.deployment.api_url, token)
    upload = api.call("POST", "/documents", {"name": LATE, "size_bytes": 9})
    proof = kotogura(system, "tenant", "erase", LEAVER, "--yes")
    assert [one["left"] for one in proof["places"]] == [0] * 6
    removed = {kind: count for one in proof["places"] for kind, count in one["removed"].items()}
    assert (removed["object_versions"], removed["delete_markers"]) == (4, 1)
    assert (removed["users"], removed["documents"]) == (1, 3)
    assert removed["files"] > 0
    assert "校正" not in json.dumps(proof, ensure_ascii=False)
    _is_nowhere(system)
    # A token and a signed URL outlive the tenant for a while.
    for method, path, body in (
        ("POST", "/documents", {"name": LATE, "size_bytes": 9}),
        ("PUT", "/synonyms", {"text": "水, 湧水\n"}),
        ("POST", "/trainings", None),
        ("POST", "/reindex", None),
    ):
        with pytest.raises(RequestFailed, match="has left"):
            api.call(method, path, body)
    late = Request(upload["url"], data="遅い。".encode(), method="PUT")  # noqa: S310 — our own
    with urlopen(late, timeout=30) as answer:  # noqa: S310
        assert answer.status == 200
    eventually(lambda: _is_skipped(system, document_id(LATE)), "the late file to be skipped")
    key = document_key(LEAVER, LATE)
    assert [one["Key"] for one in _versions(system)] == [key]
    assert system.deployment.ledger.page(LEAVER).records == []
    again = kotogura(system, "tenant", "erase", LEAVER, "--yes")
    assert again["erased_at"] == proof["erased_at"]
    assert {
        kind: count for one in again["places"] for kind, count in one["removed"].items() if count
    } == {"object_versions": 1}
    _is_nowhere(system)
    assert system.names_found(NEIGHBOUR, "隣") == ["kept.txt"]


def _versions(system: RunningSystem) -> list[dict[str, Any]]:
    s3, bucket = system.deployment.s3, system.deployment.bucket
    listed = s3.list_object_versions(Bucket=bucket, Prefix=f"{LEAVER}/")
    return [dict(one) for one in (*listed.get("Versions", []), *listed.get("DeleteMarkers", []))]


def _is_nowhere(system: RunningSystem) -> None:
    """Look into every place by other means than the erasure's own."""
    assert _versions(system) == []
    assert not (system.state / "store" / "tenants" / LEAVER).exists()
    items = system.deployment.table.query(f"TENANT#{LEAVER}", "")
    assert list(items) == []
    assert LEAVER not in {one.tenant for one in system.deployment.tenants.all()}
    pool = system.deployment.outputs["UserPoolId"]
    users = system.deployment.users.list_users(UserPoolId=pool)["Users"]
    assert f"{LEAVER}@example.com" not in json.dumps(users, default=str)


def _is_skipped(system: RunningSystem, identity: str) -> bool | None:
    log = system.stack.folder.logs / "functions" / "IngestFunction.log"
    lines = log.read_text("utf-8", "replace").splitlines()
    return any(identity in line and '"skipped"' in line for line in lines) or None
