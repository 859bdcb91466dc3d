"""One process for each state folder, however many look whether it runs."""

import fcntl
import threading
from pathlib import Path

import pytest

from kotogura.local.errors import StackRunning
from kotogura.local.folders import StateFolder
from kotogura.local.running import sole_process


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    found = StateFolder(tmp_path)
    found.make()
    return found


def test_a_glance_at_the_lock_refuses_no_start(folder: StateFolder) -> None:
    with folder.lock.open("w") as glance:
        fcntl.flock(glance, fcntl.LOCK_SH)  # as `kotogura status` does for a moment
        ending = threading.Timer(0.1, fcntl.flock, (glance, fcntl.LOCK_UN))
        ending.start()
        with sole_process(folder):
            assert folder.lock.read_text(encoding="utf-8")
        ending.join()


def test_a_second_process_is_refused(folder: StateFolder) -> None:
    second = sole_process(folder)
    with sole_process(folder), pytest.raises(StackRunning, match="already running"):
        second.__enter__()
