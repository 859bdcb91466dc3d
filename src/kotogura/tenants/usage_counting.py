"""Counting what tenants used, out of the log that says of each search whose it was."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from kotogura.tenants.identity import TenantId
from kotogura.tenants.usage import HourlySearches, Stored, Timings, UsageRecords

HOUR = timedelta(hours=1)
LONGEST_GAP = timedelta(hours=24)
"""After a longer stop, hours are lost: the shortest retention of a log is a day."""


@dataclass(frozen=True, slots=True)
class LoggedSearch:
    """One search that was answered, as the log has it."""

    tenant: TenantId
    mode: str
    duration_ms: float


class SearchLog(Protocol):
    """Where each search left a line."""

    def searches(self, start: datetime, end: datetime) -> Iterable[LoggedSearch]:
        """Yield the searches answered from `start` on and before `end`.

        Raises:
            Unavailable: when the log can't be read; a retry may help.
        """


@dataclass(frozen=True, slots=True)
class Counted:
    """What one run counted: hours, searches in them, and tenants whose stored size was noted."""

    hour_count: int
    search_count: int
    noted_tenant_count: int
    until: datetime


class UsageCounting:
    """Counts whole hours, each once; counted again, an hour comes out the same."""

    def __init__(
        self,
        log: SearchLog,
        records: UsageRecords,
        tenants: Callable[[], Iterable[TenantId]],
        stored: Callable[[TenantId], Stored | None],
    ) -> None:
        self._log = log
        self._records = records
        self._tenants = tenants
        self._stored = stored

    def run(self, at: datetime, *, unfinished: bool = False) -> Counted:
        """Count all hours that ended before `at` and aren't counted yet, the last 24 at most.

        On a day's first run, what is stored is noted for every tenant. With `unfinished` the hour
        of `at` is counted as far as it has come, and what is stored is noted anew; the next run
        counts that hour again.
        """
        this_hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        counted = self._records.counted_until()
        first = max(counted or this_hour - HOUR, this_hour - LONGEST_GAP)
        hours = _hours(first, this_hour + HOUR if unfinished else this_hour)
        search_count = sum(map(self._count, hours))
        new_day = counted is None or counted.date() < this_hour.date()
        noted = self._note_stored(this_hour) if new_day or unfinished else 0
        if counted is None or counted < this_hour:
            self._records.set_counted_until(this_hour)
        return Counted(len(hours), search_count, noted, this_hour)

    def _count(self, hour: datetime) -> int:
        durations: dict[TenantId, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for search in self._log.searches(hour, hour + HOUR):
            durations[search.tenant][search.mode].append(search.duration_ms)
        total = 0
        for tenant, by_mode in durations.items():
            searches: HourlySearches = {mode: Timings.of(all_) for mode, all_ in by_mode.items()}
            self._records.put_searches(tenant, hour, searches)
            total += sum(timings.total for timings in searches.values())
        return total

    def _note_stored(self, at: datetime) -> int:
        noted = 0
        for tenant in self._tenants():
            stored = self._stored(tenant)
            if stored is not None:
                self._records.put_stored(tenant, at.date(), stored)
                noted += 1
        return noted


def _hours(first: datetime, end: datetime) -> list[datetime]:
    hours = []
    while first < end:
        hours.append(first)
        first += HOUR
    return hours
