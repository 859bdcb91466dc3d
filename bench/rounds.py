"""Latency in rounds: every engine takes its turn in each, so that a noisy minute hits all alike."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from bench.child import Child
from bench.latency import percentile

PREFIXES = {
    "text": "warm_",
    "terms": "from_terms_",
    "full": "full_",
    "first-touch": "first_touch_",
    "cold-terms": "cold_terms_",
    "first-query": "first_query_",
}
"""What each timed path is called in the report."""

_SLOW = {"first-touch", "cold-terms", "first-query"}
_SLOW_ROUND_COUNT = 3


def second_passes(
    openers: Mapping[str, Callable[[], Child]], sample: Sequence[int], rounds: int
) -> dict[str, dict[str, float | list[float]]]:
    """Return each engine's p50 and p99 of the second of two passes, in a new process each round."""
    numbers = ",".join(map(str, sample))
    p50s: dict[str, list[float]] = {name: [] for name in openers}
    p99s: dict[str, list[float]] = {name: [] for name in openers}
    for _ in range(rounds):
        for name, opened in openers.items():
            with opened() as child:
                child.reply()
                times = child.ask(f"time text {numbers}")
            p50s[name].append(percentile(times, 0.5))
            p99s[name].append(percentile(times, 0.99))
    return {
        name: {
            "p50_ms": round(median(p50s[name]), 4),
            "p99_ms": round(median(p99s[name]), 4),
            "rounds_p50_ms": [round(one, 4) for one in p50s[name]],
        }
        for name in openers
    }


def measure(
    children: Mapping[str, Child],
    paths: Mapping[str, Sequence[str]],
    sample: Sequence[int],
    rounds: int,
) -> dict[str, dict[str, float | list[float]]]:
    """Return each engine's p50 and p99 by path: the median of the rounds' own.

    Every engine is another process; all but the one that is asked wait.
    """
    numbers = ",".join(map(str, sample))
    p50s: dict[tuple[str, str], list[float]] = {}
    p99s: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds):
        for path in PREFIXES:
            if path in _SLOW and number >= _SLOW_ROUND_COUNT:
                continue
            for name, child in children.items():
                if path in paths[name]:
                    times = child.ask(f"time {path} {numbers}")
                    p50s.setdefault((name, path), []).append(percentile(times, 0.5))
                    p99s.setdefault((name, path), []).append(percentile(times, 0.99))
    figures: dict[str, dict[str, float | list[float]]] = {name: {} for name in children}
    for (name, path), of_rounds in p50s.items():
        found, prefix = figures[name], PREFIXES[path]
        found[f"{prefix}p50_ms"] = round(median(of_rounds), 4)
        found[f"{prefix}p99_ms"] = round(median(p99s[name, path]), 4)
    return figures
