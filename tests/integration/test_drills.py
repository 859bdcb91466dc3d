"""Restore drills: the store is lost, a tenant is rolled back, the table is restored."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kotogura.commands.errors import RequestFailed
from kotogura.commands.upkeep import ask
from kotogura.documents.ledger import DocumentState
from kotogura.local import clients
from kotogura.tenants.identity import TenantId
from tests.integration.conftest import HOSHINO, RunningSystem, kotogura

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

QUERY = "電源が入らないときの修理"
Ranking = list[tuple[str, float]]


def _ranking(
    system: RunningSystem, mode: str | None, tenant: TenantId = HOSHINO, query: str = QUERY
) -> Ranking:
    hits = system.api(tenant).search(query, mode, 50)["hits"]
    return [(hit["name"], hit["score"]) for hit in hits]


def _rankings(system: RunningSystem) -> dict[str, Ranking]:
    return {mode: _ranking(system, mode) for mode in ("words", "meaning", "both")}


def _alike(ranking: Ranking) -> list[Any]:
    """Let scores differ in what single precision leaves open: rows are multiplied in blocks."""
    return [(name, pytest.approx(score, abs=1e-5)) for name, score in ranking]


@pytest.fixture
def backup(system: RunningSystem, tmp_path: Path) -> Iterator[Path]:
    """A copy of the tenant's folder and pointer, which are put back afterwards."""
    folder, copy = system.state / "store" / "tenants" / HOSHINO, tmp_path / "backup"
    shutil.copytree(folder, copy)
    table = system.deployment.table
    pointer = table.get(f"TENANT#{HOSHINO}", "MANIFEST")
    assert pointer is not None
    yield copy
    shutil.copytree(copy, folder, dirs_exist_ok=True)
    table.put(pointer)


def test_a_lost_store_is_rebuilt_from_the_bucket_with_the_same_answers(
    system: RunningSystem, backup: Path
) -> None:
    folder = system.state / "store" / "tenants" / HOSHINO
    before = _rankings(system)
    assert all(before.values())
    shutil.rmtree(folder)
    with pytest.raises(RequestFailed, match="kotogura index rebuild"):
        system.api(HOSHINO).search("井戸水", "words")  # asked for nowhere else
    # The models come from a night's backup, all else from the bucket.
    shutil.copytree(backup / "models", folder / "models")
    kotogura(system, "index", "rebuild", "--tenant", HOSHINO)
    for mode, ranking in _rankings(system).items():
        assert ranking == _alike(before[mode]), mode
    # Without the model searches go by word, but of a process that has it open.
    shutil.move(folder / "models", backup.parent / "aside")
    answer = system.api(HOSHINO).search(QUERY, None, 50)
    assert answer["notice"] == ("model-lost" if answer["mode"] == "words" else None)
    found = [(hit["name"], hit["score"]) for hit in answer["hits"]]
    assert found == _alike(before[answer["mode"]])


APPLES = TenantId("ringo-en")


def test_a_tenant_is_rolled_back_ten_generations_and_goes_on(system: RunningSystem) -> None:
    system.accounts.create(APPLES, "林檎園", "ringo@example.com", "off")
    for name in ("a.txt", "b.txt", "c.txt"):
        system.put(APPLES, name, f"題\n林檎の畑 {name}。")
        assert system.settled(APPLES, name).state is DocumentState.INDEXED
    first = _generation(system) - 2
    # Every rollback makes a generation, and no commit's pause lies between them.
    for number in range(8):
        ask(system.deployment, APPLES, "rollback", generation=first + 1 + number % 2)
    assert _generation(system) == first + 10
    assert sorted(system.names_found(APPLES, "林檎")) == ["a.txt", "b.txt", "c.txt"]
    told = kotogura(
        *(system, "index", "rollback", "--tenant", APPLES), *("--generation", str(first))
    )
    assert (told["missing_count"], told["replaced_count"], told["returned_count"]) == (2, 0, 0)
    assert system.names_found(APPLES, "林檎") == ["a.txt"]
    system.put(APPLES, "d.txt", "題\n林檎の苗。")
    assert system.settled(APPLES, "d.txt").state is DocumentState.INDEXED
    assert sorted(system.names_found(APPLES, "林檎")) == ["a.txt", "d.txt"]
    rebuilt = kotogura(system, "index", "rebuild", "--tenant", APPLES)
    assert rebuilt["document_count"] == 4
    assert len(system.names_found(APPLES, "林檎")) == 4


def _generation(system: RunningSystem) -> int:
    pointer = system.deployment.pointers.get(APPLES)
    assert pointer is not None
    return pointer.generation


def test_a_table_is_restored_under_its_own_name(system: RunningSystem) -> None:
    before = _rankings(system)
    deployment = system.deployment
    name = deployment.outputs["TableName"]
    dynamodb = clients.client("dynamodb", system.stack.endpoint)
    backup = dynamodb.create_backup(TableName=name, BackupName="drill")["BackupDetails"]
    items = dynamodb.scan(TableName=name, Select="COUNT")["Count"]
    try:
        dynamodb.delete_table(TableName=name)
        with pytest.raises(RequestFailed, match="the table refused"):
            system.api(HOSHINO).search(QUERY, "words")
    finally:
        dynamodb.restore_table_from_backup(TargetTableName=name, BackupArn=backup["BackupArn"])
        dynamodb.get_waiter("table_exists").wait(TableName=name)
        ttl = {"Enabled": True, "AttributeName": "expires_at"}
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
    assert dynamodb.scan(TableName=name, Select="COUNT")["Count"] >= items
    assert _rankings(system) == before
    assert kotogura(system, "index", "verify", "--tenant", HOSHINO)["problems"] == []
    system.put(HOSHINO, "drill/after.txt", "題\n復旧の後に届いた便箋。")
    assert system.settled(HOSHINO, "drill/after.txt").state is DocumentState.INDEXED
    assert _ranking(system, "words", query="便箋")[0][0] == "drill/after.txt"
