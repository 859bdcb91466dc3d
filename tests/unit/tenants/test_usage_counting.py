"""Hours are counted once each, out of a log, whatever broke in between."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from kotogura.errors import Unavailable
from kotogura.tenants.identity import TenantId
from kotogura.tenants.usage import BUCKETS_MS, Stored, Timings
from kotogura.tenants.usage_counting import LoggedSearch, UsageCounting
from tests.memory.usage import MemoryUsage

MINATO, UMI = TenantId("minato-shoji"), TenantId("umi-denki")
NOON = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)
DAY = date(2026, 11, 20)


class Log:
    """A log with one search of each tenant every half an hour."""

    def __init__(self) -> None:
        self.read: list[datetime] = []
        self.broken = False

    def searches(self, start: datetime, end: datetime) -> Iterator[LoggedSearch]:
        if self.broken:
            raise Unavailable("the log can't be read")
        self.read.append(start)
        while start < end:
            yield LoggedSearch(MINATO, "words", 12.0)
            yield LoggedSearch(UMI, "both", 80.0)
            start += timedelta(minutes=30)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def usage() -> MemoryUsage:
    return MemoryUsage()


@pytest.fixture
def counting(log: Log, usage: MemoryUsage) -> UsageCounting:
    stored = {MINATO: Stored(7, 1_000)}
    return UsageCounting(log, usage, lambda: [MINATO, UMI], stored.get)


def total(usage: MemoryUsage, tenant: TenantId, day: date = DAY) -> int:
    return sum(one.total for one in usage.days(tenant, day, day)[0].searches.values())


def test_the_first_run_counts_the_hour_that_has_just_ended(
    counting: UsageCounting, usage: MemoryUsage, log: Log
) -> None:
    counted = counting.run(NOON)
    assert log.read == [NOON.replace(hour=11, minute=0)]
    assert (counted.hour_count, counted.search_count) == (1, 4)
    assert usage.counted_until() == NOON.replace(minute=0)
    assert usage.days(MINATO, DAY, DAY)[0].searches == {"words": Timings({15: 2})}
    assert usage.days(UMI, DAY, DAY)[0].searches == {"both": Timings({100: 2})}


def test_no_hour_is_left_out_and_none_is_counted_twice(
    counting: UsageCounting, usage: MemoryUsage
) -> None:
    for hours in (0, 0, 1, 5):
        counting.run(NOON + timedelta(hours=hours))
    assert total(usage, MINATO) == 2 * 6


def test_an_hour_whose_log_could_not_be_read_is_counted_the_next_time(
    counting: UsageCounting, usage: MemoryUsage, log: Log
) -> None:
    counting.run(NOON)
    log.broken = True
    with pytest.raises(Unavailable):
        counting.run(NOON + timedelta(hours=1))
    log.broken = False
    counting.run(NOON + timedelta(hours=2))
    assert total(usage, MINATO) == 2 * 3


def test_the_hour_under_way_is_counted_only_when_asked_and_again_later(
    counting: UsageCounting, usage: MemoryUsage
) -> None:
    counting.run(NOON, unfinished=True)
    assert usage.counted_until() == NOON.replace(minute=0)
    assert total(usage, MINATO) == 2 * 2
    counting.run(NOON + timedelta(hours=1))
    assert total(usage, MINATO) == 2 * 2


def test_after_a_long_stop_only_the_last_day_is_read(
    counting: UsageCounting, usage: MemoryUsage, log: Log
) -> None:
    counting.run(NOON)
    log.read.clear()
    counting.run(NOON + timedelta(days=3))
    assert len(log.read) == 24


def test_what_is_stored_is_noted_once_a_day_where_there_is_an_index(
    counting: UsageCounting, usage: MemoryUsage
) -> None:
    assert counting.run(NOON).noted_tenant_count == 1
    assert counting.run(NOON + timedelta(hours=1)).noted_tenant_count == 0
    assert counting.run(NOON + timedelta(hours=12)).noted_tenant_count == 1
    assert usage.days(MINATO, DAY, DAY)[0].stored == Stored(7, 1_000)
    assert usage.days(UMI, DAY, DAY)[0].stored is None


def test_what_took_longer_than_the_last_bound_is_counted_there() -> None:
    assert Timings.of([10**6]).counts == {BUCKETS_MS[-1]: 1}


def test_percentiles_are_those_of_the_durations_to_a_bucket() -> None:
    durations = [float(number) for number in range(1, 1_001)]
    timings = Timings.of(durations[:400]) + Timings.of(durations[400:])
    assert timings.percentile_ms(50) == 500
    assert timings.percentile_ms(95) == 1_000
    assert Timings().percentile_ms(50) is None
