"""The route of what a tenant used, part of `functions/manage`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, BeforeValidator, Field

from kotogura.errors import InvalidArgument
from kotogura.platform.allowances import Allowances, AllowanceView
from kotogura.platform.clock import now
from kotogura.platform.http import current_tenant
from kotogura.platform.operations import operation
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.semantics.training_need import training_minutes
from kotogura.semantics.trainings import TrainingRecord
from kotogura.tenants.identity import TenantId
from kotogura.tenants.rates import estimated_usd
from kotogura.tenants.usage import LONGEST_DAYS, DayUsage, Timings, UsageRecords, added

_SHOWN_DAYS = 30
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN_TRAININGS = 1_000


class SearchUsage(BaseModel):
    """Searches of one mode, and how long the function took for them."""

    mode: str = Field(description="`words`, `meaning` or `both`")
    count: int
    p50_ms: int = Field(description="what half of them did not exceed; within a bucket's width")
    p95_ms: int = Field(description="what 95 % of them did not exceed; within a bucket's width")


class UsageOfDay(BaseModel):
    """A day in UTC."""

    day: date
    searches: list[SearchUsage] = Field(description="by mode; only modes that were used")
    document_count: int | None = Field(description="documents found; null where nobody looked")
    index_bytes: int | None = Field(description="the index and its vectors; null likewise")
    training_count: int
    training_minutes: float
    estimated_usd: float = Field(description="list price in us-east-1, before tax")


class UsageTotal(BaseModel):
    """All days together."""

    searches: list[SearchUsage]
    training_count: int
    training_minutes: float
    estimated_usd: float


class Usage(BaseModel):
    """What the tenant used, every day of the time asked for."""

    counted_until: datetime | None = Field(
        description="searches after it aren't counted yet; null before the first count"
    )
    days: list[UsageOfDay]
    total: UsageTotal
    limits: AllowanceView = Field(description="what the tenant may use, and has used by now")


def _as_a_day(value: object) -> object:
    """Refuse what pydantic would take for a day too, such as a number of seconds."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("write a day as 2026-04-01")
    return value


Day = Annotated[date, BeforeValidator(_as_a_day)]
First = Annotated[
    Day | None, Query(alias="from", description="the first day, in UTC; 29 days before the last")
]
Last = Annotated[Day | None, Query(alias="to", description="the last day, in UTC; today")]


def add_usage_routes(
    app: APIGatewayHttpResolver,
    usage: UsageRecords,
    trainings: TrainingWorkflow,
    allowances: Allowances,
) -> None:
    """Let `app` answer what a tenant used."""

    @app.get(
        "/usage",
        **operation(
            "getUsage",
            "Settings",
            "Read what was used by day",
            description=f"At most {LONGEST_DAYS} days; kept for 400.",
            answer="Every day from the first to the last, and their total.",
        ),
    )
    def get_usage(first: First = None, last: Last = None) -> Usage:
        at = now()
        end = last or date.fromisoformat(at[:10])
        begin = first or end - timedelta(days=_SHOWN_DAYS - 1)
        if not 0 <= (end - begin).days < LONGEST_DAYS:
            raise InvalidArgument(
                f"let `from` be no later than `to`, and {LONGEST_DAYS} days be all"
            )
        tenant = current_tenant(app)
        return usage_of(tenant, begin, end, usage, trainings, at, allowances.of(tenant, at))


def usage_of(
    tenant: TenantId,
    first: date,
    last: date,
    usage: UsageRecords,
    trainings: TrainingWorkflow,
    at: str,
    allowances: AllowanceView,
) -> Usage:
    """Return a tenant's usage from `first` to `last`; `at` is the time now, for what runs."""
    by_day: dict[str, list[TrainingRecord]] = {}
    for record in trainings.newest(tenant, _SHOWN_TRAININGS):
        if record.started_at:
            by_day.setdefault(record.started_at[:10], []).append(record)
    known = usage.days(tenant, first, last)
    days = [_day(one, by_day.get(one.day.isoformat(), []), at) for one in known]
    total = UsageTotal(
        searches=_by_mode(added(one.searches for one in known)),
        training_count=sum(day.training_count for day in days),
        training_minutes=round(sum(day.training_minutes for day in days), 2),
        estimated_usd=round(sum(day.estimated_usd for day in days), 6),
    )
    return Usage(counted_until=usage.counted_until(), days=days, total=total, limits=allowances)


def _day(used: DayUsage, trained: Sequence[TrainingRecord], at: str) -> UsageOfDay:
    minutes = sum(training_minutes(record, at) for record in trained)
    return UsageOfDay(
        day=used.day,
        searches=_by_mode(used.searches),
        document_count=used.stored.document_count if used.stored else None,
        index_bytes=used.stored.index_bytes if used.stored else None,
        training_count=len(trained),
        training_minutes=round(minutes, 2),
        estimated_usd=round(estimated_usd(used.searches, used.stored, minutes), 6),
    )


def _by_mode(searches: Mapping[str, Timings]) -> list[SearchUsage]:
    return [
        SearchUsage(
            mode=mode,
            count=timings.total,
            p50_ms=timings.percentile_ms(50) or 0,
            p95_ms=timings.percentile_ms(95) or 0,
        )
        for mode, timings in searches.items()
    ]
