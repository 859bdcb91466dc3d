"""Runs many seeds in several processes, and tells what does not hold and how to see it again."""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pyarrow as pa

from tests.simulation.simulation import Verdict, simulate

CHUNK = 25
SHOWN_VIOLATIONS = 3
_MEMORY = Path("/dev/shm")  # noqa: S108 — a folder of random name is made in it


def simulate_many(first: int, count: int, processes: int = 2) -> Iterator[list[Verdict]]:
    """Yield the verdicts of seeds `first`, `first` + 1, … in chunks, in their order."""
    starts = range(first, first + count, CHUNK)
    sizes = [min(CHUNK, first + count - start) for start in starts]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_single) as pool:
        yield from pool.map(simulate_chunk, starts, sizes)


def simulate_chunk(first: int, count: int) -> list[Verdict]:
    """Return the verdicts of some seeds, run one by one in a folder of their own."""
    with scratch() as folder:
        return [simulate(seed, Path(folder) / "store") for seed in range(first, first + count)]


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a new folder, in memory where the machine has such a place."""
    return tempfile.TemporaryDirectory(
        prefix="simulation-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None
    )


def describe(verdict: Verdict) -> str:
    """Return what went wrong with a seed, operation by operation, and how to run it again."""
    return "\n".join(
        [
            *verdict.trace,
            f"seed {verdict.seed}: {verdict.violation}",
            f"again: make simulate FIRST={verdict.seed} SEEDS=1",
        ]
    )


def main() -> int:
    """Run what the arguments ask for; return 1 if any seed violates an invariant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    started = shown = time.monotonic()
    seen: Counter[tuple[str, str]] = Counter()
    done = turns = violations = 0
    for verdicts in simulate_many(arguments.first, arguments.seeds, arguments.processes):
        for verdict in verdicts:
            done += 1
            turns += verdict.turns
            seen += verdict.seen
            if verdict.violation is not None:
                violations += 1
                if violations <= SHOWN_VIOLATIONS:
                    _say(describe(verdict))
        if time.monotonic() - shown > 10:
            shown = time.monotonic()
            rate = done / (shown - started)
            _say(f"{done} of {arguments.seeds} seeds, {rate:.1f} a second, {violations} violations")
    seconds = time.monotonic() - started
    _say(
        f"{done} seeds from {arguments.first} in {seconds:.0f} s ({done / seconds:.1f} a second), "
        f"{turns} turns, {sum(seen.values())} faults of {len(seen)} kinds: "
        f"{violations} violations"
    )
    return 1 if violations else 0


def _single() -> None:
    """Keep each process to its own core: the files are too small for more threads."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
