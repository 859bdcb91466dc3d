"""Clocks that jump: of who issues tokens, of who leases searches, of who commits."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kotogura.errors import Unauthenticated
from kotogura.index.commit import Committer
from kotogura.index.generations import Generations
from kotogura.index.pacing import Pacing
from kotogura.platform.service.keys import SigningKeys
from kotogura.platform.service.tokens import TokenVerifier
from kotogura.tenants.limits import Limits
from kotogura.tenants.search_rate import SearchRate
from tests.faults.conftest import MINATO, Happened
from tests.memory.buckets import MemoryBuckets
from tests.memory.issuer import CLIENT, ISSUER, key_set, token_of
from tests.memory.library import Library

MEMORY = "in memory: functions share the machine's clock"
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.fault("an issuer's clock an hour off", MEMORY)
def test_a_token_counts_from_its_own_times_and_no_longer(happened: Happened) -> None:
    verify = TokenVerifier(SigningKeys(lambda: key_set("one")), ISSUER, [CLIENT])
    hour = 3_600
    now = int(time.time())
    with pytest.raises(Unauthenticated):
        verify.claims(token_of(MINATO, exp=now - hour, iat=now - 2 * hour))
    assert verify.claims(token_of(MINATO, exp=now + 60, iat=now - 60))["tenant"] == MINATO
    happened("401 for what has expired by our clock; nothing else changes")


@pytest.mark.fault("a process's clock that jumps by hours while it leases searches", MEMORY)
def test_a_clock_that_jumps_locks_nobody_out(happened: Happened) -> None:
    wall, hours = [1_000_000.0], [0.0]
    process = SearchRate(
        MemoryBuckets(),
        lambda _: Limits(searches_per_second=2),
        wall_clock=lambda: wall[0],
        clock=lambda: hours[0],
    )
    for jump in (7_200.0, -14_400.0):
        wall[0] += jump
        for _ in range(40):
            wall[0] += 1
            hours[0] += 1
            process.admit(MINATO)
    happened("the tenant's bucket is filled once at most, and it goes on searching")


@pytest.mark.fault("a generation dated hours ahead", MEMORY)
def test_a_generation_of_tomorrow_keeps_commits_waiting_for_their_window_alone(
    happened: Happened, tmp_path: Path
) -> None:
    library, ahead = Library(tmp_path), [timedelta(hours=9)]

    def committer() -> Committer:
        generations = Generations(library.files, library.pointers, (START + ahead[0]).isoformat)
        return Committer(
            generations,
            library.staged,
            library.ledger,
            library.directory,
            library.pauses.append,
            pacing=Pacing(),
        )

    first = library.stage(library.put("a.txt", "apple"))
    committer().commit(MINATO, first.document_id, first.sequencer)
    ahead[0] = timedelta(0)  # the clock is set right
    second = library.stage(library.put("b.txt", "pear"))
    put_off = committer().commit(MINATO, second.document_id, second.sequencer)
    assert put_off.outcome == "deferred"
    assert put_off.wait_seconds <= Pacing().longest_seconds
    done = committer().commit(
        MINATO, second.document_id, second.sequencer, waited_for=put_off.generation
    )
    assert done.outcome == "indexed"
    assert library.found("pear") == {"b.txt"}
    happened("the next commit waits for one window of seconds, not for the hours")
