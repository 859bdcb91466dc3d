"""`kotogura model`: which model a tenant is served by, and which one training starts from."""

import click

from kotogura.commands.arguments import TENANT
from kotogura.commands.base_model import import_base
from kotogura.commands.session import Session
from kotogura.platform.model_workflow import ModelWorkflow
from kotogura.tenants.identity import TenantId


@click.group()
def model() -> None:
    """Decide which model a tenant is served by, and which one training starts from."""


model.add_command(import_base)


@model.command("rollback")
@click.option("--tenant", required=True, type=TENANT)
@click.option("--model", "digest", help="Its digest, or how it begins.  [default: the one before]")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def model_rollback(session: Session, tenant: TenantId, digest: str | None, as_json: bool) -> None:
    """Serve by an earlier model again; the documents stay as they are."""
    terminal = session.terminal_for(as_json=as_json)
    deployment = session.deployment()
    answer = ModelWorkflow(
        deployment.functions,
        deployment.outputs["UpkeepFunctionName"],
        deployment.workflows,
        deployment.outputs["CompactStateMachineArn"],
    ).roll_back(tenant, digest)
    terminal.line(
        f"model {answer['model'][:16]} serves from generation {answer['generation']} on, "
        f"after {answer['previous'][:16]}"
    )
    if answer["execution_arn"] is not None:
        terminal.line(
            f"{answer['unembedded_document_count']} documents are found by word only "
            "until their vectors are made"
        )
    terminal.result(answer)
