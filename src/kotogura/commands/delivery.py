"""`kotogura deploy`, `package`, `changes`, `publish` and `destroy`: the way into an AWS account."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import click

from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal
from kotogura.delivery import change_sets, page, removal, stacks
from kotogura.delivery.account import Account
from kotogura.delivery.change_sets import Change, ChangeSet
from kotogura.delivery.errors import NotConfirmed
from kotogura.delivery.images import Registry
from kotogura.delivery.packaging import Foundation, Package, make_package
from kotogura.delivery.tools import Tools, check_docker

_ROOT = Path(__file__).resolve().parents[3]
_FOUNDATION = "kotogura-foundation"

_stage = click.option(
    "--stage",
    default="dev",
    show_default=True,
    help="The stage; its stack is kotogura-STAGE unless --stack names another.",
)
_foundation = click.option(
    "--foundation", default=_FOUNDATION, show_default=True, help="The foundation's stack."
)
_yes = click.option("--yes", is_flag=True, help="Don't ask.")
_build = click.option("--build/--no-build", default=True, help="Build, or take what is built.")
_page_folder = click.option(
    "--page",
    "folder",
    default=_ROOT / "frontend" / "dist",
    type=click.Path(path_type=Path),
    help="Folder of the built page.  [default: frontend/dist of the checkout]",
)


@click.command("deploy")
@_stage
@_foundation
@click.option("--parameter", "given", multiple=True, help="A template parameter, as NAME=VALUE.")
@click.option("--update-foundation", is_flag=True, help="Bring the foundation's stack up to date.")
@_build
@_page_folder
@_yes
@click.pass_obj
def deploy(
    session: Session,
    stage: str,
    foundation: str,
    given: tuple[str, ...],
    folder: Path,
    *,
    update_foundation: bool,
    build: bool,
    yes: bool,
) -> None:
    """Bring the checkout into your AWS account, showing the changes before they are made."""
    terminal = session.terminal
    stack = session.stack_name or f"kotogura-{stage}"
    account = Account.find()
    terminal.note(f"account {account.number}, region {account.region}, stack {stack}")
    tools = Tools(_ROOT, account.region)
    check_docker(tools)
    parameters = _parameters(stage, given)
    base = _found(account, foundation, terminal, update=update_foundation, yes=yes)
    package = _package(account, base, tools, terminal, build=build)
    if build:
        tools.run("make", "page")
    url = _uploaded(account, base.bucket, package)
    parameters["TrainerImageUri"] = package.trainer_image_uri
    terminal.note("asking CloudFormation what would change")
    made = change_sets.create(
        account.cloudformation,
        stack,
        {"TemplateURL": url},
        parameters,
        base.role_arn,
        terminal.note,
    )
    if made is None:
        terminal.line(f"{stack} is up to date")
    else:
        _carry_out(account, made, terminal, stack, yes=yes)
    outputs = stacks.outputs(account.cloudformation, stack)
    put, removed = page.publish(account, outputs, folder, terminal.note)
    _show_outputs(terminal, stack, outputs, parameters)
    terminal.result(
        {
            "stack": stack,
            "changes": len(made.changes) if made else 0,
            "page": {"put": put, "removed": removed},
            "outputs": outputs,
        }
    )


@click.command("package")
@_foundation
@click.option(
    "--output",
    default=_ROOT / ".aws-sam" / "package",
    type=click.Path(path_type=Path),
    help="Folder for the template and each stage's parameters.  [default: .aws-sam/package]",
)
@_build
@click.pass_obj
def package(session: Session, foundation: str, output: Path, *, build: bool) -> None:
    """Push images and write the packaged template with the parameters of staging and production."""
    account = Account.find()
    tools = Tools(_ROOT, account.region)
    check_docker(tools)
    base = Foundation.of(stacks.outputs(account.cloudformation, foundation))
    made = _package(account, base, tools, session.terminal, build=build)
    output.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made.template, output / "packaged.yaml")
    for stage in ("staging", "production"):
        settings = json.loads((_ROOT / "cicd" / f"{stage}.json").read_text("utf-8"))
        settings["Parameters"]["TrainerImageUri"] = made.trainer_image_uri
        (output / f"{stage}.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    session.terminal.line(f"packaged into {output}")
    session.terminal.result({"output": str(output), "trainer_image": made.trainer_image_uri})


@click.command("changes")
@click.argument("change_set")
@_stage
@click.pass_obj
def changes(session: Session, change_set: str, stage: str) -> None:
    """Show what the change set CHANGE_SET of a stack would do."""
    stack = session.stack_name or f"kotogura-{stage}"
    account = Account.find()
    found = change_sets.read(account.cloudformation, stack, change_set)
    _show(session.terminal, stack, found)
    session.terminal.result({"stack": stack, "changes": [_as_json(one) for one in found]})


@click.command("publish")
@_stage
@_page_folder
@click.pass_obj
def publish(session: Session, stage: str, folder: Path) -> None:
    """Bring the built page into a stack's bucket, and have CloudFront forget the old one."""
    stack = session.stack_name or f"kotogura-{stage}"
    account = Account.find()
    outputs = stacks.outputs(account.cloudformation, stack)
    put, removed = page.publish(account, outputs, folder, session.terminal.note)
    session.terminal.line(f"{put} files put, {removed} removed: {outputs.get('PageUrl', '')}")
    session.terminal.result({"put": put, "removed": removed, "url": outputs.get("PageUrl")})


@click.command("destroy")
@_stage
@_yes
@click.pass_obj
def destroy(session: Session, stage: str, *, yes: bool) -> None:
    """Take a stack out of your AWS account; what tenants own stays, and is named."""
    stack = session.stack_name or f"kotogura-{stage}"
    terminal = session.terminal
    account = Account.find()
    held = removal.holdings(account.cloudformation, stack)
    staying = [holding for holding in held if holding.stays]
    terminal.heading(f"{stack} in account {account.number}, {account.region}")
    terminal.line(f"{len(held) - len(staying)} resources go, the search index among them.")
    if staying:
        terminal.line("These stay, with all that is in them:")
        terminal.rows(
            ["resource", "is", "to remove it afterwards"],
            [[one.resource, one.identifier, one.by_hand] for one in staying],
        )
    if not yes:
        _confirm(f"Type {stack} to remove it", stack)
    removal.remove(account, stack, held, terminal.note)
    terminal.line(f"{stack} is gone")
    kept = [{"resource": one.resource, "identifier": one.identifier} for one in staying]
    terminal.result({"stack": stack, "removed": len(held) - len(staying), "kept": kept})


def _found(
    account: Account, name: str, terminal: Terminal, *, update: bool, yes: bool
) -> Foundation:
    """Return the foundation; make it where it is missing."""
    there = stacks.describe(account.cloudformation, name) is not None
    if there and not update:
        return Foundation.of(stacks.outputs(account.cloudformation, name))
    terminal.note(f"{'updating' if there else 'making'} {name}, which deployments stand on")
    body = (_ROOT / "cicd" / "foundation.yaml").read_text("utf-8")
    made = change_sets.create(account.cloudformation, name, {"TemplateBody": body}, {})
    if made is not None:
        _carry_out(account, made, terminal, name, yes=yes)
    return Foundation.of(stacks.outputs(account.cloudformation, name))


def _package(
    account: Account, base: Foundation, tools: Tools, terminal: Terminal, *, build: bool
) -> Package:
    if build:
        terminal.note("building images; the first time takes a quarter of an hour")
        tools.run("make", "images")
    return make_package(_ROOT, base, Registry(account, tools), tools, terminal.note)


def _uploaded(account: Account, bucket: str, package: Package) -> str:
    """Return the address of the packaged template, too large to be sent as it is."""
    content = package.template.read_bytes()
    key = f"templates/{hashlib.sha256(content).hexdigest()[:16]}.yaml"
    account.objects.put_object(Bucket=bucket, Key=key, Body=content)
    return f"{account.objects.meta.endpoint_url}/{bucket}/{key}"


def _carry_out(
    account: Account, made: ChangeSet, terminal: Terminal, stack: str, *, yes: bool
) -> None:
    _show(terminal, stack, made.changes)
    if not yes:
        try:
            _confirm("Make these changes? Type yes", "yes")
        except NotConfirmed:
            change_sets.discard(account.cloudformation, made)
            raise
    done = 0
    with terminal.progress(f"changing {stack}", len(made.changes)) as bar:

        def say(line: str) -> None:
            nonlocal done
            done += 1
            terminal.note(line)
            bar.show(done)

        change_sets.carry_out(account.cloudformation, made, say)


def _show(terminal: Terminal, stack: str, found: tuple[Change, ...]) -> None:
    terminal.heading(f"Changes of {stack}")
    replaced = {True: "is replaced", None: "may be replaced", False: ""}
    terminal.rows(
        ["change", "resource", "type", ""],
        [[one.action, one.resource, one.type, replaced[one.replaced]] for one in found],
    )
    losing = [one.resource for one in found if one.loses]
    if losing:
        terminal.line(f"Look at these twice, they may be lost: {', '.join(losing)}")


def _as_json(change: Change) -> dict[str, str | bool | None]:
    return {
        "action": change.action,
        "resource": change.resource,
        "type": change.type,
        "replaced": change.replaced,
    }


def _confirm(question: str, expected: str) -> None:
    try:
        answer = click.prompt(question, default="", show_default=False, err=True)
    except click.Abort:
        answer = ""
    if answer != expected:
        raise NotConfirmed("nothing was done; `--yes` answers for programs")


def _parameters(stage: str, given: tuple[str, ...]) -> dict[str, str]:
    """Return the stage's parameters from cicd/<stage>.json, if there are any, and those given."""
    settings = _ROOT / "cicd" / f"{stage}.json"
    kept: Mapping[str, str] = (
        json.loads(settings.read_text("utf-8"))["Parameters"] if settings.is_file() else {}
    )
    pairs = [one.partition("=") for one in given]
    for name, equals, _ in pairs:
        if not equals or not name:
            raise click.UsageError(f"--parameter {name}: write NAME=VALUE")
    return {"Stage": stage, **kept, **{name: value for name, _, value in pairs}}


def _show_outputs(
    terminal: Terminal, stack: str, outputs: Mapping[str, str], parameters: Mapping[str, str]
) -> None:
    terminal.heading("Deployed")
    terminal.rows(["output", "value"], [[key, outputs[key]] for key in sorted(outputs)])
    terminal.heading("Next")
    page_url = outputs.get("PageUrl")
    if page_url and not {"Domain", "FrontendOrigin"} & set(parameters):
        terminal.line(f"kotogura --stack {stack} deploy --parameter FrontendOrigin={page_url}")
        terminal.line("   once, unless you did: people sign in from this page alone")
    terminal.line(
        f"kotogura --stack {stack} tenant create TENANT --name NAME --user EMAIL   a tenant"
    )
    terminal.line(f"kotogura --stack {stack} upload FOLDER --tenant TENANT   its documents")
    if page_url:
        terminal.line(f"{page_url}   search them")
