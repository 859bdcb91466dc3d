"""The index keeps its word whatever crashes, comes late, comes twice or races."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from kotogura.documents.reconciliation import Finding
from tests.simulation.faults import CRASHES, WRITES
from tests.simulation.run import describe, simulate_chunk, simulate_many
from tests.simulation.simulation import simulate

SEEDS = 2_000
LOSING_SEEDS = 100
ROOT = Path(__file__).parents[2]


def test_no_seed_violates_an_invariant_and_every_write_has_crashed_before_and_after() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for verdicts in simulate_many(0, SEEDS):
        for verdict in verdicts:
            assert verdict.violation is None, describe(verdict)
            seen += verdict.seen
    missed = [(kind, fault) for kind in WRITES for fault in CRASHES if not seen[kind, fault]]
    assert missed == []


def test_what_events_never_told_is_found_by_a_reconciliation(tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for seed in range(LOSING_SEEDS):
        verdict = simulate(
            seed, tmp_path / "store", traced=True, lost_share=0.4, rollback_count=0, release_count=0
        )
        assert verdict.violation is None, describe(verdict)
        found.update(
            finding.value
            for finding in Finding
            for line in verdict.trace
            if line.endswith(f"[{finding.value}]")
        )
    assert set(found) == set(Finding) - {Finding.FAILED}


def test_a_seed_gives_the_same_run_every_time(tmp_path: Path) -> None:
    first, second = (simulate(7, tmp_path / place) for place in ("one", "two"))
    assert first.turns > 100
    assert (first.digest, first.turns) == (second.digest, second.turns)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_seed_gives_the_same_run_in_every_process(hash_seed: str) -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "from tests.simulation.run import simulate_chunk\n"
                "print(*[verdict.digest for verdict in simulate_chunk(0, 6)])"
            ),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == [verdict.digest for verdict in simulate_chunk(0, 6)]
