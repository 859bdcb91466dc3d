"""Deleting documents by name, by prefix or by a list, and waiting until none can be found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import UploadIncomplete
from kotogura.commands.parallel import run_each
from kotogura.commands.settling import wait_for
from kotogura.commands.terminal import Terminal
from kotogura.documents.identity import document_id, documents_prefix
from kotogura.documents.ledger import DocumentState
from kotogura.tenants.identity import TenantId


@dataclass(frozen=True, slots=True)
class Selected:
    """Names of the bucket's files to delete, and names that were asked for and aren't there."""

    names: list[str]
    missing: list[str]


def select(
    deployment: Deployment, tenant: TenantId, names: Iterable[str], prefix: str | None
) -> Selected:
    """Return what of the tenant's files is meant: `names`, and all that begins with `prefix`.

    What an interrupted command has deleted is missing when it is repeated, and no error.
    """
    asked = set(names)
    there = {file.name for file in deployment.originals.list(tenant)}
    below = {name for name in there if prefix is not None and name.startswith(prefix)}
    return Selected(sorted((asked & there) | below), sorted(asked - there))


def delete(
    deployment: Deployment,
    tenant: TenantId,
    names: Sequence[str],
    terminal: Terminal,
    deadline_seconds: float,
    *,
    jobs: int,
    wait: bool = True,
) -> None:
    """Delete the tenant's files called `names`, and wait until no document is left of them.

    Raises:
        UploadIncomplete: when files could not be deleted, or when none ends for
            `deadline_seconds`; repeating the command goes on from there.
    """
    prefix = documents_prefix(tenant)

    def remove(name: str) -> None:
        deployment.bulk_s3.delete_object(Bucket=deployment.bucket, Key=prefix + name)

    with terminal.progress(f"deleting for {tenant}", len(names)) as bar:
        outcomes = run_each(names, remove, jobs, bar.show)
    if outcomes.failed:
        name, why = outcomes.failed[0]
        raise UploadIncomplete(
            f"{len(names) - len(outcomes.done)} of {len(names)} files were not deleted, {name} "
            f"among them ({why}): repeat the command"
        )
    if wait:
        known = deployment.ledger.get_many(tenant, [document_id(name) for name in names])
        wait_for(
            deployment,
            tenant,
            {identity: record.name for identity, record in known.items()},
            lambda record: record.state is DocumentState.DELETED,
            terminal,
            f"removing for {tenant}",
            deadline_seconds,
        )
