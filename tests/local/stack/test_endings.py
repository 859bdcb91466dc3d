"""However the local stack ends, nothing is left running and nothing is lost."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kotogura.local import clients
from kotogura.local.errors import (
    StackNotRunning,
)
from kotogura.local.folders import StateFolder
from kotogura.local.ministack_process import MiniStackProcess
from kotogura.local.running import RunningStack
from kotogura.local.stack import LocalStack, StackOptions
from kotogura.local.wiring import Wiring

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]


def test_sigterm_ends_the_stack_and_every_process(
    options: StackOptions, processes_of: Callable[[], list[int]], until: Callable[..., Any]
) -> None:
    parent = _start_elsewhere(options, until)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(15) == 128 + signal.SIGTERM
    assert not processes_of()


def test_even_a_killed_parent_leaves_nothing_running(
    options: StackOptions, processes_of: Callable[[], list[int]], until: Callable[..., Any]
) -> None:
    parent = _start_elsewhere(options, until)
    parent.kill()
    parent.wait(15)
    until(lambda: not processes_of(), message="the embedded AWS or a worker outlived its parent")
    with pytest.raises(StackNotRunning):
        RunningStack.find(options.folder.path)
    with LocalStack(options) as stack:
        scanned = stack.client("dynamodb").scan(TableName=stack.outputs["TableName"])
        assert scanned["Count"] == 1


def _start_elsewhere(options: StackOptions, until: Callable[..., Any]) -> subprocess.Popen[bytes]:
    """A process that runs the stack, with a worker of a function and an item in the table."""
    program = f"""
import signal
from pathlib import Path
from kotogura.local.stack import LocalStack, StackOptions
options = StackOptions(root=Path({str(options.root)!r}), port={options.port},
                       ministack_python=Path({str(options.ministack_python)!r}))
with LocalStack(options) as stack:
    stack.client("stepfunctions").start_sync_execution(
        stateMachineArn=stack.outputs["MachineArn"], input="{{}}")
    stack.client("dynamodb").put_item(
        TableName=stack.outputs["TableName"], Item={{"pk": {{"S": "kept"}}}})
    Path({str(options.root)!r}, "ready").touch()
    signal.pause()
"""
    parent = subprocess.Popen([sys.executable, "-c", program])
    ready = options.root / "ready"
    until(lambda: ready.exists() or parent.poll() is not None)
    assert parent.poll() is None
    return parent


def test_a_checkpoint_survives_a_kill(
    tmp_path: Path,
    ministack_python: Path,
    free_port: int,
    until: Callable[..., Any],
    start_bare: Callable[..., Any],
    no_longer_needed: Callable[[str], str],
) -> None:
    def put(endpoint: str) -> None:
        clients.client("sns", endpoint).create_topic(Name="kept")

    folder = StateFolder(tmp_path / "guarded")
    folder.make()
    process = MiniStackProcess(ministack_python, free_port, folder, Wiring(checkpoint_seconds=0.2))
    put(process.endpoint)
    kept = folder.ministack / "sns.json"
    until(lambda: kept.exists() and "kept" in kept.read_text(encoding="utf-8"))
    os.kill(process.pid, signal.SIGKILL)
    process.stop()
    bare = start_bare(tmp_path / "bare")
    put(bare.endpoint)
    bare.kill()
    lost = StateFolder(tmp_path / "bare").ministack / "sns.json"
    assert not lost.exists(), no_longer_needed("checkpoints")


@contextmanager
def _hanging_call(endpoint: str) -> Iterator[None]:
    """Let somebody wait for a function that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        caller = subprocess.Popen([sys.executable, "-c", _HANGING_CALL, endpoint, url])
        connection, _ = silent.accept()
        with connection:
            yield
        caller.kill()
        caller.wait()


def test_the_end_doesnt_wait_for_a_function_that_hangs(
    tmp_path: Path,
    ministack_python: Path,
    free_port: int,
    start_bare: Callable[..., Any],
    no_longer_needed: Callable[[str], str],
) -> None:
    folder = StateFolder(tmp_path / "guarded")
    folder.make()
    guarded = MiniStackProcess(ministack_python, free_port, folder, Wiring())
    bare = start_bare(tmp_path / "bare")
    with _hanging_call(guarded.endpoint), _hanging_call(bare.endpoint):
        bare.process.terminate()
        begun = time.monotonic()
        guarded.stop()
        assert time.monotonic() - begun < 10
        assert bare.process.poll() is None, no_longer_needed("endings")
    bare.kill()
    assert "hangs" in (folder.ministack / "lambda.json").read_text(encoding="utf-8")


_HANGING_CALL = """
import io, sys, zipfile
from kotogura.local import clients
endpoint, url = sys.argv[1:]
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("app.py", "")
functions = clients.client("lambda", endpoint)
functions.create_function(
    FunctionName="hangs", Runtime="python3.11", Handler="app.handler", Timeout=60,
    Role="arn:aws:iam::000000000000:role/function", Code={"ZipFile": code.getvalue()},
    Environment={"Variables": {"MINISTACK_LAMBDA_PROXY_URL": url}})
functions.invoke(FunctionName="hangs")
"""
