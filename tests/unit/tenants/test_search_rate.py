"""However processes interleave, a tenant searches no faster than it may."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.errors import StoreUnavailable, Throttled, TooManySearches
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import Limits
from kotogura.tenants.search_rate import (
    LEASE_SECONDS,
    OWN_COUNT,
    OWN_SECONDS,
    Bucket,
    Buckets,
    SearchRate,
)
from tests.memory.buckets import MemoryBuckets

MINATO, UMI = TenantId("minato-shoji"), TenantId("umi-denki")
LIMITS = Limits(searches_per_second=2)


class Hours:
    """A clock that is moved by hand; `ahead` seconds lie between it and the common one."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class RacedBuckets(MemoryBuckets):
    """Lets `meanwhile` happen between a process's reading and its writing."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], Any] | None = None

    def get(self, tenant: TenantId) -> Bucket | None:
        found = super().get(tenant)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return found


class CarelessBuckets(RacedBuckets):
    """The defect that the law must find: a write without its condition."""

    def replace(self, tenant: TenantId, _: Bucket | None, new: Bucket) -> bool:
        return super().replace(tenant, super().get(tenant), new)


class NoBuckets(MemoryBuckets):
    """A table that doesn't answer."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get(self, _: TenantId) -> Bucket | None:
        raise self.error


def rate(buckets: Buckets, hours: Hours, **more: Any) -> SearchRate:
    return SearchRate(buckets, lambda _: LIMITS, wall_clock=hours, clock=hours, **more)


def admitted(process: SearchRate, count: int = 1, tenant: TenantId = MINATO) -> int:
    passed = 0
    for _ in range(count):
        try:
            process.admit(tenant)
        except TooManySearches:
            continue
        passed += 1
    return passed


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.5, 3.0, 10.0, 40.0]),
        st.integers(0, 2),
        st.integers(1, 40),
        st.integers(0, 2),
    ),
    max_size=30,
)


def over_the_bound(buckets: RacedBuckets, steps: list[tuple[float, int, int, int]]) -> list[str]:
    """Run `steps`, and tell each stretch of time in which more passed than may."""
    hours = Hours()
    processes = [rate(buckets, hours) for _ in range(3)]
    passed: list[tuple[float, int]] = []

    def ask(number: int, count: int) -> None:
        passed.append((hours.now, admitted(processes[number], count)))

    for wait, number, count, rival in steps:
        hours.now += wait
        if rival != number:
            buckets.meanwhile = lambda rival=rival, count=count: ask(rival, count)
        ask(number, count)
    buckets.meanwhile = None
    wrong = []
    for first in range(len(passed)):
        total = 0
        for at, count in passed[first:]:
            total += count
            lasted = at - passed[first][0]
            shared = LIMITS.search_burst + LIMITS.searches_per_second * (lasted + LEASE_SECONDS)
            own = len(processes) * OWN_COUNT * (1 + lasted / OWN_SECONDS)
            if total > shared + own + 1e-6:
                wrong.append(f"{total} in {lasted} s")
    return wrong


@given(STEPS)
def test_never_more_pass_than_the_rate_the_burst_and_what_was_leased(
    steps: list[tuple[float, int, int, int]],
) -> None:
    assert over_the_bound(RacedBuckets(), steps) == []


def test_the_law_finds_a_write_without_its_condition() -> None:
    steps = [(5.0, number % 3, 40, (number + 1) % 3) for number in range(30)]
    assert over_the_bound(RacedBuckets(), steps) == []
    assert over_the_bound(CarelessBuckets(), steps)


@given(st.lists(st.sampled_from([0.0, 0.2, 0.5, 1.0]), min_size=40, max_size=120))
def test_who_stays_below_the_rate_is_never_refused(waits: list[float]) -> None:
    hours = Hours()
    process = rate(MemoryBuckets(), hours)
    for wait in waits:
        hours.now += 1 / LIMITS.searches_per_second + wait
        assert admitted(process) == 1


def test_now_and_then_a_search_costs_no_write_and_a_busy_hour_one_for_many() -> None:
    hours, buckets = Hours(), MemoryBuckets()
    quiet, busy = rate(buckets, hours), rate(buckets, hours)
    for _ in range(100):
        hours.now += OWN_SECONDS / OWN_COUNT
        assert admitted(quiet) == 1
    assert buckets.writes == 0
    many = SearchRate(
        buckets, lambda _: Limits(searches_per_second=50), wall_clock=hours, clock=hours
    )
    assert admitted(many, 200, UMI) == 200
    assert buckets.writes == 4
    assert admitted(busy, OWN_COUNT) == OWN_COUNT


def test_a_refusal_says_when_and_the_process_does_not_ask_again_at_once() -> None:
    hours, buckets = Hours(), MemoryBuckets()
    process = rate(buckets, hours)
    assert admitted(process, 100) == OWN_COUNT + LIMITS.search_burst
    written = buckets.writes
    with pytest.raises(TooManySearches, match="higher limit") as refused:
        process.admit(MINATO)
    assert refused.value.retry_after_seconds == 1
    assert buckets.writes == written
    hours.now += refused.value.retry_after_seconds
    assert admitted(process) == 1


def test_one_tenants_searches_take_nothing_from_anothers() -> None:
    hours, buckets = Hours(), MemoryBuckets()
    process = rate(buckets, hours)
    admitted(process, 100)
    assert admitted(process, 15, UMI) == 15


def test_what_was_leased_is_forgotten_after_a_while() -> None:
    hours, buckets = Hours(), MemoryBuckets()
    process = SearchRate(
        buckets, lambda _: Limits(searches_per_second=50), wall_clock=hours, clock=hours
    )
    admitted(process, OWN_COUNT + 1)
    hours.now += LEASE_SECONDS
    written = buckets.writes
    admitted(process, OWN_COUNT + 1)
    assert buckets.writes == written + 1


def settled(process: SearchRate, *clocks: Hours) -> bool:
    """Whether the tenant has its rate again after a minute, and no more than that."""
    passed = []
    for _ in range(90):
        for clock in clocks:
            clock.now += 1
        passed.append(admitted(process, 100))
    allowed = 30 * (LIMITS.searches_per_second + OWN_COUNT / OWN_SECONDS)
    return 0.9 * allowed <= sum(passed[-30:]) <= 1.1 * allowed


@pytest.mark.parametrize("jump", [-7_200.0, -30.0, 30.0, 7_200.0])
def test_a_clock_that_jumps_fills_a_bucket_once_at_most_and_empties_none(jump: float) -> None:
    hours, wall, buckets = Hours(), Hours(), MemoryBuckets()
    process = SearchRate(buckets, lambda _: LIMITS, wall_clock=wall, clock=hours)
    assert admitted(process, 100) == OWN_COUNT + LIMITS.search_burst
    wall.now += jump
    hours.now += 1
    wall.now += 1
    assert admitted(process, 100) <= LIMITS.search_burst + OWN_COUNT
    assert settled(process, hours, wall)


@pytest.mark.parametrize("jump", [3_600.0, 50.0])
def test_a_clock_that_went_ahead_and_came_back_locks_nobody_out(jump: float) -> None:
    hours, wall, buckets = Hours(), Hours(), MemoryBuckets()
    process = SearchRate(buckets, lambda _: LIMITS, wall_clock=wall, clock=hours)
    wall.now += jump
    admitted(process, 100)
    wall.now -= jump
    assert settled(process, hours, wall)


@pytest.mark.parametrize("error", [StoreUnavailable("gone"), Throttled("busy")])
def test_without_a_table_each_process_keeps_the_rate_by_itself_and_says_so(
    error: Exception,
) -> None:
    hours, told = Hours(), []
    process = rate(NoBuckets(error), hours, on_blind=lambda: told.append(hours.now))
    assert admitted(process, 100) == OWN_COUNT + LIMITS.searches_per_second
    assert told == [hours.now]
    for _ in range(20):
        hours.now += 1
        assert 1 <= admitted(process, 100) <= LIMITS.searches_per_second + 1
