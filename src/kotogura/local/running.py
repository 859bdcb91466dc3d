"""How another terminal finds the running stack, and how two of them are prevented."""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from kotogura.local.errors import StackNotRunning, StackRunning
from kotogura.local.folders import StateFolder

_GLANCE_SECONDS, _PAUSE_SECONDS = 0.5, 0.02


@dataclass(frozen=True, slots=True)
class RunningStack:
    """What is to be known about a running stack.

    `pid` is the process that runs it, `endpoint` the address for AWS clients, `api_url` the HTTP
    API's base for `curl` and browsers, `outputs` the deployed stack's, and `logs` the folder of log
    files.
    """

    pid: int
    ministack_pid: int
    endpoint: str
    region: str
    stack_name: str
    api_url: str
    outputs: Mapping[str, str]
    logs: str

    def write(self, folder: StateFolder) -> None:
        """Leave it in the state folder, at one stroke."""
        draft = folder.record.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        draft.replace(folder.record)

    @classmethod
    def find(cls, folder: Path) -> "RunningStack":
        """Return the stack that some process runs for this state folder.

        Raises:
            StackNotRunning: when none does, or it is still starting; `kotogura up` helps.
        """
        state = StateFolder(folder)
        if _lock_is_free(state.lock):
            raise StackNotRunning("no local stack is running: start it with `kotogura up`")
        try:
            return cls(**json.loads(state.record.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise StackNotRunning(
                "the local stack is still starting: try again in a moment"
            ) from None


@contextmanager
def sole_process(folder: StateFolder) -> Iterator[None]:
    """Hold the state folder's lock; the operating system gives it back even after a crash.

    Raises:
        StackRunning: when another process holds it.
    """
    descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _locked(descriptor):
            raise StackRunning(_already_running(folder))
        folder.record.unlink(missing_ok=True)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
        folder.record.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Lock it, unless another process does for longer than the glance that `find` takes."""
    deadline = time.monotonic() + _GLANCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_PAUSE_SECONDS)
        else:
            return True


def _already_running(folder: StateFolder) -> str:
    pid = folder.lock.read_text(encoding="utf-8").strip() or "?"
    return (
        f"the local stack of {folder.path} is already running in process {pid}: use it, "
        "or stop it with Ctrl-C where it was started"
    )


def _lock_is_free(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)
