"""Tenants and their users: creating them, and signing in as one."""

import json
import secrets
import string
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import SignInFailed, UserTaken
from kotogura.errors import TenantExists
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import Cadence, TenantRecord
from kotogura.tenants.roles import Role

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

_PASSWORD_CHARACTERS = 24


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user whose password this machine made and keeps."""

    user: str
    password: str
    role: str


class Accounts:
    """Tenants and users of one deployment.

    Passwords that it makes are kept in `passwords.json` of the state folder, readable by its owner
    alone, so that `kotogura search` can sign in; nothing else reads them.
    """

    def __init__(self, deployment: Deployment, state: Path) -> None:
        self._deployment = deployment
        self._file = state / "passwords.json"

    def create(self, tenant: TenantId, name: str, user: str, cadence: Cadence) -> bool:
        """Register a tenant with one admin; False, and nothing changes, if it is there already.

        Raises:
            TenantExists: when one of this id was erased a while ago.
            UserTaken: when `user` is one of another tenant; nothing is registered then.
        """
        self._require_free(tenant, user)
        try:
            self._deployment.tenants.create(TenantRecord(tenant, name, cadence))
        except TenantExists:
            if self._deployment.tenants.erased_at(tenant):
                raise
            if self.known(tenant):
                return False
        self._admit(tenant, user, Role.ADMIN)
        return True

    def admit(self, tenant: TenantId, user: str, role: Role) -> bool:
        """Make `user` one of the tenant in this role; False if only the role may have changed.

        A user whom the pool has, but whose password isn't known here, gets a new one.

        Raises:
            UserTaken: when `user` is one of another tenant.
        """
        self._require_free(tenant, user)
        return self._admit(tenant, user, role)

    def _admit(self, tenant: TenantId, user: str, role: Role) -> bool:
        self._write_attributes(tenant, user, role)
        known = {one.user: one for one in self.known(tenant)}
        if user in known:
            self._keep(tenant, replace(known[user], role=role.value))
            return False
        password = _password()
        self._deployment.users.admin_set_user_password(
            UserPoolId=self._pool, Username=user, Password=password, Permanent=True
        )
        self._keep(tenant, KnownUser(user, password, role.value))
        return True

    def known(self, tenant: TenantId) -> list[KnownUser]:
        """Return the tenant's users whose passwords are kept here, the first one first."""
        return [KnownUser(**entry) for entry in self._read().get(self._key(tenant), [])]

    def forget(self, tenant: TenantId) -> None:
        """Forget the passwords of the tenant's users."""
        entries = self._read()
        if entries.pop(self._key(tenant), None) is not None:
            self._write(entries)

    def token(self, tenant: TenantId, user: str | None = None) -> str:
        """Return an access token of `user`, or else of the tenant's first one.

        Raises:
            SignInFailed: when this machine has no password for the tenant, or the user.
        """
        known = next((one for one in self.known(tenant) if user in {None, one.user}), None)
        if known is None:
            raise SignInFailed(
                f"no such user of {tenant} is known here: make one with `kotogura tenant user`, or "
                "the tenant with `kotogura tenant create`"
            )
        try:
            answer = self._deployment.users.admin_initiate_auth(
                UserPoolId=self._pool,
                ClientId=self._deployment.outputs["UserPoolClientId"],
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": known.user, "PASSWORD": known.password},
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise SignInFailed(f"signing in as {known.user} was refused ({code})") from error
        return answer["AuthenticationResult"]["AccessToken"]

    @property
    def _pool(self) -> str:
        return self._deployment.outputs["UserPoolId"]

    def _require_free(self, tenant: TenantId, user: str) -> None:
        """Refuse a user of another tenant: writing the attributes would move them, unasked."""
        users = self._deployment.users
        try:
            answer = users.admin_get_user(UserPoolId=self._pool, Username=user)
        except users.exceptions.UserNotFoundException:
            return
        attributes = {one["Name"]: one.get("Value") for one in answer.get("UserAttributes", [])}
        owner = attributes.get("custom:tenant")
        if owner not in {None, str(tenant)}:
            raise UserTaken(
                f"{user} is a user of {owner} already, and each user is of one tenant: "
                "give another address"
            )

    def _write_attributes(self, tenant: TenantId, user: str, role: Role) -> None:
        users = self._deployment.users
        belonging: list[AttributeTypeTypeDef] = [
            {"Name": "custom:tenant", "Value": str(tenant)},
            {"Name": "custom:role", "Value": role.value},
        ]
        try:
            users.admin_create_user(
                UserPoolId=self._pool,
                Username=user,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": user},
                    {"Name": "email_verified", "Value": "true"},
                    *belonging,
                ],
            )
        except users.exceptions.UsernameExistsException:
            users.admin_update_user_attributes(
                UserPoolId=self._pool, Username=user, UserAttributes=belonging
            )

    def _keep(self, tenant: TenantId, user: KnownUser) -> None:
        by_name = {one.user: one for one in self.known(tenant)} | {user.user: user}
        kept = [asdict(one) for one in by_name.values()]
        self._write(self._read() | {self._key(tenant): kept})

    def _write(self, entries: dict[str, list[dict[str, str]]]) -> None:
        """Write at one stroke: half a file would lose everybody's passwords."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(entries, indent=1), encoding="utf-8")
        draft.replace(self._file)

    def _read(self) -> dict[str, list[dict[str, str]]]:
        if not self._file.exists():
            return {}
        entries: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        # Until roles came, a tenant had one user, without a list around it.
        return {key: kept for key, kept in entries.items() if isinstance(kept, list)}

    def _key(self, tenant: TenantId) -> str:
        return f"{self._pool}/{tenant}"


def _password() -> str:
    """Return a random password that meets the pool's policy: all four kinds of characters."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!")
    characters = [secrets.choice(kind) for kind in kinds]
    characters += [secrets.choice("".join(kinds)) for _ in range(_PASSWORD_CHARACTERS - len(kinds))]
    return "".join(characters)
