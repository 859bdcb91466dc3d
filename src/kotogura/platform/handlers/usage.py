"""The handler that counts what tenants used, outside the VPC: it reads the functions' log."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3

from kotogura.platform.search_log import CloudWatchSearchLog
from kotogura.platform.settings import required
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.tenants.usage_counting import UsageCounting


def usage_handler() -> Handler:
    """Return the handler that counts the hours which ended since it last ran.

    With `unfinished` in the event, this hour too, as far as it has come. It answers `hour_count`,
    `search_count`, `noted_tenant_count` and `counted_until`.
    """
    parts = Parts.from_environment()
    group = required(parts.settings.function_logs, "KOTOGURA_FUNCTION_LOGS")

    counting = UsageCounting(
        CloudWatchSearchLog(boto3.client("logs"), group),
        parts.usage,
        lambda: (record.tenant for record in parts.tenants.all()),
        parts.stored_of,
    )

    def work(event: Event) -> Mapping[str, Any]:
        counted = counting.run(datetime.now(UTC), unfinished=event.get("unfinished") is True)
        return {
            "hour_count": counted.hour_count,
            "search_count": counted.search_count,
            "noted_tenant_count": counted.noted_tenant_count,
            "counted_until": counted.until.isoformat(),
        }

    return Telemetry().step(work)
