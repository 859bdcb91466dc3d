"""Guard: a crash loses half a minute at most.

MiniStack writes its state down only at a clean end: a killed process loses every record since its
start, while S3's objects and the store's files stay, which then contradict each other. Here the
state is written in between, too.
"""

import logging
import threading
from typing import Any

from ministack import app

from kotogura.local.guards.private_names import private, replace
from kotogura.local.wiring import Wiring

_logger = logging.getLogger("kotogura.checkpoints")


def install() -> None:
    """Start the thread that writes, unless the wiring wants none."""
    private(app, "_build_persistence_save_dict")
    save, one_at_a_time = private(app, "save_all"), threading.Lock()

    def save_alone(services: dict[str, Any]) -> None:
        # The end may come while a checkpoint is being written: both use the same temporary files.
        with one_at_a_time:
            save(services)

    replace(app, "save_all", save_alone)
    logging.getLogger("persistence").setLevel(logging.WARNING)
    every_seconds = Wiring.from_environment().checkpoint_seconds
    if every_seconds > 0:
        threading.Thread(
            target=_write_now_and_then, args=(every_seconds,), daemon=True, name="checkpoints"
        ).start()


def _write_now_and_then(every_seconds: float) -> None:
    pause = threading.Event()
    while not pause.wait(every_seconds):
        # A service that changes while it is copied is logged there and written the next time.
        app.save_all(app._build_persistence_save_dict())
        _logger.debug("state written")
