"""`kotogura reconcile`: what events missed is taken in now, instead of at night."""

from collections import Counter
from typing import Any

import click

from kotogura.commands.arguments import TENANT
from kotogura.commands.session import Session
from kotogura.platform.upkeep_calls import ask_function
from kotogura.tenants.identity import TenantId

_FINDINGS = ("missing", "outdated", "unfinished", "failed", "gone")


@click.command("reconcile")
@click.option("--tenant", type=TENANT, help="One tenant alone.  [default: all of them]")
@click.option("--dry-run", is_flag=True, help="Show what would be taken in, and leave it.")
@click.option(
    "--older-than",
    type=click.IntRange(0, 10_000),
    default=120,
    show_default=True,
    help="Minutes for which a file is left to its event.",
)
@click.pass_obj
def reconcile_documents(
    session: Session, tenant: TenantId | None, dry_run: bool, older_than: int
) -> None:
    """Compare the bucket with the ledger, and take in what events missed."""
    deployment = session.deployment()
    tenants = [tenant] if tenant else [record.tenant for record in deployment.tenants.all()]
    name = deployment.outputs["ReconcileFunctionName"]
    answers: list[dict[str, Any]] = []
    for one in tenants:
        event = {"tenant": one, "dry_run": dry_run, "older_than_minutes": older_than}
        answers.append(ask_function(deployment.functions, name, event))
    session.terminal.rows(
        ["tenant", *_FINDINGS, ""],
        [
            [
                answer["tenant"],
                *(str(answer["found"].get(finding, 0)) for finding in _FINDINGS),
                "" if answer["complete"] else "and more; run it again",
            ]
            for answer in answers
        ],
    )
    found = sum((Counter(answer["found"]) for answer in answers), Counter[str]()).total()
    done = "would be taken in" if dry_run else "are taken in now"
    session.terminal.line(f"{found} documents {done}")
    session.terminal.result({"dry_run": dry_run, "found_count": found, "tenants": answers})
