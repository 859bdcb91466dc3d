"""Guard: MiniStack ends soon and cleanly, and leaves Docker alone.

MiniStack writes its state down only once nobody waits for an answer any more, then waits for every
worker thread, and ends containers through Docker: a function that hangs can hold all of it up for
minutes, until somebody kills it and with it every record. Here the tasks' process groups end with
it, the process exits a moment after its state is safe, and `end_at_last` doesn't wait at all. A
Docker daemon on the laptop is never asked for anything.
"""

import os
import threading

from ministack import app

from kotogura.local.guards import container_processes
from kotogura.local.guards.private_names import private, replace

_TASK_STOP_SECONDS = 3.0
_EXIT_GRACE_SECONDS = 0.5


def install() -> None:
    """Replace the search for containers at start and end."""
    private(app, "_build_persistence_save_dict")
    private(app, "save_all")
    replace(app, "_docker_socket_present", _no_docker)
    replace(app, "_stop_docker_containers", _stop_tasks)


def end_at_last() -> None:
    """Write the state down, end the tasks and exit, whoever is still waiting for an answer."""
    app.save_all(app._build_persistence_save_dict())
    container_processes.client.stop_all(_TASK_STOP_SECONDS)
    os._exit(0)


def _no_docker() -> bool:
    return False


def _stop_tasks(include_unlabelled: bool = False) -> None:
    at_start = include_unlabelled
    if at_start:
        return
    container_processes.client.stop_all(_TASK_STOP_SECONDS)
    ending = threading.Timer(_EXIT_GRACE_SECONDS, os._exit, args=(0,))
    ending.daemon = True
    ending.start()
