"""Runs MiniStack with all guards, in MiniStack's own virtual environment.

Nothing is imported here but the standard library, MiniStack and the guards.
"""

import importlib
import os
import signal
import sys
import threading
import time

from kotogura.local.guards.private_names import require_pinned_version

GUARDS = (
    "sam_parameters",
    "tenant_isolation",
    "image_functions",
    "patience",
    "http_api_body",
    "placeholders",
    "nested_transforms",
    "nested_updates",
    "jsonata_states",
    "object_versions",
    "refreshed_tokens",
    "schedules",
    "container_processes",
    "run_task",
    "policy_variables",
    "leading_keys",
    "secure_transport",
    "log_groups",
    "authorizations",
    "endings",
    "checkpoints",
)

# For requests that are being answered when the end comes.
_PATIENCE_SECONDS = 4.0


def main() -> None:
    """Install the guards and serve until SIGTERM, or until whoever started this process is gone.

    Raises:
        GuardOutdated: when MiniStack is not the pinned release or lacks a name that a guard
            replaces.
    """
    require_pinned_version()
    for guard in GUARDS:
        importlib.import_module(f"kotogura.local.guards.{guard}").install()
    threading.Thread(target=_end_with_parent, daemon=True, name="lifeline").start()
    sys.argv = ["ministack"]
    app = importlib.import_module("ministack.app")
    app.main()


def _end_with_parent() -> None:
    """End cleanly when standard input closes: the parent holds its other end while it lives."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE_SECONDS)
    importlib.import_module("kotogura.local.guards.endings").end_at_last()


if __name__ == "__main__":
    main()
