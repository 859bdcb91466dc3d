"""`kotogura openapi`: the committed OpenAPI document, made again or compared."""

import sys

import click

from kotogura.commands.session import Session


@click.command("openapi")
@click.option("--check", is_flag=True, help="Compare only; exit 1 where the document is old.")
@click.pass_obj
def openapi(session: Session, check: bool) -> None:
    """Write the OpenAPI document again, from the routes of this checkout."""
    from kotogura.platform.openapi import COMMITTED, REMEDY, rendered  # noqa: PLC0415 — all routes

    made = rendered()
    is_current = COMMITTED.is_file() and COMMITTED.read_text("utf-8") == made
    if not is_current and not check:
        COMMITTED.write_text(made, "utf-8")
    session.terminal.line(f"{COMMITTED}: {_verdict(is_current, check)}")
    session.terminal.result({"path": str(COMMITTED), "current": is_current, "written": not check})
    if check and not is_current:
        session.terminal.note(f"kotogura: the document is old; {REMEDY}")
        sys.exit(1)


def _verdict(is_current: bool, check: bool) -> str:
    if is_current:
        return "as it was"
    return "old" if check else "written"
