"""How the service ends: first it says that it isn't ready, then it stops taking requests.

A process that stops listening at once refuses requests that are on their way to it, until whoever
sends them has noticed. So for some seconds it goes on answering, and only its readiness fails.
"""

import mmap
import signal
from collections.abc import Callable
from typing import Any

# One byte that the master process shares with the workers it forks; hence made at import.
_ending = mmap.mmap(-1, 1)


def is_draining() -> bool:
    """Return whether the process was told to end."""
    return _ending[0] != 0


def drain_before(end: Callable[[], Any], seconds: int) -> None:
    """Let SIGTERM call `end` after `seconds`, or at once when it comes a second time.

    To be called in the main thread of the master process, for which SIGALRM must be free.
    """

    def begin(_: int, __: Any) -> None:
        if is_draining() or seconds == 0:
            end()
            return
        _ending[0] = 1
        signal.alarm(seconds)

    signal.signal(signal.SIGALRM, lambda _, __: end())
    signal.signal(signal.SIGTERM, begin)
