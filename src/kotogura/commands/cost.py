"""`kotogura cost`: what a deployment costs, and that nothing in it bills by the hour."""

import sys
from pathlib import Path
from typing import Any

import click

from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal

_TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
_COUNT = click.IntRange(0)
_SIZE = click.FloatRange(0, min_open=True)


@click.command("cost")
@click.option("--tenants", default=100, show_default=True, type=click.IntRange(1))
@click.option(
    "--megabytes", default=100.0, show_default=True, type=_SIZE, help="Text of each tenant."
)
@click.option("--searches", default=1_000_000, show_default=True, type=_COUNT, help="In a month.")
@click.option(
    "--meaning-share",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Part of the searches that go by meaning or both.",
)
@click.option("--documents", default=0, show_default=True, type=_COUNT, help="New ones in a month.")
@click.option(
    "--document-kilobytes", default=8.0, show_default=True, type=_SIZE, help="Text of one."
)
@click.option("--trainings", default=0, show_default=True, type=_COUNT, help="In a month.")
@click.option("--active-tenants", type=_COUNT, help="Searched at all.  [default: all]")
@click.option(
    "--active-hours",
    default=220.0,
    show_default=True,
    type=click.FloatRange(0, 730),
    help="Hours of the month in which anybody searches, for peers that sleep.",
)
@click.option("--users", default=5, show_default=True, type=_COUNT, help="Of each tenant.")
@click.option(
    "--region",
    default="us-east-1",
    show_default=True,
    type=click.Choice(["us-east-1", "ap-northeast-1"]),
)
@click.option(
    "--template",
    default=_TEMPLATE,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A template.  [default: template.yaml of the checkout]",
)
@click.option("--chart", type=click.Path(path_type=Path), help="Write a chart, as SVG, there.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the tables as Markdown.")
@click.option("--check", is_flag=True, help="Only exit 1 if anything bills by the hour.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def cost(
    session: Session,
    /,
    template: Path,
    region: str,
    chart: Path | None,
    active_tenants: int | None,
    *,
    as_markdown: bool,
    check: bool,
    as_json: bool,
    **workload: Any,
) -> None:
    """Show what a month costs, idle and running, beside other ways to search.

    Prices are of a dated table, each with the kind of evidence there is for it.
    """
    from kotogura.cost import report  # noqa: PLC0415
    from kotogura.cost.hourly import hourly  # noqa: PLC0415
    from kotogura.cost.inventory import read_inventory  # noqa: PLC0415
    from kotogura.cost.prices import price_table  # noqa: PLC0415
    from kotogura.cost.workload import Workload  # noqa: PLC0415

    terminal = session.terminal_for(as_json=as_json)
    try:
        inventory = read_inventory(template)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if check:
        _check(terminal, template, hourly(inventory))
        return
    if active_tenants is None:
        active_tenants = workload["tenants"]
    month = Workload(active_tenants=active_tenants, **workload)
    try:
        made = report.report(inventory, month, price_table(region))
    except LookupError as error:
        raise click.ClickException(str(error.args[0])) from error
    if chart is not None:
        chart.write_text(report.chart(made), "utf-8")
    if as_markdown:
        terminal.line(report.markdown(made))
    else:
        _show(terminal, report.tables(made))
    idle, running = made.own_account
    terminal.line("")
    terminal.line(f"{region}, prices of {made.prices.read_on}, USD a month before tax")
    terminal.line(f"list price: {made.idle:.2f} idle, {made.running:.2f} on top")
    terminal.line(f"after an account's monthly allowances: {idle:.2f} idle, {running:.2f} on top")
    terminal.result(made.as_json())


def _show(terminal: Terminal, tables: Any) -> None:
    for heading, columns, rows in tables:
        terminal.heading(heading)
        terminal.rows(columns, rows)


def _check(terminal: Terminal, template: Path, findings: list[str]) -> None:
    for finding in findings:
        terminal.note(f"kotogura: {finding}")
    verdict = f"{len(findings)} findings" if findings else "nothing bills by the hour"
    terminal.line(f"{template}: {verdict}")
    terminal.result({"template": str(template), "hourly": findings})
    if findings:
        sys.exit(1)
