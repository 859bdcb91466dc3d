"""Usage of tenants, kept in the table: an item for each hour with searches and for each day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from kotogura.platform.clock import epoch_seconds
from kotogura.platform.table import Table, partition
from kotogura.tenants.identity import TenantId
from kotogura.tenants.usage import (
    DayUsage,
    HourlySearches,
    Stored,
    Timings,
    added,
    days_between,
)

_USAGE = "USAGE#"
_KEPT_SECONDS = 400 * 86_400  # a year, and time to write the bill
_COUNTING = "USAGE"
_UNTIL = "COUNTED-UNTIL"


class TableUsage:
    """Implements `UsageRecords`."""

    def __init__(self, table: Table, own: Table | None = None) -> None:
        """`own` is the table as one who acts for no tenant sees it; it tells what is counted."""
        self._table = table
        self._own = own or table

    def put_searches(self, tenant: TenantId, hour: datetime, searches: HourlySearches) -> None:
        """Keep what was counted in the hour that begins at `hour`, in the place of any earlier."""
        by_mode = {
            mode: {str(bound): count for bound, count in timings.counts.items()}
            for mode, timings in searches.items()
        }
        self._put(tenant, hour.astimezone(UTC).strftime("%Y-%m-%dT%H"), {"searches": by_mode})

    def put_stored(self, tenant: TenantId, day: date, stored: Stored) -> None:
        """Keep what is stored on `day`, in the place of any earlier."""
        fields = {"document_count": stored.document_count, "index_bytes": stored.index_bytes}
        self._put(tenant, day.isoformat(), fields)

    def days(self, tenant: TenantId, first: date, last: date) -> Sequence[DayUsage]:
        """Return every day from `first` to `last`, both included, in their order."""
        hours: dict[str, list[HourlySearches]] = defaultdict(list)
        stored: dict[str, Stored] = {}
        items = self._table.between(
            partition(tenant),
            _USAGE + first.isoformat(),
            f"{_USAGE}{last.isoformat()}T99",
        )
        for item in items:
            day, _, hour = item["sk"].removeprefix(_USAGE).partition("T")
            if hour:
                hours[day].append(_searches(item["searches"]))
            else:
                stored[day] = Stored(item["document_count"], item["index_bytes"])
        return [
            DayUsage(day, added(hours[day.isoformat()]), stored.get(day.isoformat()))
            for day in days_between(first, last)
        ]

    def counted_until(self) -> datetime | None:
        """Return the end of the last hour that is counted for all tenants, None before any."""
        item = self._own.get(_COUNTING, _UNTIL)
        return datetime.fromisoformat(item["until"]) if item else None

    def set_counted_until(self, end: datetime) -> None:
        """Say that all hours before `end` are counted."""
        self._own.put({"pk": _COUNTING, "sk": _UNTIL, "until": end.astimezone(UTC).isoformat()})

    def _put(self, tenant: TenantId, when: str, fields: dict[str, Any]) -> None:
        key = {"pk": partition(tenant), "sk": _USAGE + when}
        self._table.put({**key, **fields, "expires_at": epoch_seconds() + _KEPT_SECONDS})


def _searches(stored: dict[str, dict[str, int]]) -> HourlySearches:
    return {
        mode: Timings(dict(sorted((int(bound), count) for bound, count in counts.items())))
        for mode, counts in stored.items()
    }
