"""The user accounts of a tenant in the user pool."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_TENANT = "custom:tenant"


class TenantAccounts:
    """One tenant's users. The pool can't be asked for them, so all its users are gone through."""

    def __init__(
        self, users: "CognitoIdentityProviderClient", pool_id: str, tenant: TenantId
    ) -> None:
        self._users = users
        self._pool_id = pool_id
        self._tenant = tenant

    @property
    def place(self) -> str:
        """Where they are, for people."""
        return f"user pool: {self._pool_id}, users of {self._tenant}"

    def all(self) -> Iterator[dict[str, Any]]:
        """Yield each user: name, attributes, whether enabled, and when it was made."""
        for page in self._users.get_paginator("list_users").paginate(UserPoolId=self._pool_id):
            for user in page["Users"]:
                attributes = _attributes(user)
                if attributes.get(_TENANT) == self._tenant:
                    yield {
                        "user": user["Username"],
                        "attributes": attributes,
                        "enabled": user.get("Enabled", True),
                        "status": user.get("UserStatus", ""),
                        "created_at": user["UserCreateDate"].isoformat(),
                    }

    def remove(self) -> int:
        """Remove all of them; return how many. Whoever is signed in can't renew a token."""
        names = [user["user"] for user in self.all()]
        for name in names:
            try:
                self._users.admin_delete_user(UserPoolId=self._pool_id, Username=name)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != "UserNotFoundException":
                    raise
        return len(names)

    def left(self) -> int:
        """Return how many there are."""
        return sum(1 for _ in self.all())


def _attributes(user: Mapping[str, Any]) -> dict[str, str]:
    return {one["Name"]: one.get("Value", "") for one in user.get("Attributes", [])}
