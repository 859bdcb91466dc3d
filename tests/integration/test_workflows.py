"""Trainings that fail, compaction, reindexing, and the tools that reach the stack unchanged."""

import json
from pathlib import Path

import pytest

from kotogura.index.manifest import ModelEntry
from kotogura.local.ministack_process import CREDENTIALS
from kotogura.semantics.trainings import TrainingRecord, TrainingState
from kotogura.tenants.identity import TenantId
from tests.integration.conftest import (
    HOSHINO,
    MINATO,
    ROOT,
    RunningSystem,
    eventually,
    kotogura,
    run_command,
)

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

QUERY = "休暇 申請 会社"


def _ranking(system: RunningSystem, tenant: TenantId = MINATO) -> list[tuple[str, float]]:
    hits = system.api(tenant).search(QUERY, "words", 50)["hits"]
    return [(hit["name"], hit["score"]) for hit in hits]


def _train(system: RunningSystem, tenant: TenantId, training_id: str) -> str:
    payload = {"tenant": tenant, "training_id": training_id, "cause": "demand"}
    status: str = system.run_workflow("Train", payload)["status"]
    return status


def test_a_failing_training_fails_its_execution_and_leaves_the_old_model(
    system: RunningSystem,
) -> None:
    base = system.state / "models" / "base"
    target = base.readlink()
    before = system.names_found(MINATO, "赤ちゃんが生まれる", "meaning")
    served = _served(system)
    base.unlink()
    try:
        status = _train(system, MINATO, "training-without-a-base")
    finally:
        base.symlink_to(target)
    assert status == "FAILED"
    record = system.deployment.trainings.get(MINATO, "training-without-a-base")
    assert record is not None
    assert record.state is TrainingState.FAILED
    assert record.reason
    assert _served(system) == served
    assert system.names_found(MINATO, "赤ちゃんが生まれる", "meaning") == before


def _served(system: RunningSystem) -> tuple[ModelEntry | None, int | None]:
    """Which model serves; commits of documents may go on meanwhile."""
    pointer = system.deployment.pointers.get(MINATO)
    assert pointer is not None
    return pointer.model, pointer.trained_generation


def test_a_cadence_trains_its_tenants_and_no_others(system: RunningSystem) -> None:
    tenant = TenantId("daily-workshop")
    system.accounts.create(tenant, "毎日工房", "daily@example.com", "daily")
    for path in sorted((ROOT / "samples" / HOSHINO).rglob("*.*")):
        system.put(tenant, path.name, path.read_bytes())
        system.settled(tenant, path.name)
    others = {one: system.deployment.trainings.newest(one) for one in (MINATO, HOSHINO)}
    execution = system.run_workflow("Train", {"cadence": "daily"})
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"])["started_count"] == 1

    def probe() -> TrainingRecord | None:
        found = next(iter(system.deployment.trainings.newest(tenant)), None)
        return found if found and found.state is not TrainingState.RUNNING else None

    record = eventually(probe, "the scheduled training to end", seconds=180)
    assert record.state in (TrainingState.PROMOTED, TrainingState.KEPT), record.reason
    assert record.cause == "schedule"
    pointer = system.deployment.pointers.get(tenant)
    assert pointer is not None
    assert pointer.trained_generation is not None
    for one, before in others.items():
        assert system.deployment.trainings.newest(one) == before


def test_a_tenant_with_too_little_text_is_told_so(system: RunningSystem) -> None:
    tenant = TenantId("small-office")
    system.accounts.create(tenant, "小さな事務所", "small@example.com", "off")
    system.put(tenant, "only.txt", "題\nただ一つの文書。")
    system.settled(tenant, "only.txt")
    assert _train(system, tenant, "training-on-nothing") == "FAILED"
    record = system.deployment.trainings.get(tenant, "training-on-nothing")
    assert record is not None
    assert (record.reason or {})["code"] == "not-enough-text"


def test_compaction_merges_segments_and_changes_no_answer(system: RunningSystem) -> None:
    before = _ranking(system)
    by_meaning = system.names_found(MINATO, "仕事を休みたい", "meaning")
    execution = system.run_workflow("Compact", {"tenant": MINATO})
    assert execution["status"] == "SUCCEEDED", execution
    assert _ranking(system) == before
    assert system.names_found(MINATO, "仕事を休みたい", "meaning") == by_meaning
    assert _segment_count(system, MINATO) <= 2


def test_a_reindex_gives_the_same_answers_from_a_new_generation(system: RunningSystem) -> None:
    before = _ranking(system)
    pointer = system.deployment.pointers.get(MINATO)
    execution = system.run_workflow("Reindex", {"tenant": MINATO})
    assert execution["status"] == "SUCCEEDED", execution
    after = system.deployment.pointers.get(MINATO)
    assert pointer is not None
    assert after is not None
    assert after.generation > pointer.generation
    assert _ranking(system) == before
    assert system.names_found(MINATO, "赤ちゃんが生まれる", "meaning")


def test_an_index_is_looked_after_from_the_command_line(system: RunningSystem) -> None:
    before = _ranking(system)
    report = kotogura(system, "index", "inspect", "--tenant", MINATO)
    number = report["newest"]["generation"]
    assert kotogura(system, "index", "verify", "--tenant", MINATO)["problems"] == []
    rebuilt = kotogura(system, "index", "rebuild", "--tenant", MINATO)
    assert rebuilt["generation"] > number
    assert _ranking(system) == before
    again = kotogura(system, "index", "rebuild", "--tenant", MINATO, "--run", rebuilt["run_id"])
    assert (again["run_id"], again["document_count"]) == (
        rebuilt["run_id"],
        rebuilt["document_count"],
    )
    back = kotogura(system, "index", "rollback", "--tenant", MINATO, "--generation", str(number))
    assert back["document_count"] == rebuilt["document_count"]
    assert _ranking(system) == before
    done = run_command(system, "index", "rollback", "--tenant", MINATO, "--generation", "100000")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "generation-not-found"


def test_localstack_client_reaches_the_stack_unchanged(
    system: RunningSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localstack_client.session import Session  # noqa: PLC0415 — reads the environment

    # The stack's own port is localstack-client's default, 4566; the test's is another.
    monkeypatch.setenv("AWS_ENDPOINT_URL", system.stack.endpoint)
    # With policies enforced, keys count: those of the account, which `aws` needs as well.
    keys = CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
    client = Session(*keys, None).client("s3")
    assert system.deployment.bucket in {
        bucket["Name"] for bucket in client.list_buckets()["Buckets"]
    }


def test_the_command_line_finds_the_running_stack(system: RunningSystem, tmp_path: Path) -> None:
    file = tmp_path / "from-the-command-line.md"
    file.write_text("# 題\n\n手元から送った羅針盤の文書。\n", encoding="utf-8")
    uploaded = kotogura(system, "upload", str(file), "--tenant", MINATO)
    assert uploaded["indexed"] == 1
    found = kotogura(system, "search", "羅針盤", "--tenant", MINATO, "--mode", "words")
    assert [hit["name"] for hit in found["hits"]] == [file.name]
    status = kotogura(system, "status")
    assert {entry["tenant"] for entry in status["tenants"]} >= {MINATO, HOSHINO}


def test_a_wrong_command_names_its_remedy_in_one_line(system: RunningSystem) -> None:
    done = run_command(system, "search", "休暇", "--tenant", "nobody-here")
    assert done.returncode == 1
    assert "kotogura tenant create" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def _segment_count(system: RunningSystem, tenant: TenantId) -> int:
    pointer = system.deployment.pointers.get(tenant)
    assert pointer is not None
    path = system.state / "store" / "tenants" / tenant / pointer.manifest
    return len(json.loads(path.read_bytes())["segments"])
