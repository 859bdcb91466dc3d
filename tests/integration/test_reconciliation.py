"""A change whose event never came is mended by `kotogura reconcile`, on the running stack."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from tests.integration.conftest import HOSHINO, ROOT, RunningSystem, eventually

pytestmark = pytest.mark.stack


@contextmanager
def no_events(system: RunningSystem) -> Iterator[None]:
    """Let the rule that starts `ingest` be disabled meanwhile, as by a careless hand."""
    events = system.stack.client("events")
    rules = [rule for rule in events.list_rules()["Rules"] if "EventPattern" in rule]
    for rule in rules:
        events.disable_rule(Name=rule["Name"])
    try:
        yield
    finally:
        for rule in rules:
            events.enable_rule(Name=rule["Name"])


def reconcile(system: RunningSystem, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [
            ROOT / ".venv" / "bin" / "kotogura",
            *("--state", system.state, "--json", "reconcile"),
            *("--tenant", HOSHINO, "--older-than", "0", *arguments),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_files_whose_events_were_lost_are_found_again(system: RunningSystem) -> None:
    system.put(HOSHINO, "reconcile/gone.txt", "消えるはずの風鈴")
    system.settled(HOSHINO, "reconcile/gone.txt")
    with no_events(system):
        system.put(HOSHINO, "reconcile/missed.txt", "誰にも知らされなかった風鈴")
        system.delete(HOSHINO, "reconcile/gone.txt")

    looked = reconcile(system, "--dry-run")
    assert looked["tenants"][0]["found"] == {"missing": 1, "gone": 1}
    assert system.deployment.ledger.get(HOSHINO, document_id("reconcile/missed.txt")) is None

    assert reconcile(system)["found_count"] == 2
    record = system.settled(HOSHINO, "reconcile/missed.txt")
    assert record.state is DocumentState.INDEXED

    def gone() -> bool | None:
        return True if system.names_found(HOSHINO, "風鈴") == ["reconcile/missed.txt"] else None

    eventually(gone, "the removed file to be found no longer, and the missed one to be")
    system.delete(HOSHINO, "reconcile/missed.txt")


def test_the_nightly_workflow_looks_at_every_tenant_and_ends_well(system: RunningSystem) -> None:
    done = system.run_workflow("Reconcile", {})
    assert done["status"] == "SUCCEEDED", done
    assert json.loads(done["output"]) == {"started_count": 0}
