"""Web servers as processes of their own on the loopback."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import urllib3

ROOT = Path(__file__).resolve().parents[1]
DEADLINE_SECONDS = 90.0


@contextmanager
def served(command: list[str], url: str, told: Mapping[str, str], log: Path) -> Iterator[int]:
    """Run a server until the block ends, and give its process id once it is ready."""
    environment = os.environ | dict(told) | {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    with log.with_suffix(".log").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not _is_ready(url):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{command[2]} isn't ready: {log.with_suffix('.log').read_text()[-800:]}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(45)


def _is_ready(url: str) -> bool:
    try:
        return urllib3.request("GET", f"{url}/health/ready", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def workers_of(pid: int) -> list[int]:
    """Return the processes that the server `pid` has started, which are those that answer."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(child) for child in children.split()]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
