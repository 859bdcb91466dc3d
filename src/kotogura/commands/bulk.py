"""`kotogura upload` and `kotogura delete`: many documents by one command."""

import sys
from pathlib import Path
from typing import TextIO

import click

from kotogura.commands.arguments import TENANT
from kotogura.commands.deployment import Deployment
from kotogura.commands.removals import delete, select
from kotogura.commands.selection import find_files
from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal
from kotogura.commands.uploads import JOBS, UploadReport, upload
from kotogura.errors import InvalidArgument, TenantErased
from kotogura.tenants.identity import TenantId

_JOBS = click.option(
    "--jobs", default=JOBS, show_default=True, type=click.IntRange(1, 32), help="Files at a time."
)
_DEADLINE = click.option(
    "--deadline", default=600.0, show_default=True, help="Seconds to wait without any progress."
)
_WAIT = click.option("--wait/--no-wait", default=True, help="Wait until all can be found, or not.")


@click.command("upload")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--tenant", required=True, type=TENANT)
@click.option("--prefix", default="", help="Put before every document's name.")
@click.option("--include", multiple=True, help="Take only names that fit this pattern.")
@click.option("--exclude", multiple=True, help="Leave out names that fit this pattern.")
@click.option("--dry-run", is_flag=True, help="Tell what would be sent, and send nothing.")
@_JOBS
@_WAIT
@_DEADLINE
@click.pass_obj
def upload_files(
    session: Session,
    *,
    paths: tuple[Path, ...],
    tenant: TenantId,
    prefix: str,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    dry_run: bool,
    jobs: int,
    wait: bool,
    deadline: float,
) -> None:
    """Upload files, folders and patterns, and wait until they can be found."""
    files = find_files(paths, include, exclude, prefix)
    deployment = session.deployment()
    _require_open(deployment, tenant, session.terminal)
    try:
        report = upload(
            deployment,
            tenant,
            files,
            session.terminal,
            deadline,
            jobs=jobs,
            dry_run=dry_run,
            wait=wait,
        )
    except KeyboardInterrupt:
        session.terminal.note("interrupted; the same command goes on where this one ended")
        raise
    _tell(session, report, dry_run=dry_run, wait=wait)
    if report.quarantined or report.refused:
        sys.exit(1)


def _require_open(deployment: Deployment, tenant: TenantId, terminal: Terminal) -> None:
    """Refuse an erased tenant, which takes nothing in, and say that an unknown one is unknown.

    Raises:
        TenantErased: when the tenant was erased; waiting for its documents would be in vain.
    """
    if deployment.tenants.erased_at(tenant):
        raise TenantErased(f"{tenant} was erased, and takes nothing in; use another tenant")
    if deployment.tenants.get(tenant) is None:
        terminal.note(
            f"there is no tenant {tenant}: nobody can sign in to find its documents until it is "
            "made with `kotogura tenant create`"
        )


def _tell(session: Session, report: UploadReport, *, dry_run: bool, wait: bool) -> None:
    for name, detail in report.refused:
        session.terminal.note(f"refused: {name}: {detail}")
    for record in report.quarantined:
        detail = record.reason.detail if record.reason else "no reason was recorded"
        session.terminal.note(f"quarantined: {record.name}: {detail}")
    counts = f"{report.uploaded} sent, {report.unchanged} unchanged"
    if dry_run:
        line = f"{report.uploaded} would be sent, {report.unchanged} unchanged"
    elif wait:
        line = f"{report.indexed} findable ({counts}), {len(report.quarantined)} quarantined"
    else:
        line = counts
    if report.refused:
        line += f", {len(report.refused)} refused"
    session.terminal.line(line)
    session.terminal.result(
        {
            "uploaded": report.uploaded,
            "unchanged": report.unchanged,
            "indexed": report.indexed,
            "quarantined": [record.name for record in report.quarantined],
            "refused": [name for name, _ in report.refused],
            "dry_run": dry_run,
        }
    )


@click.command("delete")
@click.argument("names", nargs=-1)
@click.option("--tenant", required=True, type=TENANT)
@click.option("--prefix", help="All documents whose names begin so.")
@click.option(
    "--from", "listed", type=click.File(encoding="utf-8-sig"), help="A name on each line."
)
@click.option("--dry-run", is_flag=True, help="Tell what would be deleted, and delete nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_JOBS
@_WAIT
@_DEADLINE
@click.pass_obj
def delete_documents(
    session: Session,
    *,
    names: tuple[str, ...],
    tenant: TenantId,
    prefix: str | None,
    listed: TextIO | None,
    dry_run: bool,
    yes: bool,
    jobs: int,
    wait: bool,
    deadline: float,
) -> None:
    """Delete documents by their NAMES, by a prefix or by a list, and wait until they are gone."""
    try:
        lines = [line.rstrip("\r\n") for line in listed or ()]
    except UnicodeDecodeError:
        raise InvalidArgument("the list is not in UTF-8; save it as UTF-8") from None
    wanted = [*names, *(line for line in lines if line)]
    if not wanted and prefix is None:
        raise InvalidArgument("name documents, or give --prefix or --from")
    deployment = session.deployment()
    selected = select(deployment, tenant, wanted, prefix)
    for name in selected.missing:
        session.terminal.note(f"not there: {name}")
    count = len(selected.names)
    if dry_run:
        for name in selected.names:
            session.terminal.line(name)
    elif count:
        if not yes:
            click.confirm(f"Delete {count} documents of {tenant}?", abort=True, err=True)
        try:
            delete(
                deployment,
                tenant,
                selected.names,
                session.terminal,
                deadline,
                jobs=jobs,
                wait=wait,
            )
        except KeyboardInterrupt:
            session.terminal.note("interrupted; the same command goes on where this one ended")
            raise
    session.terminal.line(f"{count} {'would be deleted' if dry_run else 'deleted'}")
    session.terminal.result({"deleted": count, "missing": selected.missing, "dry_run": dry_run})
