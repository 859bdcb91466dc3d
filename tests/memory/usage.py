"""Usage of tenants in memory."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from kotogura.tenants.identity import TenantId
from kotogura.tenants.usage import DayUsage, HourlySearches, Stored, added, days_between


class MemoryUsage:
    """Implements `UsageRecords`."""

    def __init__(self) -> None:
        self._searches: dict[tuple[TenantId, datetime], HourlySearches] = {}
        self._stored: dict[tuple[TenantId, date], Stored] = {}
        self._until: datetime | None = None

    def put_searches(self, tenant: TenantId, hour: datetime, searches: HourlySearches) -> None:
        """Keep what was counted in an hour."""
        self._searches[tenant, hour.astimezone(UTC)] = searches

    def put_stored(self, tenant: TenantId, day: date, stored: Stored) -> None:
        """Keep what is stored on `day`."""
        self._stored[tenant, day] = stored

    def days(self, tenant: TenantId, first: date, last: date) -> Sequence[DayUsage]:
        """Return every day from `first` to `last`."""
        return [
            DayUsage(
                day,
                added(
                    searches
                    for (owner, hour), searches in sorted(
                        self._searches.items(), key=lambda item: item[0]
                    )
                    if owner == tenant and hour.date() == day
                ),
                self._stored.get((tenant, day)),
            )
            for day in days_between(first, last)
        ]

    def counted_until(self) -> datetime | None:
        """Return the end of the last counted hour."""
        return self._until

    def set_counted_until(self, end: datetime) -> None:
        """Say that all hours before `end` are counted."""
        self._until = end
