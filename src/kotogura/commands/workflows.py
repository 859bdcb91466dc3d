"""`kotogura schedule`, `executions` and `reindex`: a tenant's workflows, by its own API."""

from typing import Any, get_args
from urllib.parse import quote

import click

from kotogura.commands.arguments import TENANT
from kotogura.commands.session import Session
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import Cadence


@click.command()
@click.argument("cadence", required=False, type=click.Choice(get_args(Cadence)))
@click.option("--tenant", required=True, type=TENANT)
@click.pass_obj
def schedule(session: Session, cadence: str | None, tenant: TenantId) -> None:
    """Show how often a tenant's model is trained by itself, or change it to CADENCE."""
    api = session.api(session.deployment(), tenant)
    if cadence is None:
        answer = api.call("GET", "/schedule")
    else:
        answer = api.call("PUT", "/schedule", {"cadence": cadence})
    session.terminal.line(answer["cadence"])
    session.terminal.result(answer)


@click.command()
@click.argument("execution_id", required=False)
@click.option("--tenant", required=True, type=TENANT)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100))
@click.pass_obj
def executions(session: Session, execution_id: str | None, tenant: TenantId, limit: int) -> None:
    """List what the workflows did for a tenant, or the steps of EXECUTION_ID."""
    api = session.api(session.deployment(), tenant)
    if execution_id is None:
        answer = api.call("GET", f"/executions?limit={limit}")
        session.terminal.rows(
            ["execution", "state", "started", "ended", "error"],
            [
                [one["execution_id"], one["state"], *_when_and_why(one)]
                for one in answer["executions"]
            ],
        )
    else:
        answer = api.call("GET", f"/executions/{quote(execution_id, safe='')}")
        session.terminal.line(f"{answer['execution_id']}: {answer['state']}")
        session.terminal.rows(
            ["step", "started", "ended", "error"],
            [[one["name"], *_when_and_why(one)] for one in answer["steps"]],
        )
    session.terminal.result(answer)


def _when_and_why(one: dict[str, Any]) -> tuple[str, str, str]:
    return one["started_at"], one["ended_at"] or "", one["error"] or ""


@click.command()
@click.option("--tenant", required=True, type=TENANT)
@click.pass_obj
def reindex(session: Session, tenant: TenantId) -> None:
    """Let a tenant's index be built anew from all documents, and don't wait for its end."""
    answer = session.api(session.deployment(), tenant).call("POST", "/reindex")
    state = "is being built anew" if answer["started"] else "was being built anew already"
    session.terminal.line(f"the index {state}: {answer['execution_id']}")
    session.terminal.result(answer)
