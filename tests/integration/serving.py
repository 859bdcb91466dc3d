"""Web servers, most of them over the running stack, as processes of their own on the loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from kotogura.local.running import RunningStack
from kotogura.local.service import service_command, service_environment

ROOT = Path(__file__).parents[2]
_DEADLINE_SECONDS = 60.0


@dataclass
class Server:
    """A process that serves the API below `url`; `output` is the file it writes to."""

    url: str
    process: "subprocess.Popen[bytes]"
    output: Path

    def told(self) -> str:
        return self.output.read_text("utf-8", "replace")

    def end(self) -> int:
        """Let it end as a scheduler does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(45)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number: int = probe.getsockname()[1]
        return number


@contextmanager
def container(
    state: Path, output: Path, environment: Mapping[str, str] | None = None, workers: int = 2
) -> Iterator[Server]:
    """Run what `containers/api` runs."""
    port = free_port()
    command = service_command(ROOT, port, workers)
    told = service_environment(RunningStack.find(state), state) | dict(environment or {})
    with served(command, f"http://127.0.0.1:{port}", told, output) as server:
        yield server


@contextmanager
def django(state: Path, output: Path) -> Iterator[Server]:
    """Run a Django project with threads, as many are run."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--threads", "4", "--no-control-socket"),
        *("--limit-request-line", "0"),
        "tests.integration.django_project:application",
    ]
    url = f"http://127.0.0.1:{port}/kotogura"
    told = service_environment(RunningStack.find(state), state)
    with served(command, url, told | {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}, output) as server:
        yield server


@contextmanager
def embedder(model: Path, output: Path) -> Iterator[Server]:
    """Run what `containers/embedder` runs, for the model in a folder."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"),
        *("--config", str(ROOT / "containers" / "embedder" / "gunicorn.conf.py")),
        "app:application",
    ]
    told = {"SM_MODEL_DIR": str(model), "PYTHONPATH": str(ROOT / "src")}
    with served(command, f"http://127.0.0.1:{port}", told, output, "/ping") as server:
        yield server


@contextmanager
def served(
    command: list[str],
    url: str,
    environment: Mapping[str, str],
    output: Path,
    health: str = "/health/ready",
) -> Iterator[Server]:
    """Run a command that serves `url` until it is to end; it is ready once `health` answers 200."""
    with output.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | dict(environment),
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    server = Server(url, process, output)
    try:
        _await_ready(server, health)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(45)


def _await_ready(server: Server, health: str) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            pytest.fail(f"the server ended: {server.told()[-2000:]}")
        try:
            if urllib3.request("GET", server.url + health, retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server isn't ready: {server.told()[-2000:]}")
