"""Users of tenants, against a user pool in memory."""

import stat
from pathlib import Path
from typing import Any, cast

import pytest

from kotogura.commands.accounts import Accounts
from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import SignInFailed, UserTaken
from kotogura.commands.page_configuration import page_configuration
from kotogura.errors import TenantExists
from kotogura.tenants.identity import TenantId
from kotogura.tenants.roles import Role
from tests.memory.tenants import MemoryTenants

MINATO = TenantId("minato-shoji")
OUTPUTS = {
    "UserPoolId": "us-east-1_AbCdEfGhI",
    "UserPoolClientId": "3n4b5urk1ft4fl3mg5e62d9ado",
    "SignInUrl": "https://kotogura.auth.us-east-1.amazoncognito.com",
    "Stage": "dev",
}


class _Exists(Exception):
    """The pool has such a user."""


class _NotFound(Exception):
    """The pool has no such user."""


class _Pool:
    """Stands for Cognito: users with their attributes and passwords; a token names its user."""

    class exceptions:  # noqa: N801 — boto3's name
        UsernameExistsException = _Exists
        UserNotFoundException = _NotFound

    def __init__(self) -> None:
        self.attributes: dict[str, dict[str, str]] = {}
        self.passwords: dict[str, str] = {}

    def admin_create_user(self, **named: Any) -> None:
        if named["Username"] in self.attributes:
            raise _Exists
        self.attributes[named["Username"]] = {}
        self.admin_update_user_attributes(**named)

    def admin_get_user(self, **named: Any) -> dict[str, Any]:
        if named["Username"] not in self.attributes:
            raise _NotFound
        kept = self.attributes[named["Username"]]
        return {"UserAttributes": [{"Name": name, "Value": kept[name]} for name in kept]}

    def admin_update_user_attributes(self, **named: Any) -> None:
        written = {one["Name"]: one["Value"] for one in named["UserAttributes"]}
        self.attributes[named["Username"]] |= written

    def admin_set_user_password(self, **named: Any) -> None:
        self.passwords[named["Username"]] = named["Password"]

    def admin_initiate_auth(self, **named: Any) -> dict[str, Any]:
        user = named["AuthParameters"]["USERNAME"]
        assert named["AuthParameters"]["PASSWORD"] == self.passwords[user]
        return {"AuthenticationResult": {"AccessToken": f"token of {user}"}}


class _Deployment:
    """A deployment on this machine, or in an account where `endpoint` is None."""

    def __init__(self, endpoint: str | None = "http://127.0.0.1:4566") -> None:
        self.endpoint = endpoint
        self.api_url = "https://api.example.com"
        self.outputs = OUTPUTS
        self.users = _Pool()
        self.tenants = MemoryTenants()


@pytest.fixture
def deployment() -> _Deployment:
    return _Deployment()


@pytest.fixture
def accounts(deployment: _Deployment, tmp_path: Path) -> Accounts:
    return Accounts(cast("Deployment", deployment), tmp_path)


def test_a_tenants_first_user_is_an_admin(accounts: Accounts, deployment: _Deployment) -> None:
    assert accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    attributes = deployment.users.attributes["a@example.com"]
    assert attributes["custom:tenant"] == MINATO
    assert attributes["custom:role"] == "admin"
    assert accounts.token(MINATO) == "token of a@example.com"


def test_a_user_who_is_added_is_what_was_said(accounts: Accounts, deployment: _Deployment) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    assert accounts.admit(MINATO, "b@example.com", Role.MEMBER)
    assert deployment.users.attributes["b@example.com"]["custom:role"] == "member"
    assert accounts.token(MINATO, "b@example.com") == "token of b@example.com"
    assert accounts.token(MINATO) == "token of a@example.com"


def test_a_role_that_changes_leaves_the_password(
    accounts: Accounts, deployment: _Deployment
) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    before = deployment.users.passwords.copy()
    assert not accounts.admit(MINATO, "a@example.com", Role.MEMBER)
    assert deployment.users.passwords == before
    assert deployment.users.attributes["a@example.com"]["custom:role"] == "member"
    assert [one.role for one in accounts.known(MINATO)] == ["member"]


def test_a_tenant_that_is_there_is_left_alone(accounts: Accounts, deployment: _Deployment) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    before = deployment.users.passwords.copy()
    assert not accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    assert deployment.users.passwords == before


def test_a_user_whose_password_is_lost_gets_a_new_one(
    accounts: Accounts, deployment: _Deployment, tmp_path: Path
) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    (tmp_path / "passwords.json").unlink()
    assert accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    assert accounts.token(MINATO) == "token of a@example.com"


def test_nobody_signs_in_who_is_not_known_here(accounts: Accounts) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    with pytest.raises(SignInFailed):
        accounts.token(MINATO, "b@example.com")
    with pytest.raises(SignInFailed):
        accounts.token(TenantId("hoshino-denki"))


def test_a_user_of_one_tenant_is_not_taken_by_another(
    accounts: Accounts, deployment: _Deployment
) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    hoshino = TenantId("hoshino-denki")
    before = deployment.users.passwords.copy()
    with pytest.raises(UserTaken, match=MINATO):
        accounts.create(hoshino, "星野電機", "a@example.com", "weekly")
    with pytest.raises(UserTaken):
        accounts.admit(hoshino, "a@example.com", Role.MEMBER)
    assert deployment.users.attributes["a@example.com"]["custom:tenant"] == MINATO
    assert deployment.users.passwords == before
    assert deployment.tenants.get(hoshino) is None


def test_passwords_are_for_their_owner_alone(accounts: Accounts, tmp_path: Path) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    mode = (tmp_path / "passwords.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_the_page_of_a_laptop_knows_its_users(
    accounts: Accounts, deployment: _Deployment, tmp_path: Path
) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    accounts.admit(MINATO, "b@example.com", Role.MEMBER)
    made = page_configuration(cast("Deployment", deployment), tmp_path)
    assert made["signInUrl"] == "http://127.0.0.1:4566"
    assert made["region"] == "us-east-1"
    assert [(one["user"], one["role"], one["tenantName"]) for one in made["users"]] == [
        ("a@example.com", "admin", "港商事"),
        ("b@example.com", "member", "港商事"),
    ]


def test_the_page_of_an_account_knows_none(accounts: Accounts, tmp_path: Path) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    made = page_configuration(cast("Deployment", _Deployment(endpoint=None)), tmp_path)
    assert made["signInUrl"] == OUTPUTS["SignInUrl"]
    assert made["apiUrl"] == "/api"
    assert "users" not in made


def test_an_erased_tenant_gets_no_user_by_being_made_again(
    accounts: Accounts, deployment: _Deployment
) -> None:
    accounts.create(MINATO, "港商事", "minato@example.com", "off")
    deployment.tenants.mark_erased(MINATO, "2026-11-27T09:00:00.000Z")
    deployment.users.attributes.clear()
    accounts.forget(MINATO)
    with pytest.raises(TenantExists):
        accounts.create(MINATO, "港商事", "minato@example.com", "off")
    assert deployment.users.attributes == {}
    assert accounts.known(MINATO) == []


def test_passwords_outlive_an_interrupted_write(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.create(MINATO, "港商事", "a@example.com", "weekly")
    write_text = Path.write_text

    def interrupted(path: Path, text: str, **named: Any) -> None:
        write_text(path, text[:10], **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        accounts.admit(MINATO, "b@example.com", Role.MEMBER)
    monkeypatch.undo()
    assert accounts.token(MINATO) == "token of a@example.com"
