"""A training whose container is killed midway, and what its tenant sees."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from kotogura.semantics.trainings import TrainingState
from kotogura.tenants.identity import TenantId
from tests.faults.conftest import FaultySystem, Happened
from tests.integration.conftest import HOSHINO, ROOT, eventually

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

KAWARA = TenantId("kawara-do")


def trainers() -> Iterator[int]:
    """Yield the process groups of trainers that have loaded what they train with."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            mine = f"KOTOGURA_TENANT={KAWARA}".encode() in (folder / "environ").read_bytes()
            if b"train.py" in command and mine and b"libtorch" in (folder / "maps").read_bytes():
                yield int(folder.name)


@pytest.mark.fault("a training killed midway", "local stack")
def test_a_training_that_is_killed_is_told_and_changes_nothing(
    system: FaultySystem, happened: Happened, base_model: Path
) -> None:
    models = system.state / "models"
    models.mkdir(exist_ok=True)
    if not (models / "base").exists():
        (models / "base").symlink_to(base_model)
    system.accounts.create(KAWARA, "瓦堂", "admin@kawara-do.example.com", "off")
    samples = sorted((ROOT / "samples" / HOSHINO).rglob("*.*"))
    for path in samples:
        system.put(KAWARA, path.name, path.read_bytes())
    for path in samples:
        system.settled(KAWARA, path.name)
    before = system.deployment.pointers.get(KAWARA)
    payload = {"tenant": KAWARA, "training_id": "killed-training", "cause": "demand"}
    with ThreadPoolExecutor(1) as others:
        running = others.submit(system.run_workflow, "Train", payload)
        while not running.done():
            for pid in trainers():
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            with suppress(TimeoutError):
                running.exception(timeout=0.5)
        assert running.result()["status"] == "FAILED"
    record = system.deployment.trainings.get(KAWARA, "killed-training")
    assert record is not None
    assert record.state is TrainingState.FAILED
    assert record.reason
    shown = system.api(KAWARA).call("GET", "/trainings")["trainings"][0]
    assert (shown["training_id"], shown["state"]) == ("killed-training", "failed")
    assert system.deployment.pointers.get(KAWARA) == before
    assert system.api(KAWARA).search("会社", "words")["total"] >= 0
    eventually(lambda: True if not list(trainers()) else None, "no trainer to be left")
    happened(
        "the execution fails, which alarms; `GET /trainings` says `failed` and why; the generation "
        "and the model before stay in service"
    )
