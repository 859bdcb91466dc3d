"""What comes in the body of a request, looked at before anything trusts it."""

import base64
import binascii
import json

from kotogura.errors import InvalidArgument, UnsupportedMediaType
from kotogura.platform.telemetry import Event

_METHODS = {"POST", "PUT", "PATCH"}
_JSON = "application/json"
_CSV = "text/csv"
_CSV_ROUTE = ("PUT", "/dictionary")


def with_json_body(event: Event) -> Event:
    """Return the event if it has no body, or one of JSON that can be read, and is called so.

    A dictionary is written as CSV; whoever reads it looks at it.

    Powertools takes forms too, which no route declares, and breaks on text that is no Unicode, on
    numbers of thousands of digits and on brackets nested by the thousand.

    Raises:
        UnsupportedMediaType: when the body says that it is something else.
        InvalidArgument: when it is no JSON.
    """
    body = event.get("body")
    method = event.get("requestContext", {}).get("http", {}).get("method", "")
    if not body or method not in _METHODS:
        return event
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    media_type = headers.get("content-type", _JSON).partition(";")[0].strip().lower()
    if (method, event.get("rawPath")) == _CSV_ROUTE:
        if media_type != _CSV:
            raise UnsupportedMediaType(f"send the body as {_CSV}")
        return event
    if media_type not in {_JSON, ""}:
        raise UnsupportedMediaType(f"send the body as {_JSON}")
    try:
        json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except (ValueError, binascii.Error, RecursionError):
        raise InvalidArgument("the body is no JSON; correct it") from None
    return {**event, "headers": headers | {"content-type": _JSON}}
