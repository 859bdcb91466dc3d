"""Tenants and their users: creating them, and signing in as one."""

import json
import secrets
import string
from pathlib import Path

from botocore.exceptions import ClientError

from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import SignInFailed
from kotogura.errors import TenantExists
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import Cadence, TenantRecord

_PASSWORD_CHARACTERS = 24


class Accounts:
    """Tenants and users of one deployment.

    Passwords that it makes are kept in `passwords.json` of the state folder, readable by its owner
    alone, so that `kotogura search` can sign in; nothing else reads them.
    """

    def __init__(self, deployment: Deployment, state: Path) -> None:
        self._deployment = deployment
        self._file = state / "passwords.json"

    def create(self, tenant: TenantId, name: str, user: str, cadence: Cadence) -> bool:
        """Register a tenant with one user; False, and nothing changes, if it is there already."""
        try:
            self._deployment.tenants.create(TenantRecord(tenant, name, cadence))
        except TenantExists:
            if self._known(tenant):
                return False
        self._create_user(tenant, user)
        return True

    def token(self, tenant: TenantId) -> str:
        """Return an access token of the tenant's user.

        Raises:
            SignInFailed: when this machine has no password for the tenant.
        """
        known = self._known(tenant)
        if known is None:
            raise SignInFailed(
                f"no user of {tenant} is known here: make one with `kotogura tenant create`"
            )
        try:
            answer = self._deployment.users.admin_initiate_auth(
                UserPoolId=self._deployment.outputs["UserPoolId"],
                ClientId=self._deployment.outputs["UserPoolClientId"],
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": known["user"], "PASSWORD": known["password"]},
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise SignInFailed(f"signing in as {known['user']} was refused ({code})") from error
        return answer["AuthenticationResult"]["AccessToken"]

    def _create_user(self, tenant: TenantId, user: str) -> None:
        pool = self._deployment.outputs["UserPoolId"]
        users = self._deployment.users
        password = _password()
        try:
            users.admin_create_user(
                UserPoolId=pool,
                Username=user,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": user},
                    {"Name": "email_verified", "Value": "true"},
                    {"Name": "custom:tenant", "Value": str(tenant)},
                ],
            )
        except users.exceptions.UsernameExistsException:
            users.admin_update_user_attributes(
                UserPoolId=pool,
                Username=user,
                UserAttributes=[{"Name": "custom:tenant", "Value": str(tenant)}],
            )
        users.admin_set_user_password(
            UserPoolId=pool, Username=user, Password=password, Permanent=True
        )
        self._keep(tenant, user, password)

    def _known(self, tenant: TenantId) -> dict[str, str] | None:
        known: dict[str, str] | None = self._read().get(self._key(tenant))
        return known

    def _keep(self, tenant: TenantId, user: str, password: str) -> None:
        entries = self._read() | {self._key(tenant): {"user": user, "password": password}}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(entries, indent=1), encoding="utf-8")

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._file.exists():
            return {}
        entries: dict[str, dict[str, str]] = json.loads(self._file.read_text(encoding="utf-8"))
        return entries

    def _key(self, tenant: TenantId) -> str:
        return f"{self._deployment.outputs['UserPoolId']}/{tenant}"


def _password() -> str:
    """Return a random password that meets the pool's policy: all four kinds of characters."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!")
    characters = [secrets.choice(kind) for kind in kinds]
    characters += [secrets.choice("".join(kinds)) for _ in range(_PASSWORD_CHARACTERS - len(kinds))]
    return "".join(characters)
