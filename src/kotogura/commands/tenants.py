"""`kotogura tenant`, and what lets their users in: `kotogura token` and `kotogura page-config`."""

import json
from typing import Literal

import click

from kotogura.commands.accounts import Accounts
from kotogura.commands.arguments import ADDRESS, LIMIT, NAME, TENANT
from kotogura.commands.page_configuration import page_configuration
from kotogura.commands.session import Session
from kotogura.errors import InvalidArgument, TenantNotFound
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import LIMITS
from kotogura.tenants.registry import Cadence
from kotogura.tenants.roles import Role


@click.group()
def tenant() -> None:
    """Create, list, export and erase tenants, and admit their users."""


@tenant.command("create")
@click.argument("tenant", type=TENANT)
@click.option("--name", required=True, type=NAME, help="The tenant's name for people.")
@click.option(
    "--user", required=True, type=ADDRESS, help="E-mail address of its first user, an admin."
)
@click.option(
    "--training",
    "cadence",
    type=click.Choice(["off", "daily", "weekly"]),
    default="weekly",
    show_default=True,
    help="How often its model is trained by schedule.",
)
@click.pass_obj
def tenant_create(
    session: Session, tenant: TenantId, name: str, user: str, cadence: Cadence
) -> None:
    """Register TENANT with a user, and keep the user's password in the state folder."""
    accounts = Accounts(session.deployment(), session.state)
    created = accounts.create(tenant, name, user, cadence)
    session.terminal.line(f"{tenant} {'created' if created else 'was there already'}")
    session.terminal.result({"tenant": tenant, "created": created})


@tenant.command("user")
@click.argument("tenant", type=TENANT)
@click.option("--user", required=True, type=ADDRESS, help="The user's e-mail address.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.MEMBER.value,
    show_default=True,
    help="What the user may do.",
)
@click.pass_obj
def tenant_user(session: Session, tenant: TenantId, user: str, role: str) -> None:
    """Add a user to TENANT, or change one's role; the password is kept in the state folder."""
    deployment = session.deployment()
    if deployment.tenants.get(tenant) is None:
        raise TenantNotFound(f"there is no tenant {tenant}; make it with `kotogura tenant create`")
    added = Accounts(deployment, session.state).admit(tenant, user, Role(role))
    session.terminal.line(f"{user} is {'now' if added else 'still'} a user of {tenant}, as {role}")
    session.terminal.result({"tenant": tenant, "user": user, "role": role, "added": added})


@tenant.command("list")
@click.pass_obj
def tenant_list(session: Session) -> None:
    """List all tenants."""
    records = list(session.deployment().tenants.all())
    session.terminal.rows(
        ["tenant", "name", "training", "created"],
        [[record.tenant, record.name, record.cadence, record.created_at] for record in records],
    )
    session.terminal.result(
        {
            "tenants": [
                {"tenant": record.tenant, "name": record.name, "cadence": record.cadence}
                for record in records
            ]
        }
    )


@tenant.command("limits")
@click.argument("tenant", type=TENANT)
@click.option(
    "--searches-per-second", type=LIMIT, help="A lasting rate; five times as many at once."
)
@click.option("--documents", "document_count", type=LIMIT, help="Documents that can be found.")
@click.option("--index-bytes", type=LIMIT, help="What the index takes, its vectors included.")
@click.option("--training-minutes", type=LIMIT, help="In a calendar month, all trainings together.")
@click.pass_obj
def tenant_limits(
    session: Session, /, tenant: TenantId, **wanted: int | Literal["default"] | None
) -> None:
    """Show TENANT's own limits, or set some; `default` gives it the deployment's again."""
    tenants = session.deployment().tenants
    record = tenants.get(tenant)
    if record is None:
        raise TenantNotFound(f"there is no tenant {tenant}; make it with `kotogura tenant create`")
    if wanted["searches_per_second"] == 0:
        raise InvalidArgument("let a tenant search at least once a second")
    asked = {name: value for name, value in wanted.items() if value is not None}
    own = {name: value for name, value in {**record.limits, **asked}.items() if value != "default"}
    if asked:
        tenants.set_limits(tenant, own)
    for name in LIMITS:
        session.terminal.line(f"{name}: {own.get(name, 'as deployed')}")
    session.terminal.result({"tenant": tenant, "limits": own})


@click.command()
@click.option("--tenant", required=True, type=TENANT)
@click.option("--user", help="One of its users; the first one unless given.")
@click.pass_obj
def token(session: Session, tenant: TenantId, user: str | None) -> None:
    """Print an access token for the API."""
    value = Accounts(session.deployment(), session.state).token(tenant, user)
    session.terminal.line(value)
    session.terminal.result({"token": value})


@click.command("page-config")
@click.pass_obj
def page_config(session: Session) -> None:
    """Print what the web page reads as config.json."""
    configuration = page_configuration(session.deployment(), session.state)
    session.terminal.line(json.dumps(configuration, ensure_ascii=False, indent=1))
    session.terminal.result(configuration)
