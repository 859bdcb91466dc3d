"""`kotogura index`: looking into a tenant's index, and mending it."""

import sys
from typing import Any

import click

from kotogura.commands.arguments import RUN, TENANT
from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal
from kotogura.commands.upkeep import ask, rebuild
from kotogura.tenants.identity import TenantId


@click.group()
def index() -> None:
    """Inspect, verify, roll back and rebuild a tenant's index."""


@index.command("inspect")
@click.option("--tenant", required=True, type=TENANT)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def index_inspect(session: Session, tenant: TenantId, as_json: bool) -> None:
    """Show what the index is made of and which generations are kept."""
    terminal = session.terminal_for(as_json=as_json)
    report = ask(session.deployment(), tenant, "inspect")
    newest = report["newest"]
    for name in ("generation", "created_at", "document_count", "format_version", "analyzer"):
        terminal.line(f"{name}: {newest[name]}")
    terminal.line(f"model: {newest['model'] or 'none'}")
    for field, length in report["field_lengths"].items():
        terminal.line(f"{field}_length: {length}")
    terminal.heading("Segments")
    _table(
        terminal,
        report["segments"],
        ["segment_id", "format_version", "document_count", "tombstone_count", "term_count"],
        ["size_bytes", "vector_bytes"],
    )
    terminal.heading("Generations")
    _table(
        terminal,
        [newest, *report["kept"]],
        ["generation", "created_at", "document_count", "segment_count", "size_bytes"],
        ["format_version", "analyzer", "model"],
    )
    for name in report["unreadable"]:
        terminal.line(f"can't be read: {name}")
    terminal.result(report)


@index.command("verify")
@click.option("--tenant", required=True, type=TENANT)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def index_verify(session: Session, tenant: TenantId, as_json: bool) -> None:
    """Read every file of every kept generation and count all statistics again."""
    terminal = session.terminal_for(as_json=as_json)
    found = ask(session.deployment(), tenant, "verify")
    for problem in found["problems"]:
        terminal.line(f"{problem['where']}: {problem['what']}")
    terminal.line(
        f"{len(found['generations'])} generations, {found['segment_count']} segments, "
        f"{found['file_count']} files, {found['size_bytes']} bytes: "
        f"{found['problem_count'] or 'no'} problems"
    )
    terminal.result(found)
    if found["problem_count"]:
        sys.exit(1)


@index.command("rollback")
@click.option("--tenant", required=True, type=TENANT)
@click.option("--generation", required=True, type=click.IntRange(min=1), help="One that is kept.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def index_rollback(session: Session, tenant: TenantId, generation: int, as_json: bool) -> None:
    """Make a kept generation's documents and model the newest generation again."""
    terminal = session.terminal_for(as_json=as_json)
    answer = ask(session.deployment(), tenant, "rollback", generation=generation)
    terminal.line(
        f"generation {answer['generation']} has the {answer['document_count']} documents of "
        f"generation {generation}"
    )
    told = [
        (answer["missing_count"], "that came since are not found"),
        (answer["replaced_count"], "are found as they were then"),
        (answer["returned_count"], "that were deleted since are found again"),
    ]
    changes = ", ".join(f"{count} {what}" for count, what in told if count)
    if changes:
        terminal.line(f"of the documents, {changes}")
        terminal.line(f"`kotogura index rebuild --tenant {tenant}` finds all as they are now")
    terminal.result(answer)


@index.command("rebuild")
@click.option("--tenant", required=True, type=TENANT)
@click.option("--run", "run_id", type=RUN, help="Go on with a run that broke off.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def index_rebuild(session: Session, tenant: TenantId, run_id: str | None, as_json: bool) -> None:
    """Build the index anew from the tenant's files, and follow it to its end."""
    terminal = session.terminal_for(as_json=as_json)
    answer = rebuild(session.deployment(), tenant, terminal, run_id)
    terminal.line(
        f"generation {answer['generation']} has {answer['document_count']} documents "
        f"(run {answer['run_id']})"
    )
    terminal.result(answer)


def _table(terminal: Terminal, rows: list[dict[str, Any]], *columns: list[str]) -> None:
    names = [name for part in columns for name in part]
    terminal.rows(names, [[str(row[name] or "") for name in names] for row in rows])
