"""What every `UsageRecords` does."""

from datetime import UTC, date, datetime

import pytest

from kotogura.platform.usage import TableUsage
from kotogura.tenants.identity import TenantId
from kotogura.tenants.usage import Stored, Timings, UsageRecords
from tests.conformance.conftest import choice
from tests.memory.usage import MemoryUsage


@pytest.fixture(params=choice("memory", "table"))
def usage(request: pytest.FixtureRequest) -> UsageRecords:
    if request.param == "memory":
        return MemoryUsage()
    return TableUsage(request.getfixturevalue("table"))


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def on(day: int) -> date:
    return date(2026, 11, day)


def test_days_without_anything_are_there_too(usage: UsageRecords, minato: TenantId) -> None:
    days = usage.days(minato, on(1), on(3))
    assert [day.day for day in days] == [on(1), on(2), on(3)]
    assert all(not day.searches and day.stored is None for day in days)


def test_the_hours_of_a_day_are_added_up_by_mode(usage: UsageRecords, minato: TenantId) -> None:
    usage.put_searches(minato, at(2, 0), {"words": Timings.of([9, 40]), "both": Timings.of([80])})
    usage.put_searches(minato, at(2, 23), {"words": Timings.of([9])})
    usage.put_searches(minato, at(3, 0), {"words": Timings.of([9])})
    (day,) = usage.days(minato, on(2), on(2))
    assert day.searches == {"both": Timings({100: 1}), "words": Timings({10: 2, 50: 1})}


def test_an_hour_that_is_counted_again_replaces_what_was_counted(
    usage: UsageRecords, minato: TenantId
) -> None:
    for durations in ([5.0], [5.0, 6.0]):
        usage.put_searches(minato, at(2, 5), {"words": Timings.of(durations)})
    assert usage.days(minato, on(2), on(2))[0].searches["words"].total == 2


def test_what_is_stored_stands_beside_the_searches(usage: UsageRecords, minato: TenantId) -> None:
    usage.put_searches(minato, at(2, 5), {"words": Timings.of([1])})
    usage.put_stored(minato, on(2), Stored(1, 10))
    usage.put_stored(minato, on(2), Stored(2, 20))
    (day,) = usage.days(minato, on(2), on(2))
    assert day.stored == Stored(2, 20)
    assert day.searches["words"].total == 1


def test_another_tenant_sees_nothing_of_it(
    usage: UsageRecords, minato: TenantId, other: TenantId
) -> None:
    usage.put_searches(minato, at(2, 5), {"words": Timings.of([1])})
    usage.put_stored(minato, on(2), Stored(1, 10))
    (day,) = usage.days(other, on(2), on(2))
    assert not day.searches
    assert day.stored is None


def test_how_far_was_counted_is_kept(usage: UsageRecords) -> None:
    assert usage.counted_until() is None
    usage.set_counted_until(at(2, 5))
    usage.set_counted_until(at(2, 6))
    assert usage.counted_until() == at(2, 6)
