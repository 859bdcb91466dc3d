"""What a tenant used, by day: searches and how long they took, what is stored, trainings.

Searches are counted by hour and added up by day when somebody asks. How long they took is kept as
counts in buckets, which can be added; percentiles out of them are as exact as the buckets are wide.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from kotogura.tenants.identity import TenantId

BUCKETS_MS = (
    *(1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700),
    *(1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 15_000, 20_000, 30_000),
)
"""Upper bounds in milliseconds, each included; what took longer counts into the last one."""

LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Timings:
    """How many searches took how long: a count for each bound of `BUCKETS_MS` that has any."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, durations_ms: Iterable[float]) -> "Timings":
        """Return the counts of these durations.

        >>> Timings.of([12.0, 15.0, 15.1]).counts
        {15: 2, 20: 1}
        """
        return cls(dict(sorted(Counter(map(_bound, durations_ms)).items())))

    @property
    def total(self) -> int:
        """How many searches there were."""
        return sum(self.counts.values())

    def __add__(self, other: "Timings") -> "Timings":
        summed = Counter(self.counts) + Counter(other.counts)
        return Timings(dict(sorted(summed.items())))

    def percentile_ms(self, percent: float) -> int | None:
        """Return the bound that so many percent of the searches did not exceed; None without any.

        >>> timings = Timings({10: 90, 500: 10})
        >>> timings.percentile_ms(50), timings.percentile_ms(95)
        (10, 500)
        """
        wanted, seen = self.total * percent / 100, 0
        for bound, count in self.counts.items():
            seen += count
            if seen >= wanted:
                return bound
        return None


def _bound(duration_ms: float) -> int:
    return BUCKETS_MS[min(bisect_left(BUCKETS_MS, duration_ms), len(BUCKETS_MS) - 1)]


@dataclass(frozen=True, slots=True)
class Stored:
    """What a tenant's current generation holds at a time.

    Attributes:
        document_count: documents that can be found.
        index_bytes: files of its segments, vectors of the model in service included.
    """

    document_count: int
    index_bytes: int


HourlySearches = Mapping[str, Timings]
"""Searches of one hour, by mode."""


@dataclass(frozen=True, slots=True)
class DayUsage:
    """One day in UTC. `stored` is None where nobody looked that day."""

    day: date
    searches: HourlySearches = field(default_factory=dict)
    stored: Stored | None = None


class UsageRecords(Protocol):
    """Where usage is kept. One suite, `tests/conformance/test_usage_records.py`, holds for all."""

    def put_searches(self, tenant: TenantId, hour: datetime, searches: HourlySearches) -> None:
        """Keep what was counted in the hour that begins at `hour`, in the place of any earlier."""

    def put_stored(self, tenant: TenantId, day: date, stored: Stored) -> None:
        """Keep what is stored on `day`, in the place of any earlier."""

    def days(self, tenant: TenantId, first: date, last: date) -> Sequence[DayUsage]:
        """Return every day from `first` to `last`, both included, in their order."""

    def counted_until(self) -> datetime | None:
        """Return the end of the last hour that is counted for all tenants, None before any."""

    def set_counted_until(self, end: datetime) -> None:
        """Say that all hours before `end` are counted."""


def added(parts: Iterable[HourlySearches]) -> dict[str, Timings]:
    """Return the sum of several hours, by mode in the alphabet's order."""
    summed: dict[str, Timings] = {}
    for part in parts:
        for mode, timings in part.items():
            summed[mode] = summed.get(mode, Timings()) + timings
    return dict(sorted(summed.items()))


def days_between(first: date, last: date) -> list[date]:
    """Return all days from `first` to `last`, both included; none if `last` comes before."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
