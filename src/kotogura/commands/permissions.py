"""`kotogura permissions`: the page about the roles, made again from the templates."""

import sys
from pathlib import Path

import click

from kotogura.commands.session import Session
from kotogura.permissions.page import permissions_page
from kotogura.permissions.roles import read_roles

_ROOT = Path(__file__).resolve().parents[3]
_TEMPLATES = ("template.yaml", "platforms/ecs-service.yaml")


@click.command("permissions")
@click.option("--check", is_flag=True, help="Compare only; exit 1 where the page is old.")
@click.pass_obj
def permissions(session: Session, check: bool) -> None:
    """Write docs/permissions.md again, from the templates of this checkout."""
    page = _ROOT / "docs" / "permissions.md"
    made = permissions_page([role for name in _TEMPLATES for role in read_roles(_ROOT / name)])
    is_current = page.is_file() and page.read_text("utf-8") == made
    if not is_current and not check:
        page.write_text(made, "utf-8")
    verdict = "as it was" if is_current else "old" if check else "written"
    session.terminal.line(f"{page}: {verdict}")
    session.terminal.result({"path": str(page), "current": is_current, "written": not check})
    if check and not is_current:
        session.terminal.note("kotogura: the page is old; `make permissions` makes it again")
        sys.exit(1)
