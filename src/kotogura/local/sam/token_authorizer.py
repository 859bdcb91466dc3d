"""Stands in a container for the JWT authorizer that `sam local start-api` doesn't have.

It is mounted beside the function's own modules, and calls the handler that WRAPPED_HANDLER
names. What `sam local invoke` brings has its claims already, or is no request, and goes through as
it is. A request gets its token's claims once the stack's API has accepted the token, and goes
without any through to the routes that OPEN_ROUTES names. The product has no such door.
"""

import base64
import importlib
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Any

Accept = Callable[[str], bool]


def authorized(
    event: Mapping[str, Any], accept: Accept, open_routes: Collection[str] = ()
) -> dict[str, Any] | None:
    """Return the event with its token's claims, or None for a request that isn't let in.

    >>> token = "header." + base64.urlsafe_b64encode(b'{"tenant":"a","exp":1}').decode() + ".sign"
    >>> asked = {"routeKey": "GET /search", "requestContext": {}}
    >>> event = {**asked, "headers": {"Authorization": f"Bearer {token}"}}
    >>> authorized(event, lambda token: True)["requestContext"]["authorizer"]["jwt"]["claims"]
    {'tenant': 'a', 'exp': '1'}
    >>> authorized(event, lambda token: False) is None
    True
    >>> authorized(asked, lambda token: True) is None
    True
    >>> authorized(asked, lambda token: True, {"GET /search"}) == asked
    True
    """
    context = event.get("requestContext") or {}
    if "routeKey" not in event or event["routeKey"] in open_routes or context.get("authorizer"):
        return dict(event)
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    token = headers.get("authorization", "").removeprefix("Bearer ")
    if not token or not accept(token):
        return None
    payload = token.split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in told.items()
    }
    authorizer = {"jwt": {"claims": claims, "scopes": None}}
    return {**event, "requestContext": {**context, "authorizer": authorizer}}


def accepted_by_the_stack(token: str) -> bool:
    """Tell whether the stack's own API, whose authorizer compares signatures, takes this token."""
    url = os.environ["STACK_API_URL"] + "/documents?limit=1"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20):  # noqa: S310
            return True
    except urllib.error.HTTPError as refused:
        return refused.code != HTTPStatus.UNAUTHORIZED


def _wrapped() -> Callable[[Mapping[str, Any], Any], Any]:
    module, _, name = os.environ["WRAPPED_HANDLER"].rpartition(".")
    found: Callable[[Mapping[str, Any], Any], Any] = getattr(importlib.import_module(module), name)
    return found


if "WRAPPED_HANDLER" in os.environ:
    _handler = _wrapped()


def handler(event: Mapping[str, Any], context: Any) -> Any:
    """Answer as the wrapped handler does, or 401 as an HTTP API does."""
    let_in = authorized(event, accepted_by_the_stack, os.environ["OPEN_ROUTES"].split(","))
    if let_in is None:
        return {"statusCode": 401, "body": '{"message":"Unauthorized"}'}
    return _handler(let_in, context)
