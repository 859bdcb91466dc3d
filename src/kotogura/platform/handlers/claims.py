"""The handler of `functions/claims`: puts a user's tenant and role into the access token."""

from typing import Any

from kotogura.errors import Unauthenticated
from kotogura.platform.telemetry import Event, Handler
from kotogura.tenants.identity import TenantId
from kotogura.tenants.roles import Role


def claims_handler() -> Handler:
    """Return Cognito's pre-token-generation trigger, version 2.

    The attributes `custom:tenant` and `custom:role` can be written by an operator only, not by
    their user. A user without a tenant gets no token; one without a role is a member.
    """

    def handle(event: Event, _context: Any) -> Event:
        attributes = event["request"]["userAttributes"]
        tenant = attributes.get("custom:tenant")
        if not tenant:
            raise Unauthenticated("the user belongs to no tenant")
        claims = {
            "tenant": str(TenantId(tenant)),
            "role": Role.of(attributes.get("custom:role")).value,
        }
        event["response"] = {
            "claimsAndScopeOverrideDetails": {
                "accessTokenGeneration": {"claimsToAddOrOverride": claims}
            }
        }
        return event

    return handle
