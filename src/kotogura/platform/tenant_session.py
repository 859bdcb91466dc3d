"""Acting for one tenant: credentials that reach no other tenant's objects and items.

Who acts for a tenant is said once, where the tenant becomes known: where a request's verified
token, or a task's settings, are read. All that happens then, whatever tenant it names, is done with
a session of the tenant role that carries the session tag `TenantId`, and the role's policies allow
that tenant's prefix and partition alone. A mistake further inside is refused by AWS.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING

import boto3
from botocore.credentials import CredentialProvider, Credentials, ReadOnlyCredentials
from botocore.session import get_session

from kotogura.errors import Internal
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

SESSION_TAG = "TenantId"
SESSION_SECONDS = 3_600
"""What AWS allows at most to who has a role's credentials already."""

LEAST_SECONDS = 1_200
"""How long a session that is handed out lasts at least: a URL that it signs is good for 900 s, and
clocks differ."""

_KEPT_SESSION_COUNT = 256

_acting: ContextVar[TenantId | None] = ContextVar("acting_tenant", default=None)


@contextmanager
def acting_for(tenant: TenantId) -> Iterator[None]:
    """Let all that is asked of AWS in the body, and in this thread, be asked for `tenant`.

    Raises:
        Internal: when the body of another tenant's `acting_for` is being run.
    """
    if _acting.get() not in (None, tenant):
        raise Internal("a request acts for one tenant")
    token = _acting.set(tenant)
    try:
        yield
    finally:
        _acting.reset(token)


class TenantSessions:
    """Sessions of the tenant role, those used last kept until shortly before their end."""

    def __init__(
        self, sts: "STSClient", role_arn: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._sts = sts
        self._role_arn = role_arn
        self._clock = clock
        self._kept: OrderedDict[TenantId, tuple[float, ReadOnlyCredentials]] = OrderedDict()
        self._lock = Lock()

    def credentials(self, tenant: TenantId) -> ReadOnlyCredentials:
        """Return credentials for `tenant` that last `LEAST_SECONDS` or longer.

        Raises:
            ClientError: when AWS refuses the session.
        """
        with self._lock:
            ends_at, known = self._kept.get(tenant, (0.0, None))
            if known is not None and ends_at - self._clock() >= LEAST_SECONDS:
                self._kept.move_to_end(tenant)
                return known
        # Unlocked: others needn't wait for AWS, and two sessions of one tenant do no harm.
        made = self._sts.assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=tenant,  # so that AWS's own logs say for whom something was done
            DurationSeconds=SESSION_SECONDS,
            Tags=[{"Key": SESSION_TAG, "Value": tenant}],
        )["Credentials"]
        credentials = ReadOnlyCredentials(
            made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]
        )
        with self._lock:
            self._kept[tenant] = (made["Expiration"].timestamp(), credentials)
            self._kept.move_to_end(tenant)
            while len(self._kept) > _KEPT_SESSION_COUNT:
                self._kept.popitem(last=False)
        return credentials


def tenant_session(sessions: TenantSessions) -> boto3.Session:
    """Return a session whose clients sign each request for the tenant that is acted for.

    One client serves all tenants: which credentials it signs with is looked up with each request.
    """
    made = get_session()
    provider = _ActingTenantProvider(sessions)
    made.get_component("credential_provider").insert_before("env", provider)
    return boto3.Session(botocore_session=made)


class _ActingTenantProvider(CredentialProvider):
    METHOD = CANONICAL_NAME = "kotogura-acting-tenant"

    def __init__(self, sessions: TenantSessions) -> None:
        super().__init__()
        self._sessions = sessions

    def load(self) -> Credentials:
        return _ActingTenantCredentials(self._sessions)


class _ActingTenantCredentials(Credentials):
    """What botocore asks before it signs a request."""

    def __init__(self, sessions: TenantSessions) -> None:
        super().__init__("acting-tenant", "none", method=_ActingTenantProvider.METHOD)
        self._sessions = sessions

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        tenant = _acting.get()
        if tenant is None:
            raise Internal("nobody is acted for: there is no tenant to ask AWS for")
        return self._sessions.credentials(tenant)
