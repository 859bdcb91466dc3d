"""The embedded AWS for this room's tests: with its guards, and bare to see what they are for."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kotogura.local.folders import StateFolder
from kotogura.local.ministack_process import _answers, _environment
from kotogura.local.wiring import Wiring
from kotogura.local.worker import Workplace

ROOT = Path(__file__).parents[2]
PYTHON = str(ROOT / ".venv" / "bin" / "python")

HANDLERS = """
import os
import subprocess
import sys
import time

class UndecodableText(Exception):
    pass

def handler(event, context):
    action = event.get("action", "answer") if isinstance(event, dict) else "answer"
    if action == "raise":
        raise UndecodableText("not a character set we know")
    if action == "sleep":
        time.sleep(event["seconds"])
    if action == "crash":
        os._exit(7)
    if action == "log":
        print("a line for the log", flush=True)
    return {
        "event": event,
        "pid": os.getpid(),
        "own": os.environ.get("OWN"),
        "access_key": os.environ.get("AWS_ACCESS_KEY_ID"),
        "store": os.environ.get("KOTOGURA_STORE"),
        "function": context.function_name,
        "tenant": context.tenant_id,
        "remaining_ms": context.get_remaining_time_in_millis(),
    }
"""

TRAINER = """
import os
import sys
import time

print("training for", os.environ["KOTOGURA_TENANT"], "in", os.environ["KOTOGURA_STORE"])
time.sleep(float(os.environ.get("SECONDS_TO_TRAIN", "0")))
sys.exit(int(os.environ.get("EXIT_CODE", "0")))
"""


@pytest.fixture(scope="session")
def pick_port() -> Callable[[], int]:
    """Find a port that nobody listens on."""

    def pick() -> int:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
            return port

    return pick


@pytest.fixture
def free_port(pick_port: Callable[[], int]) -> int:
    return pick_port()


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    """Poll until something is true; return it, or fail when the deadline is over."""

    def poll(ask: Callable[[], Any], seconds: float = 15, message: str = "") -> Any:
        deadline = time.monotonic() + seconds
        while not (answer := ask()):
            assert time.monotonic() < deadline, message or f"still not true after {seconds} s"
            time.sleep(0.05)
        return answer

    return poll


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(scope="session")
def fetch() -> Callable[..., Answer]:
    """Send one HTTP request."""

    def send(
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, received, response.read())
        finally:
            connection.close()

    return send


@pytest.fixture(scope="session")
def ministack_python() -> Path:
    named = os.environ.get("KOTOGURA_MINISTACK_PYTHON")
    python = Path(named) if named else ROOT / ".venv-aws" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{python} is missing: `make setup` makes MiniStack's virtual environment")
    return python


@pytest.fixture(scope="session")
def in_ministack(ministack_python: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Run a few lines in MiniStack's own interpreter."""

    def run(code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ministack_python), "-c", code],
            env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def write_root() -> Callable[[Path], Path]:
    """Write a repository in little: two functions' folders and one container's."""
    return _write_root


def _write_root(root: Path) -> Path:
    for folder, name, text in (
        ("functions/echo", "app.py", HANDLERS),
        ("functions/broken", "app.py", "raise KeyError('at import')"),
        ("containers/trainer", "train.py", TRAINER),
    ):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return _write_root(tmp_path / "root")


@pytest.fixture
def workplace(root: Path, tmp_path: Path) -> Workplace:
    environment = {"AWS_REGION": "us-east-1", "KOTOGURA_STORE": "/somewhere/else"}
    return Workplace(root, tmp_path / "logs", PYTHON, environment)


class BareMiniStack:
    """MiniStack as it comes, or with all guards but one."""

    def __init__(
        self, python: Path, port: int, folder: StateFolder, program: list[str], *, iam: bool
    ) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [str(python), *program],
            env=_environment(port, folder, _wiring(folder, iam=iam)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        while not _answers(self.endpoint):
            assert time.monotonic() < deadline, "MiniStack doesn't answer"
            time.sleep(0.05)

    def kill(self) -> None:
        assert self.process.stdin is not None
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def _wiring(folder: StateFolder, *, iam: bool) -> Wiring:
    return Wiring(
        iam=iam,
        containers_folder=str(folder.path / "containers"),
        logs_folder=str(folder.logs),
        python=sys.executable,
        container_environment={"KOTOGURA_STORE": str(folder.store)},
    )


_WITHOUT = """
from kotogura.local import ministack_main
ministack_main.GUARDS = tuple(one for one in ministack_main.GUARDS if one != {!r})
ministack_main.main()
"""


@pytest.fixture(scope="session")
def start_bare(
    ministack_python: Path, pick_port: Callable[[], int], write_root: Callable[[Path], Path]
) -> Callable[..., BareMiniStack]:
    """Start a MiniStack without guards, or with all but one; whoever does must end it."""

    def start(path: Path, without: str | None = None, *, iam: bool = False) -> BareMiniStack:
        folder = StateFolder(write_root(path))
        folder.make()
        program = ["-c", _WITHOUT.format(without)] if without else ["-m", "ministack"]
        return BareMiniStack(ministack_python, pick_port(), folder, program, iam=iam)

    return start


@pytest.fixture(scope="session")
def no_longer_needed(
    in_ministack: Callable[[str], subprocess.CompletedProcess[str]],
) -> Callable[[str], str]:
    version = in_ministack(
        "import importlib.metadata as m; print(m.version('ministack'), end='')"
    ).stdout
    return lambda guard: (
        f"ministack {version} does this by itself: kotogura.local.guards.{guard} can go"
    )
