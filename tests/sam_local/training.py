"""A training by the trainer's image, without a network, taken away half-way and begun again."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import safe_open

from kotogura.local.ministack_process import CREDENTIALS, REGION
from kotogura.local.sam import relay
from kotogura.platform.clock import now
from kotogura.platform.interruption import EXIT_CODE
from kotogura.semantics.trainings import TrainingRecord, TrainingState
from tests.integration.conftest import MINATO, RunningSystem, eventually
from tests.sam_local.engine import docker

IMAGE = "kotogura-trainer:latest"
TRAINING_ID = "20261120T030405-sam-local"
MEMORY = "4g"
SECONDS = 600
# The container has its own loopback alone; a socket in a mounted folder leads out of it.
ENDPOINT = "127.0.0.1:4566"
COMMAND = f"python3 /relay.py tcp:{ENDPOINT} unix:/run/kotogura/aws.sock & exec python3 train.py"


@dataclass(frozen=True)
class Run:
    """One container that ended: what Docker tells of it, and what it said."""

    inspected: dict[str, Any]
    output: str

    @property
    def exit_code(self) -> int:
        code: int = self.inspected["State"]["ExitCode"]
        return code


@dataclass(frozen=True)
class Training:
    """Both runs, what lay between them, and the record at the end."""

    first: Run
    checkpoint_step: int
    between: TrainingRecord
    second: Run
    record: TrainingRecord


def train_interrupted(system: RunningSystem, socket_folder: Path) -> Training:
    """Train MINATO's model in a container that gets SIGTERM half-way, and in another one."""
    # EFS's access point makes every file that of user 1000; a folder doesn't.
    subprocess.run(["chown", "-R", "1000:1000", system.state / "store", socket_folder], check=True)
    socket_folder.chmod(0o755)
    endpoint = system.stack.endpoint.removeprefix("http://")
    socket = socket_folder / "aws.sock"
    begun = {"state": TrainingState.RUNNING.value, "cause": "demand", "started_at": now()}
    system.deployment.trainings.update(MINATO, TRAINING_ID, begun)  # as the workflow does
    with relay.Relay(f"unix:{socket}", f"tcp:{endpoint}"):
        socket.chmod(0o666)
        container = _start(system, socket_folder)
        try:
            eventually(lambda: _fine_tuning(system) or _ended(container), "a step", SECONDS)
            if not _ended(container):
                docker("kill", "--signal", "TERM", container)
        finally:
            first = _finish(container)
        assert first.exit_code == EXIT_CODE, first.output[-3000:]
        folder = system.state / "store" / "tenants" / MINATO / f"models/.{TRAINING_ID}-checkpoint"
        step = _step(folder)
        between = _record(system)
        second = _finish(_start(system, socket_folder))
    return Training(first, step, between, second, _record(system))


def _start(system: RunningSystem, socket_folder: Path) -> str:
    outputs = system.deployment.outputs
    environment = {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": f"http://{ENDPOINT}",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "KOTOGURA_DOCUMENTS_BUCKET": outputs["DocumentsBucketName"],
        "KOTOGURA_STORE": "/mnt/kotogura",
        "KOTOGURA_TABLE": outputs["TableName"],
        "KOTOGURA_TENANT": MINATO,
        "KOTOGURA_TRAINING_ID": TRAINING_ID,
        "POWERTOOLS_METRICS_NAMESPACE": "Kotogura",
    }
    return docker(
        *("run", "--detach", "--network", "none", "--init"),
        *("--memory", MEMORY, "--memory-swap", MEMORY, "--read-only", "--tmpfs", "/tmp"),  # noqa: S108
        *(part for name, value in environment.items() for part in ("--env", f"{name}={value}")),
        *("--volume", f"{system.state / 'store'}:/mnt/kotogura"),
        *("--volume", f"{socket_folder}:/run/kotogura"),
        *("--volume", f"{relay.__file__}:/relay.py:ro"),
        *("--entrypoint", "sh", IMAGE, "-c", COMMAND),
    )


def _finish(container: str) -> Run:
    subprocess.run(["docker", "wait", container], capture_output=True, timeout=SECONDS, check=True)
    done = subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=True)
    inspected = json.loads(docker("inspect", container))[0]
    docker("rm", container)
    return Run(inspected, done.stdout + done.stderr)


def _fine_tuning(system: RunningSystem) -> bool | None:
    record = system.deployment.trainings.get(MINATO, TRAINING_ID)
    progress = (record.progress if record else None) or {}
    return True if progress.get("step") and progress.get("stage") == "fine-tune" else None


def _ended(container: str) -> bool | None:
    state = docker("inspect", "--format", "{{.State.Running}}", container)
    return True if state == "false" else None


def _record(system: RunningSystem) -> TrainingRecord:
    record = system.deployment.trainings.get(MINATO, TRAINING_ID)
    assert record is not None
    assert record.state in TrainingState
    return record


def _step(folder: Path) -> int:
    [path] = folder.rglob("*.safetensors")
    with safe_open(str(path), framework="np") as file:
        step: int = json.loads(file.metadata()["facts"])["step"]
        return step
