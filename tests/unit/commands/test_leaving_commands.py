"""`kotogura tenant export` and `tenant erase`: what they ask, show and leave behind."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kotogura.commands import leaving
from kotogura.commands.deployment import Deployment
from kotogura.commands.main import cli
from kotogura.commands.session import Session
from kotogura.errors import InvalidArgument
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord
from tests.memory.tenants import MemoryTenants

MINATO = TenantId("minato-shoji")
OUTPUTS = {"BackupDays": "14", "LogRetentionDays": "30", "UserPoolId": "pool"}


class Place:
    place = "somewhere"
    removed = 0

    def remove(self) -> dict[str, int]:
        self.removed += 1
        return {"things": 2}

    def left(self) -> int:
        return 0


@pytest.fixture
def tenants(monkeypatch: pytest.MonkeyPatch) -> MemoryTenants:
    made = MemoryTenants()
    made.create(TenantRecord(MINATO, "港商事"))
    deployment = Deployment(None, "https://api", OUTPUTS)
    deployment.__dict__["tenants"] = made
    monkeypatch.setattr(Session, "deployment", lambda _: deployment)
    monkeypatch.setattr(leaving, "erasable", lambda *_: [PLACE])
    return made


PLACE = Place()


def run(state: Path, *arguments: str, typed: str = "") -> Result:
    words = ["--state", str(state), "tenant", *arguments]
    return CliRunner().invoke(cli, words, input=typed, catch_exceptions=True, standalone_mode=False)


def test_nothing_is_erased_until_the_id_is_typed(tenants: MemoryTenants, tmp_path: Path) -> None:
    for typed in ("minato\n", "yes\n", ""):
        assert run(tmp_path, "erase", MINATO, typed=typed).exception is not None
        assert tenants.get(MINATO)
        assert PLACE.removed == 0
    refused = run(tmp_path, "erase", MINATO, typed="minato\n").exception
    assert isinstance(refused, InvalidArgument)


def test_an_erasure_leaves_a_proof_and_forgets_passwords(
    tenants: MemoryTenants, tmp_path: Path
) -> None:
    passwords = tmp_path / "passwords.json"
    passwords.write_text(json.dumps({"pool/minato-shoji": [], "pool/minato": []}), "utf-8")
    done = run(tmp_path, "erase", MINATO, "--json", typed="minato-shoji\n")
    assert done.exception is None, done.output
    told: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    assert tenants.get(MINATO) is None
    assert list(json.loads(passwords.read_text("utf-8"))) == ["pool/minato"]
    proof = json.loads(Path(told.pop("proof")).read_text("utf-8"))
    assert proof == told
    assert proof["places"] == [{"place": "somewhere", "removed": {"things": 2}, "left": 0}]
    days = {one["what"]: one["days"] for one in proof["stays"]}
    assert days["backups of the store"] == 14
    assert days["logs of functions, workflows and the API"] == 30
    assert not proof["final"]


def test_a_proof_is_written_where_it_is_asked_for(tenants: MemoryTenants, tmp_path: Path) -> None:
    file = tmp_path / "drawer" / "proof.json"
    done = run(tmp_path, "erase", MINATO, "--yes", "--proof", str(file))
    assert done.exception is None, done.output
    assert "repeat the command after" in done.output
    assert json.loads(file.read_text("utf-8"))["digest"] in done.output


def test_nothing_is_erased_whose_proof_could_not_be_written(
    tenants: MemoryTenants, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("no folder", "utf-8")
    before = PLACE.removed
    failed = run(tmp_path, "erase", MINATO, "--yes", "--proof", str(file / "proof.json"))
    assert isinstance(failed.exception, OSError)
    assert tenants.get(MINATO)
    assert PLACE.removed == before
