"""The three measurements, and what each of them has to hold."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.latency import percentile
from bench.load.clients import Heard, Tenant, asking, together

CONCURRENCY = (1, 2, 4, 8, 16)
SHARE = 10.0
"""Requests a second that a tenant may send, in the measurement of neighbours."""
TIMES_ITS_SHARE = 10
ALLOWED_MOVE = 0.20
ALLOWED_SWING = 0.05
_WARMUP_SHARE = 0.2
_SAMPLE_SECONDS = 5.0
_LOUD_THREADS = 8
_BURST_SECONDS = 1.0
_TURNS = 3


def rising(tenant: Tenant, seconds: float) -> list[dict[str, Any]]:
    """Ask by ever more clients, each as fast as it is answered."""
    rows = []
    for threads in CONCURRENCY:
        with asking(tenant, threads) as heard:
            time.sleep(seconds)
        rows.append({"concurrency": threads, **together(heard).figures(seconds)})
    return rows


def neighbours(quiet: Tenant, limited: Tenant, unlimited: Tenant, seconds: float) -> dict[str, Any]:
    """Ask for `quiet` at its share, in turns alone and beside one at ten times its own.

    `move` tells by how much the quiet tenant's p99 grew, over all turns. A tenant that has no limit
    and asks as fast as it is answered shows the defect that the limit is for, and one that is
    limited and does so, what refusing alone costs.
    """
    alone, beside, noise = [], [], []
    for _ in range(_TURNS):
        alone.append(_at_its_share(quiet, None, None, seconds)[0])
        heard, loud = _at_its_share(quiet, limited, SHARE * TIMES_ITS_SHARE, seconds)
        beside.append(heard)
        noise.append(loud)
    flooded = {
        name: _at_its_share(quiet, loud, None, seconds)
        for name, loud in (("limited", limited), ("unlimited", unlimited))
    }
    rest = together(alone)
    moves = {name: _move(heard, rest) for name, (heard, _) in flooded.items()}
    move = _move(together(beside), rest)
    return {
        "share_per_second": SHARE,
        "loud_per_second": SHARE * TIMES_ITS_SHARE,
        "alone": rest.figures(seconds * _TURNS),
        "beside": together(beside).figures(seconds * _TURNS),
        "loud": together(noise).figures((seconds + _BURST_SECONDS) * _TURNS),
        "floods": {
            name: {
                "quiet": heard.figures(seconds),
                "loud": loud.figures(seconds + _BURST_SECONDS),
                "move": moves[name],
            }
            for name, (heard, loud) in flooded.items()
        },
        "move": move,
        "held": move <= ALLOWED_MOVE,
        "defect_found": moves["unlimited"] > ALLOWED_MOVE,
    }


def _move(heard: Heard, rest: Heard) -> float:
    return round(percentile(heard.times_ms, 0.99) / percentile(rest.times_ms, 0.99) - 1, 3)


def _at_its_share(
    quiet: Tenant, loud: Tenant | None, per_second: float | None, seconds: float
) -> tuple[Heard, Heard]:
    """Return what the quiet tenant heard at its share, and the loud one beside it."""
    if loud is None:
        with asking(quiet, 2, SHARE) as heard:
            time.sleep(seconds)
        return together(heard), Heard()
    with asking(loud, _LOUD_THREADS, per_second) as noise:
        time.sleep(_BURST_SECONDS)  # what a rest allows at once is no part of the share
        with asking(quiet, 2, SHARE) as heard:
            time.sleep(seconds)
    return together(heard), together(noise)


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
