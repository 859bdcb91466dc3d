"""A request as any web server has it, as an API Gateway event, and the answer on its way back."""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response

from kotogura.errors import RequestTooLarge
from kotogura.platform.telemetry import Event

BODY_LIMIT_BYTES = 6_291_456
"""What Lambda takes in one call, so that no platform accepts what another refuses."""
_TEXT_TYPES = {"application/json", "application/xml", "application/javascript"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request below the place where the API is mounted.

    Attributes:
        method: in capitals.
        path: decoded, with a leading slash.
        query: the query string as it came.
        headers: by lower-case name; repeated ones joined by commas.
        read: gives up to so many bytes of the body, blocking until they are there or it ends.
        source: the caller's address, as far as the server knows.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[int], bytes] = lambda _: b""
    source: str = ""

    @property
    def raw_path(self) -> str:
        """The path as an HTTP API hands it over: decoded, but for the percent sign itself.

        >>> Request("GET", "/words/100%/similar").raw_path
        '/words/100%25/similar'
        """
        return self.path.replace("%", "%25")

    def body(self) -> bytes:
        """Read the whole body. Raises RequestTooLarge beyond `BODY_LIMIT_BYTES`."""
        data = self.read(BODY_LIMIT_BYTES + 1)
        if len(data) > BODY_LIMIT_BYTES:
            raise RequestTooLarge(f"send at most {BODY_LIMIT_BYTES:,} bytes at a time")
        return data


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as any web server can send it; a header's name may come twice."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def event_of(
    request: Request, route: str, claims: Mapping[str, str] | None, request_id: str
) -> Event:
    """Return the event of payload format 2.0 that an HTTP API makes of `request`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html

    Args:
        request: what came in.
        route: the route's key, as `GET /words/{word}/similar`.
        claims: the verified token's, or None where the route takes none.
        request_id: names the request in the logs.

    Raises:
        RequestTooLarge: when the body is.
    """
    context: dict[str, Any] = {
        "accountId": "anonymous",
        "apiId": "service",
        "domainName": request.headers.get("host", ""),
        "http": {
            "method": request.method,
            "path": request.raw_path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.source,
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": route,
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime()),
        "timeEpoch": int(time.time() * 1000),
    }
    if claims is not None:
        context["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    event: Event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": request.raw_path,
        "rawQueryString": request.query,
        "headers": {name: value for name, value in request.headers.items() if name != "cookie"},
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if parameters := _parameters(request.query):
        event["queryStringParameters"] = parameters
    if cookies := request.headers.get("cookie"):
        event["cookies"] = [one.strip() for one in cookies.split(";")]
    if data := request.body():
        event |= _body(data, request.headers.get("content-type", ""))
    return event


def answer_of(answer: Mapping[str, Any]) -> Answer:
    """Return what a handler gave back to the gateway, as bytes and headers."""
    text = answer.get("body") or ""
    body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
    headers = [(name, str(value)) for name, value in (answer.get("headers") or {}).items()]
    headers += [("Set-Cookie", cookie) for cookie in answer.get("cookies") or ()]
    return Answer(int(answer["statusCode"]), headers, body)


def answer_of_response(response: Response[str]) -> Answer:
    """Return an answer that no handler was asked for."""
    headers = [("Content-Type", response.content_type or "")]
    headers += [(name, str(value)) for name, value in response.headers.items()]
    return Answer(response.status_code, headers, (response.body or "").encode())


def _parameters(query: str) -> dict[str, str]:
    """Return the parameters by name, the values of a repeated one joined by commas.

    >>> _parameters("q=%E7%A9%BA%E6%B8%AF&facet=tag&facet=date&sort=")
    {'q': '空港', 'facet': 'tag,date', 'sort': ''}
    """
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(data: bytes, content_type: str) -> dict[str, Any]:
    """Return the body as text where the gateway hands over text, as base64 where it doesn't."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT_TYPES:
        try:
            return {"body": data.decode()}
        except UnicodeDecodeError:
            pass  # base64 tells whoever reads it what is wrong with it
    return {"body": base64.b64encode(data).decode(), "isBase64Encoded": True}
