"""Guard: an ECS task's containers are local processes.

MiniStack runs containers with Docker, or without it only pretends to. This guard gives ECS a
stand-in for the few things it asks of Docker's client: each container's own command, in a process
group of its own, with the task definition's environment and the task's overrides, its output
streamed to `<logs>/<container>/<task>.log`. Where IAM is evaluated, it gets credentials of the
task's role.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ministack import app
from ministack.services import ecs, sts

from kotogura.local.guards.private_names import private, replace
from kotogura.local.wiring import Wiring

_CONTAINER_NAME = "com.amazonaws.ecs.container-name"
_TASK_ARN = "com.amazonaws.ecs.task-arn"
_FAMILY = "com.amazonaws.ecs.task-definition-family"
_REVISION = "com.amazonaws.ecs.task-definition-version"
# Addresses inside a container network that a process on the laptop cannot reach.
_UNREACHABLE = (
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "ECS_CONTAINER_METADATA_URI_V4",
)
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")
# Searches stay quick while a training uses every core.
_NICENESS = 5


class ContainerProcess:
    """One container: what ECS asks of Docker's container object, over a process group."""

    def __init__(self, image: str, wiring: Wiring, options: dict[str, Any]) -> None:
        labels = options["labels"]
        self.id = uuid.uuid4().hex
        self.image = image
        self.name = labels[_CONTAINER_NAME]
        self.attrs: dict[str, Any] = {"NetworkSettings": {"Networks": {}}}
        task_id = labels[_TASK_ARN].rsplit("/", 1)[-1]
        self._log = Path(wiring.logs_folder, self.name, f"{task_id}.log")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        command = [wiring.python if word == "python" else word for word in options["command"] or []]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=Path(wiring.containers_folder, self.name),
                env=_environment(options.get("environment") or {}, wiring)
                | _role_credentials(labels),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICENESS)

    @property
    def status(self) -> str:
        """`running` or `exited`."""
        return "running" if self._process.poll() is None else "exited"

    def reload(self) -> None:
        """Nothing to refresh: `status` always asks the process."""

    def wait(self, **_: Any) -> dict[str, int]:
        """Wait for the end; a signal counts as 128 more than its number, as Docker has it."""
        code = self._process.wait()
        return {"StatusCode": code if code >= 0 else 128 - code}

    def logs(self, *, stream: bool = False, **_: Any) -> bytes | Iterator[bytes]:
        """Return the output so far, or follow it until the process ends."""
        return self._follow() if stream else self._log.read_bytes()

    def _follow(self) -> Iterator[bytes]:
        with self._log.open("rb") as output:
            while True:
                ended = self._process.poll() is not None
                if lines := output.read():
                    yield lines
                elif ended:
                    return
                else:
                    time.sleep(0.2)

    def stop(self, timeout: float = 5, **_: Any) -> None:
        """Ask the process group to end, and end it after `timeout` seconds."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self, **_: Any) -> None:
        """End the process group at once."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def remove(self, **_: Any) -> None:
        """End what a stopped container may have left in its group; the log stays."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


class _Containers:
    def __init__(self) -> None:
        self._wiring = Wiring.from_environment()
        self._by_id: dict[str, ContainerProcess] = {}

    def run(self, image: Any, **options: Any) -> ContainerProcess:
        container = ContainerProcess(str(image), self._wiring, options)
        self._by_id[container.id] = container
        return container

    def get(self, container_id: str) -> ContainerProcess:
        return self._by_id[container_id]

    def list(self, **_: Any) -> list[ContainerProcess]:
        return list(self._by_id.values())


class ProcessClient:
    """What stands in the place of Docker's client."""

    def __init__(self) -> None:
        self.containers = _Containers()

    def stop_all(self, timeout: float) -> None:
        """End every running container, all at the same time."""
        running = [one for one in self.containers.list() if one.status == "running"]
        stops = [threading.Thread(target=one.stop, args=(timeout,)) for one in running]
        for stop in stops:
            stop.start()
        for stop in stops:
            stop.join()


client = ProcessClient()


def install() -> None:
    """Give ECS processes for containers."""
    for module, name in ((app, "AUTH"), (ecs, "_task_defs"), (sts, "register_session")):
        private(module, name)
    replace(ecs, "_docker", client)


def _environment(own: dict[str, str], wiring: Wiring) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _KEPT if name in os.environ}
    reachable = {name: value for name, value in own.items() if name not in _UNREACHABLE}
    return {**inherited, "PYTHONUNBUFFERED": "1", **reachable, **wiring.container_environment}


def _role_credentials(labels: dict[str, str]) -> dict[str, str]:
    """The task role's credentials, which on AWS come from an address inside the container."""
    if not app.AUTH:
        return {}
    role_arn = ecs._task_defs[f"{labels[_FAMILY]}:{labels[_REVISION]}"]["taskRoleArn"]
    account, role = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    session = labels[_TASK_ARN].rpartition("/")[2]
    access_key = f"ASIA{secrets.token_hex(8).upper()}"
    secret, token = secrets.token_hex(20), secrets.token_hex(20)
    sts.register_session(
        access_key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
            "UserId": f"{role}:{session}",
            "SecretAccessKey": secret,
            "SessionToken": token,
        },
    )
    return {
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
    }
