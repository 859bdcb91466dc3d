"""`kotogura usage`: what a tenant used, by day."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import click
from rich.text import Text

from kotogura.commands.arguments import TENANT
from kotogura.commands.deployment import Deployment
from kotogura.commands.session import Session
from kotogura.platform.upkeep_calls import ask_function
from kotogura.tenants.identity import TenantId

_DAY = click.DateTime(["%Y-%m-%d"])
_COLUMNS = ["day", "mode", "searches", "p50 ms", "p95 ms", "documents", "trained min", "USD"]


@click.command()
@click.option("--tenant", required=True, type=TENANT)
@click.option("--from", "first", type=_DAY, help="The first day, in UTC.  [default: 29 days back]")
@click.option("--to", "last", type=_DAY, help="The last day, in UTC.  [default: today]")
@click.option("--count", is_flag=True, help="First count this hour as far as it has come.")
@click.pass_obj
def usage(
    session: Session,
    tenant: TenantId,
    first: datetime | None,
    last: datetime | None,
    count: bool,
) -> None:
    """Show a tenant's searches, stored documents and trainings by day."""
    deployment = session.deployment()
    if count:
        _count(deployment)
    days = {"from": first, "to": last}
    wanted = urlencode({name: f"{day:%Y-%m-%d}" for name, day in days.items() if day})
    answer = session.api(deployment, tenant).call("GET", f"/usage?{wanted}")
    session.terminal.rows(_COLUMNS, [row for day in answer["days"] for row in _rows(day)])
    total = answer["total"]
    searches = sum(one["count"] for one in total["searches"])
    session.terminal.line(
        f"{searches} searches, {total['training_count']} trainings,"
        f" about {total['estimated_usd']:.4f} USD;"
        f" searches are counted until {answer['counted_until'] or '(never yet)'}"
    )
    session.terminal.result(answer)


def _count(deployment: Deployment) -> None:
    """Let the function count that a schedule starts by the hour."""
    name = deployment.outputs["UsageFunctionName"]
    ask_function(deployment.functions, name, {"unfinished": True})


def _rows(day: dict[str, Any]) -> list[list[str | Text]]:
    """Return a line for each mode, the day's own figures on the first; none for an empty day."""
    stored = "" if day["document_count"] is None else f"{day['document_count']:,}"
    own: list[str | Text] = [
        stored,
        f"{day['training_minutes']:.1f}",
        f"{day['estimated_usd']:.4f}",
    ]
    by_mode: list[list[str | Text]] = [
        [one["mode"], f"{one['count']:,}", str(one["p50_ms"]), str(one["p95_ms"])]
        for one in day["searches"]
    ]
    if not by_mode:
        used = day["document_count"] or day["training_count"]
        return [[day["day"], "", "0", "", "", *own]] if used else []
    first, *more = by_mode
    return [[day["day"], *first, *own], *(["", *one, "", "", ""] for one in more)]
