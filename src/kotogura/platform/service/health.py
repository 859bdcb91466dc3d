"""Whether the process lives, and whether it can answer: for load balancers and schedulers."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kotogura.errors import StoreUnavailable, Throttled

KEEP_SECONDS = 1.0
"""Anybody may ask; the store and the table are asked no more often than this."""


class Readiness:
    """Looks at what every search needs: the store's folder and the table."""

    def __init__(
        self,
        store: Path,
        probe_table: Callable[[], Any],
        draining: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._probe_table = probe_table
        self._draining = draining
        self._clock = clock
        self._failed: StoreUnavailable | None = None
        self._checked_at = float("-inf")

    def check(self) -> None:
        """Return if requests can be answered.

        Raises:
            StoreUnavailable: naming what doesn't answer; also while the process ends.
        """
        if self._draining():
            raise StoreUnavailable("this process is ending; ask another one")
        now = self._clock()
        if now - self._checked_at > KEEP_SECONDS:
            self._failed = self._look()
            self._checked_at = now
        if self._failed is not None:
            raise self._failed

    def _look(self) -> StoreUnavailable | None:
        try:
            with os.scandir(self._store) as entries:
                next(entries, None)
        except OSError:
            return StoreUnavailable("the store's folder can't be read; is it mounted?")
        try:
            self._probe_table()
        except StoreUnavailable:
            return StoreUnavailable("the table doesn't answer; may this process read it?")
        except Throttled:
            return None  # it answers; another process would be told the same
        return None
