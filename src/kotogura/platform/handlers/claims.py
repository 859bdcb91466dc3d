"""The handler of `functions/claims`: puts a user's tenant into the access token."""

from typing import Any

from kotogura.errors import Unauthenticated
from kotogura.platform.telemetry import Event, Handler
from kotogura.tenants.identity import TenantId


def claims_handler() -> Handler:
    """Return Cognito's pre-token-generation trigger, version 2.

    The attribute `custom:tenant` can be written by an administrator only, not by its user. A user
    without a tenant gets no token.
    """

    def handle(event: Event, _context: Any) -> Event:
        tenant = event["request"]["userAttributes"].get("custom:tenant")
        if not tenant:
            raise Unauthenticated("the user belongs to no tenant")
        event["response"] = {
            "claimsAndScopeOverrideDetails": {
                "accessTokenGeneration": {
                    "claimsToAddOrOverride": {"tenant": str(TenantId(tenant))}
                }
            }
        }
        return event

    return handle
