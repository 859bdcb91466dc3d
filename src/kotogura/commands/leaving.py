"""`kotogura tenant export` and `kotogura tenant erase`: when a tenant takes all of it along."""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from kotogura.commands.accounts import Accounts
from kotogura.commands.arguments import TENANT
from kotogura.commands.deployment import Deployment
from kotogura.commands.session import Session
from kotogura.errors import InvalidArgument
from kotogura.leaving.accounts import TenantAccounts
from kotogura.leaving.erasure import Counted, Erasable, ErasableObjects, Remnant, erase
from kotogura.leaving.export import TenantPlaces, export
from kotogura.leaving.items import TenantItems
from kotogura.leaving.objects import TenantObjects
from kotogura.leaving.running import TenantExecutions, UndeliveredEvents
from kotogura.leaving.store import TenantFolder
from kotogura.platform.clock import now
from kotogura.platform.upkeep_calls import ask_function
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import ERASED_SECONDS

_DAY_SECONDS = 86_400
_POINT_IN_TIME_DAYS = 35
_HISTORY_DAYS = 90
_WORKFLOWS = ("Train", "Reindex", "Compact", "Reconcile")
_PAUSE_SECONDS = 3.0


@click.command("export")
@click.argument("tenant", type=TENANT)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--models", is_flag=True, help="The models' files too, some 50 MB each.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def tenant_export(
    session: Session, tenant: TenantId, folder: Path, models: bool, as_json: bool
) -> None:
    """Write all that is kept of TENANT into FOLDER, which is new or empty."""
    terminal = session.terminal_for(as_json=as_json)
    places = places_of(session.deployment(), tenant)
    with terminal.progress(f"exporting {tenant}", None) as bar:
        facts = export(places, folder, bar.show, with_models=models)
    for name, number in facts["counts"].items():
        terminal.line(f"{name}: {number}")
    terminal.line(f"{facts['size_bytes']} bytes in {folder}, complete")
    terminal.line(f"SHA-256 of manifest.json: {facts['manifest_sha256']}")
    terminal.result({**facts, "folder": str(folder)})


@click.command("erase")
@click.argument("tenant", type=TENANT)
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option(
    "--proof",
    "proof_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the proof is written.  [default: a new file in the state folder]",
)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def tenant_erase(
    session: Session, tenant: TenantId, yes: bool, proof_file: Path | None, as_json: bool
) -> None:
    """Erase all that is kept of TENANT, look again, and write a proof."""
    terminal = session.terminal_for(as_json=as_json)
    deployment = session.deployment()
    if not yes:
        _ask(tenant)
    # What can't be written is told now: an erasure that leaves no proof can't be taken back.
    folder = proof_file.parent if proof_file else session.state / "proofs"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
    with terminal.progress(f"erasing objects of {tenant}", None) as bar:
        proof = erase(
            tenant,
            deployment.tenants,
            erasable(deployment, tenant, bar.show),
            remnants(deployment),
            clock=now,
            pause=lambda _: time.sleep(_PAUSE_SECONDS),
            say=terminal.note,
        )
    Accounts(deployment, session.state).forget(tenant)
    file = proof_file or folder / _file_name(proof["ended_at"], tenant)
    file.write_text(json.dumps(proof, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for entry in proof["places"]:
        removed = ", ".join(f"{number} {kind}" for kind, number in entry["removed"].items())
        terminal.line(f"{entry['place']}: {removed} removed, {entry['left']} left")
    for stay in proof["stays"]:
        terminal.line(f"stays for {stay['days']} days: {stay['what']}: {stay['why']}")
    if not proof["final"]:
        terminal.line(f"repeat the command after {proof['final_after']} for the final proof")
    terminal.line(f"proof: {file}, digest {proof['digest']}")
    terminal.result({**proof, "proof": str(file)})


def places_of(deployment: Deployment, tenant: TenantId) -> TenantPlaces:
    """Return every place where `deployment` keeps something of `tenant`."""
    name = deployment.outputs["LeavingFunctionName"]
    return TenantPlaces(
        tenant=tenant,
        objects=TenantObjects(deployment.bulk_s3, deployment.bucket, tenant),
        items=TenantItems(deployment.table, tenant),
        folder=TenantFolder(lambda event: ask_function(deployment.functions, name, event), tenant),
        accounts=TenantAccounts(deployment.users, deployment.outputs["UserPoolId"], tenant),
    )


def erasable(
    deployment: Deployment, tenant: TenantId, on_progress: Callable[[int], None]
) -> list[Erasable]:
    """Return the places to erase `tenant` from, in this order."""
    places = places_of(deployment, tenant)
    arns = {name: deployment.outputs[f"{name}StateMachineArn"] for name in _WORKFLOWS}
    queue_url = deployment.outputs["UndeliveredQueueUrl"]
    return [
        Counted("users", places.accounts),
        Counted("executions", TenantExecutions(deployment.workflows, arns, tenant)),
        ErasableObjects(places.objects, on_progress),
        Counted("events", UndeliveredEvents(deployment.queues, queue_url, tenant)),
        places.items,
        places.folder,
    ]


def remnants(deployment: Deployment) -> list[Remnant]:
    """Return what no erasure reaches, and for how long it stays."""
    backup_days = int(deployment.outputs["BackupDays"])
    log_days = int(deployment.outputs["LogRetentionDays"])
    return [
        Remnant(
            "the table's point-in-time recovery",
            _POINT_IN_TIME_DAYS,
            "it brings back whole tables alone; after a restore the erasure is repeated",
        ),
        Remnant(
            "backups of the store",
            backup_days,
            "they hold whole nights; after a restore the erasure is repeated",
        ),
        Remnant(
            "logs of functions, workflows and the API",
            log_days,
            "they hold the tenant's id, documents' ids, counts and times; no text and no name",
        ),
        Remnant(
            "histories of workflows",
            _HISTORY_DAYS,
            "AWS keeps them; they hold the tenant's id and runs' ids",
        ),
        Remnant(
            "the tenant's id in the register, marked as erased",
            ERASED_SECONDS // _DAY_SECONDS,
            "so that nothing is taken in for it any more",
        ),
    ]


def _ask(tenant: TenantId) -> None:
    typed = click.prompt(
        f"This erases all files, the index, the models, settings and users of {tenant} for good. "
        "Type its id to go on",
        err=True,
    )
    if typed != tenant:
        raise InvalidArgument("that is not the tenant's id; nothing was erased")


def _file_name(ended_at: str, tenant: TenantId) -> str:
    moment = "".join(sign for sign in ended_at if sign.isalnum())
    return f"{tenant}-{moment}.json"
