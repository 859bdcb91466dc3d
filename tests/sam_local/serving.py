"""The API as images serve it: the functions' by `sam local start-api`, and the service's own."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from kotogura.local.running import RunningStack
from kotogura.local.sam.command import bridge_address, sam_command
from kotogura.local.sam.container_requests import MOUNT
from kotogura.local.sam.relay import Relay
from kotogura.local.service import service_environment
from tests.integration.conftest import ROOT, RunningSystem, eventually
from tests.integration.serving import free_port, served
from tests.sam_local.command_line import SamLocal
from tests.sam_local.engine import docker

IMAGE = "kotogura-api:latest"


@contextmanager
def start_api(sam: SamLocal, output: Path) -> Iterator[str]:
    """Run `sam local start-api`, which keeps each function's container; yield where it answers.

    It ignores SIGINT in the background; SIGTERM also removes its containers.
    """
    port = free_port()
    command = sam_command(ROOT, ["start-api", "--port", str(port), "--warm-containers", "LAZY"])
    with served(command, f"http://127.0.0.1:{port}", sam.environment, output, "/docs") as server:
        yield server.url


@dataclass(frozen=True)
class Service:
    """A container of the service's image, and where it answers."""

    container: str
    url: str

    def health(self) -> str:
        """What Docker's own health check says: starting, healthy or unhealthy."""
        return docker("inspect", "--format", "{{.State.Health.Status}}", self.container)

    def end(self) -> int:
        """Let it end as a scheduler does, and return its exit code."""
        docker("stop", "--time", "45", self.container)
        return int(docker("inspect", "--format", "{{.State.ExitCode}}", self.container))


@contextmanager
def run_service(system: RunningSystem, folder: Path) -> Iterator[Service]:
    """Run the service's image over the stack, as docs/platforms.md tells; `folder` is for keys."""
    running = RunningStack.find(system.state)
    environment = service_environment(running, system.state)
    store = system.state / "store"
    # EFS's access point makes every file that of user 1000; a folder doesn't.
    subprocess.run(["chown", "--recursive", "1000:1000", store], check=True)
    stack = running.endpoint.removeprefix("http://")
    with Relay(f"tcp:{bridge_address()}:0", f"tcp:{stack}") as relay:
        reached = relay.listening.removeprefix("tcp:")
        told = {name: value.replace(stack, reached) for name, value in environment.items()}
        told["KOTOGURA_STORE"] = MOUNT
        # By http from anywhere but its own loopback it takes no keys; from a file it does.
        keys = folder / "keys.json"
        keys.write_bytes(urllib3.request("GET", environment["KOTOGURA_TOKEN_KEYS"]).data)
        told["KOTOGURA_TOKEN_KEYS"] = f"/run/{keys.name}"
        container = docker(
            *("run", "--detach", "--memory", "2g", "--read-only", "--tmpfs", "/tmp"),  # noqa: S108
            *("--publish", "127.0.0.1::8080", "--health-interval", "1s"),
            *(part for name, value in told.items() for part in ("--env", f"{name}={value}")),
            *("--volume", f"{keys}:/run/{keys.name}:ro"),
            *("--volume", f"{store}:{MOUNT}:ro", IMAGE),
        )
        try:
            ports = json.loads(
                docker("inspect", "--format", "{{json .NetworkSettings.Ports}}", container)
            )
            [at] = ports["8080/tcp"]
            service = Service(container, f"http://127.0.0.1:{at['HostPort']}")

            def ready() -> bool | None:
                if docker("inspect", "--format", "{{.State.Running}}", container) != "true":
                    pytest.fail(f"the service ended: {_told(container)}")
                return _status(f"{service.url}/health/ready") == 200 or None

            eventually(ready, "the service")
            yield service
        finally:
            docker("rm", "--force", container)


def _told(container: str) -> str:
    done = subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=True)
    return (done.stdout + done.stderr)[-3000:]


def _status(url: str) -> int | None:
    try:
        return urllib3.request("GET", url, retries=False, timeout=20).status
    except urllib3.exceptions.HTTPError:
        return None
