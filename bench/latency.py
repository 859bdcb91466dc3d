"""Timing questions one by one, and what is told of the times."""

import math
import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

TIMED_QUESTION_COUNT = 300
_SEED = 20_250_301

T = TypeVar("T")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of all values do not exceed (nearest rank).

    >>> percentile([4.0, 1.0, 3.0, 2.0], 0.5)
    2.0
    """
    if not values:
        return math.nan
    rank = max(1, math.ceil(share * len(values)))
    return sorted(values)[rank - 1]


def spread_sample(count: int, wanted: int = TIMED_QUESTION_COUNT) -> list[int]:
    """Return at most `wanted` numbers below `count`, spread evenly, in a fixed random order.

    The order matters: questions about one passage follow each other and share their terms.

    >>> sorted(spread_sample(10, 5))
    [0, 2, 4, 6, 8]
    """
    taken = min(wanted, count)
    numbers = [index * count // taken for index in range(taken)]
    random.Random(_SEED).shuffle(numbers)  # noqa: S311 — an order, not a secret
    return numbers


def time_each(inputs: Iterable[T], answer: Callable[[T], object]) -> list[float]:
    """Return the milliseconds that `answer` took for each input. Nothing else runs in between.

    Python's garbage collection is left on, as it is in a service.
    """
    times = []
    for given in inputs:
        start = time.perf_counter_ns()
        answer(given)
        times.append((time.perf_counter_ns() - start) / 1e6)
    return times
