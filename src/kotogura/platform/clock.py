"""The time, and waiting: the only places that know either."""

import random
import time
from datetime import UTC, datetime

from kotogura.documents.moments import iso_8601

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0


def now() -> str:
    """Return the time now as ISO 8601 in UTC, to the millisecond."""
    return iso_8601(datetime.now(UTC))


def seconds_since(moment: str) -> float:
    """Return how long ago `moment` was, ISO 8601; 0 where another clock says that it is to come."""
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())


def epoch_seconds() -> int:
    """Return the time now as seconds since 1970."""
    return int(time.time())


def pause(attempt: int) -> None:
    """Wait before attempt `attempt` + 1: exponential backoff with full jitter, 2 s at most.

    Source: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog (2015).
    """
    longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
    time.sleep(random.uniform(0, longest))  # noqa: S311 — spreads retries, guards no secret
