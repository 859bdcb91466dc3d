"""The command `kotogura`. Exit codes: 0 done, 1 failed, 2 wrong usage; an error takes one line."""

import json
import sys
from pathlib import Path
from typing import NoReturn, TextIO

import click
from botocore.exceptions import BotoCoreError, ClientError

from kotogura import __version__
from kotogura.commands import running
from kotogura.commands.analyze import analyze
from kotogura.commands.arguments import PORT, QUERY, TENANT
from kotogura.commands.bulk import delete_documents, upload_files
from kotogura.commands.cost import cost
from kotogura.commands.delivery import changes, deploy, destroy, package, publish
from kotogura.commands.index import index
from kotogura.commands.leaving import tenant_erase, tenant_export
from kotogura.commands.model import model
from kotogura.commands.openapi import openapi
from kotogura.commands.page import DEFAULT_PAGE_PORT
from kotogura.commands.permissions import permissions
from kotogura.commands.reconcile import reconcile_documents
from kotogura.commands.redrive import redrive_events
from kotogura.commands.sam import sam
from kotogura.commands.serve import serve
from kotogura.commands.session import Session
from kotogura.commands.settings import dictionary, synonyms
from kotogura.commands.status import show_status
from kotogura.commands.tenants import page_config, tenant, token
from kotogura.commands.terminal import Terminal
from kotogura.commands.training import run_training
from kotogura.commands.usage import usage
from kotogura.commands.workflows import executions, reindex, schedule
from kotogura.errors import InvalidArgument, KotoguraError
from kotogura.tenants.identity import TenantId

_ROOT = Path(__file__).resolve().parents[3]
_IAM = "Enforce the policies of the template's roles, as AWS does."
_AWS_PORT = click.option(
    "--port", default=4566, show_default=True, type=PORT, help="Port of the embedded AWS."
)
_PAGE_PORT = click.option(
    "--page-port",
    default=DEFAULT_PAGE_PORT,
    show_default=True,
    type=PORT,
    help="Port of the web page.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=_ROOT / ".kotogura",
    help="Folder of the local stack.  [default: .kotogura of the checkout]",
)
@click.option("--stack", "stack_name", help="A stack in your AWS account instead of the local one.")
@click.pass_context
def cli(context: click.Context, as_json: bool, state: Path, stack_name: str | None) -> None:
    """Search Japanese documents by word and by meaning."""
    context.obj = Session(state.absolute(), stack_name, Terminal(as_json))


cli.add_command(dictionary)
cli.add_command(synonyms)
cli.add_command(cost)
cli.add_command(deploy)
cli.add_command(destroy)
cli.add_command(package)
cli.add_command(changes)
cli.add_command(publish)
cli.add_command(index)
cli.add_command(model)
cli.add_command(openapi)
cli.add_command(permissions)
cli.add_command(sam)
cli.add_command(serve)
cli.add_command(redrive_events)
cli.add_command(reconcile_documents)
cli.add_command(upload_files)
cli.add_command(delete_documents)
cli.add_command(tenant)
tenant.add_command(tenant_export)
tenant.add_command(tenant_erase)
cli.add_command(token)
cli.add_command(page_config)
cli.add_command(usage)
cli.add_command(schedule)
cli.add_command(executions)
cli.add_command(reindex)
cli.add_command(analyze)


@cli.command()
@_AWS_PORT
@_PAGE_PORT
@click.option("--iam", is_flag=True, help=_IAM)
@click.pass_obj
def up(session: Session, port: int, page_port: int, iam: bool) -> None:
    """Start the local stack and the web page, and leave them running until Ctrl-C."""
    running.run_up(_ROOT, session.state, port, page_port, session.terminal, iam=iam)


@cli.command()
@_AWS_PORT
@_PAGE_PORT
@click.option("--once", is_flag=True, help="End after the searches instead of staying up.")
@click.option("--iam", is_flag=True, help=_IAM)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def demo(session: Session, port: int, page_port: int, once: bool, iam: bool, as_json: bool) -> None:
    """Start the local stack, upload samples, train, and show three searches for each tenant."""
    terminal = session.terminal_for(as_json=as_json)
    running.run_demonstration(_ROOT, session.state, port, page_port, terminal, once=once, iam=iam)


@cli.command()
@click.argument("query", type=QUERY)
@click.option("--tenant", required=True, type=TENANT)
@click.option("--mode", type=click.Choice(["words", "meaning", "both"]), help="How to search.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
@click.option("filters", "--filter", multiple=True, help="FIELD:VALUE or a range; may be repeated.")
@click.option("--sort", help="A field instead of the score; -FIELD for the greatest first.")
@click.pass_obj
def search(
    session: Session,
    query: str,
    tenant: TenantId,
    mode: str | None,
    limit: int,
    filters: tuple[str, ...],
    sort: str | None,
) -> None:
    """Search a tenant's documents for QUERY."""
    answer = session.api(session.deployment(), tenant).search(query, mode, limit, filters, sort)
    session.terminal.hits(answer["hits"])
    for spelling in answer["did_you_mean"]:
        session.terminal.line(f"did you mean: {spelling}")
    session.terminal.line(
        f"{answer['total']} documents by {answer['mode']}, generation {answer['generation']}"
    )
    if answer["notice"]:
        session.terminal.note(f"{answer['notice']}: searched by word alone")
    session.terminal.result(answer)


@cli.command()
@click.argument("text", type=click.File(encoding="utf-8", errors="replace"))
@click.option("--tenant", required=True, type=TENANT)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
@click.pass_obj
def similar(session: Session, text: TextIO, tenant: TenantId, limit: int) -> None:
    """Find a tenant's documents of like meaning as the file TEXT, or standard input for `-`."""
    answer = session.api(session.deployment(), tenant).similar_to_text(text.read(), limit)
    session.terminal.hits(answer["hits"])
    session.terminal.line(f"{len(answer['hits'])} documents, generation {answer['generation']}")
    session.terminal.result(answer)


@cli.command()
@click.option("--tenant", required=True, type=TENANT)
@click.pass_obj
def train(session: Session, tenant: TenantId) -> None:
    """Fine-tune a tenant's model now and bring it into service if it is the better one."""
    deployment = session.deployment()
    api = session.api(deployment, tenant)
    record, execution = run_training(deployment, api, tenant, session.terminal)
    for name, value in (record.figures or {}).items():
        session.terminal.line(f"{name}: {value}")
    if record.reason:
        session.terminal.line(f"{record.state}: {record.reason['detail']}")
    session.terminal.result({**record.model_dump(mode="json"), "execution": execution})


@cli.command()
@click.pass_obj
def status(session: Session) -> None:
    """Show the deployment's addresses, and each tenant's documents and model."""
    show_status(session.deployment(), session.terminal)


def main() -> None:
    """Run the command line; with `--json`, a failure is a JSON object on the last line too."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        _fail("aborted", "aborted", 130)
    except click.ClickException as error:
        error.show()
        _tell_programs("wrong-usage", error.format_message())
        sys.exit(error.exit_code)
    except KotoguraError as error:
        _fail(error.code, error.detail, 2 if isinstance(error, InvalidArgument) else 1)
    except (BotoCoreError, ClientError) as error:
        _fail("aws-refused", f"AWS refused or can't be reached: {error}", 1)
    except OSError as error:
        if error.filename is None:  # not a file that was named: a defect, whose traceback helps
            raise
        _fail("file-refused", f"{error.filename}: {error.strerror}", 1)


def _fail(code: str, detail: str, exit_code: int) -> NoReturn:
    click.echo(f"kotogura: {detail}", err=True)
    _tell_programs(code, detail)
    sys.exit(exit_code)


def _tell_programs(code: str, detail: str) -> None:
    if "--json" in sys.argv:
        click.echo(json.dumps({"ok": False, "error": {"code": code, "detail": detail}}))
