"""The three measurements, and what each of them has to hold."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.load.clients import Tenant, asking, together

CONCURRENCY = (1, 2, 4, 8, 16)
SHARE = 10.0
"""Requests a second that a tenant may send, in the measurement of neighbours."""
TIMES_ITS_SHARE = 10
ALLOWED_MOVE = 0.20
ALLOWED_SWING = 0.05
_WARMUP_SHARE = 0.2
_SAMPLE_SECONDS = 5.0
_LOUD_THREADS = 8


def rising(tenant: Tenant, seconds: float) -> list[dict[str, Any]]:
    """Ask by ever more clients, each as fast as it is answered."""
    rows = []
    for threads in CONCURRENCY:
        with asking(tenant, threads) as heard:
            time.sleep(seconds)
        rows.append({"concurrency": threads, **together(heard).figures(seconds)})
    return rows


def neighbours(quiet: Tenant, limited: Tenant, unlimited: Tenant, seconds: float) -> dict[str, Any]:
    """Ask for `quiet` at its share: alone, beside one that is held to its own, and one that isn't.

    `move` tells by how much the quiet tenant's p99 grew; `move_without_limit` shows the defect that
    the limit is for.
    """
    alone = _at_its_share(quiet, None, seconds)
    beside = _at_its_share(quiet, limited, seconds)
    without = _at_its_share(quiet, unlimited, seconds)
    move = beside["quiet"]["p99_ms"] / alone["quiet"]["p99_ms"] - 1
    move_without = without["quiet"]["p99_ms"] / alone["quiet"]["p99_ms"] - 1
    return {
        "share_per_second": SHARE,
        "loud_per_second": SHARE * TIMES_ITS_SHARE,
        "alone": alone,
        "limited": beside,
        "unlimited": without,
        "move": round(move, 3),
        "move_without_limit": round(move_without, 3),
        "held": move <= ALLOWED_MOVE,
        "defect_found": move_without > ALLOWED_MOVE,
    }


def _at_its_share(quiet: Tenant, loud: Tenant | None, seconds: float) -> dict[str, Any]:
    """Return what the quiet tenant heard at its share, and the loud one at ten times its own."""
    if loud is None:
        with asking(quiet, 2, SHARE) as heard:
            time.sleep(seconds)
        return {"quiet": together(heard).figures(seconds)}
    with asking(loud, _LOUD_THREADS, SHARE * TIMES_ITS_SHARE) as noise:
        time.sleep(1)  # the burst that a rest allows is no part of the share
        with asking(quiet, 2, SHARE) as heard:
            time.sleep(seconds)
    return {
        "quiet": together(heard).figures(seconds),
        "loud": together(noise).figures(seconds + 1),
    }


def soak(tenants: Sequence[Tenant], minutes: float, rss_mb: Callable[[], float]) -> dict[str, Any]:
    """Ask for `minutes` by one client of each tenant, and watch the workers' memory."""
    began, samples = time.monotonic(), []
    with asking(tenants[0], 1) as first, asking(tenants[-1], 1) as second:
        while (gone := time.monotonic() - began) < minutes * 60:
            samples.append((gone, rss_mb()))
            time.sleep(min(_SAMPLE_SECONDS, max(0.2, minutes * 60 / 50)))
    seconds = time.monotonic() - began
    swing = swing_of([size for at, size in samples if at >= seconds * _WARMUP_SHARE])
    return {
        "minutes": minutes,
        **together([*first, *second]).figures(seconds),
        "rss_mb": [[round(at), size] for at, size in samples],
        "swing": round(swing, 4),
        "held": swing <= ALLOWED_SWING,
    }


def swing_of(sizes: Sequence[float]) -> float:
    """Return how far the sizes go from their median at most, as a part of it.

    >>> swing_of([100.0, 103.0, 98.0])
    0.03
    """
    middle = statistics.median(sizes)
    return max(abs(size - middle) for size in sizes) / middle
