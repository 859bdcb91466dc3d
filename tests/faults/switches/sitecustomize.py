"""Loaded by every function's process of the stack under test: a disk that is full when told so.

The switch is a file, `full` or `slow` in the folder that `FAULTS_FOLDER` names. A file that is
written for good is synced, so that is where the store's disk has no room left, or takes its time.
"""

import errno
import os
import time
from pathlib import Path

_fsync = os.fsync


def _faulty_fsync(descriptor: int) -> None:
    folder = Path(os.environ["FAULTS_FOLDER"])
    if (folder / "full").exists():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if (folder / "slow").exists():
        time.sleep(0.4)
    _fsync(descriptor)


if "FAULTS_FOLDER" in os.environ:
    os.fsync = _faulty_fsync
