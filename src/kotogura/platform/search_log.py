"""The searches that functions logged, read out of CloudWatch Logs."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from kotogura.errors import InvalidTenantId, Unavailable
from kotogura.platform.metrics import SEARCH_DURATION
from kotogura.tenants.identity import TenantId
from kotogura.tenants.usage_counting import LoggedSearch

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


class CloudWatchSearchLog:
    """Implements `SearchLog` over the functions' log group."""

    def __init__(self, logs: "CloudWatchLogsClient", group: str) -> None:
        self._logs = logs
        self._group = group

    def searches(self, start: datetime, end: datetime) -> Iterator[LoggedSearch]:
        """Yield the searches answered from `start` on and before `end`.

        Raises:
            Unavailable: when the log can't be read; a retry may help.
        """
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._group,
            startTime=int(start.timestamp() * 1000),
            endTime=int(end.timestamp() * 1000) - 1,
            filterPattern=f'"{SEARCH_DURATION.name}"',
        )
        try:
            for page in pages:
                for event in page["events"]:
                    found = logged_search(event.get("message", ""))
                    if found is not None:
                        yield found
        except (BotoCoreError, ClientError) as error:
            name = type(error).__name__
            raise Unavailable(f"the functions' log can't be read ({name})") from error


def logged_search(line: str) -> LoggedSearch | None:
    """Return the search that a line of metrics tells of, None if it tells of none.

    >>> logged_search('{"SearchDuration": [12.5], "mode": "words", "tenant": "minato-shoji"}')
    LoggedSearch(tenant=TenantId('minato-shoji'), mode='words', duration_ms=12.5)
    >>> logged_search("SearchDuration")
    """
    try:
        fields = json.loads(line)
        duration_ms = float(fields[SEARCH_DURATION.name][0])
        return LoggedSearch(TenantId(fields["tenant"]), str(fields["mode"]), duration_ms)
    except (ValueError, KeyError, TypeError, IndexError, InvalidTenantId):
        return None
