"""The API as a WSGI application (PEP 3333)."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from kotogura.platform.service.exchange import Request

if TYPE_CHECKING:
    from kotogura.platform.service.api import ApiService

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
WsgiApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def wsgi_application(service: "ApiService") -> WsgiApplication:
    """Return the WSGI application that `service` answers."""

    def answer(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        answer = service.answer(request_of(environ))
        status = HTTPStatus(answer.status)
        headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
        start(f"{status.value} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    return answer


def request_of(environ: dict[str, Any]) -> Request:
    """Return the request that a WSGI server describes."""
    path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
        if value
    }
    stream = environ["wsgi.input"]
    length = _length(environ)

    def read(limit: int) -> bytes:
        data: bytes = stream.read(min(limit, length))
        return data

    return Request(
        method=environ["REQUEST_METHOD"],
        path=path or "/",
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        read=read,
        source=environ.get("REMOTE_ADDR", ""),
    )


def _length(environ: dict[str, Any]) -> int:
    """Return how much of the input may be read: beyond the body's end some servers wait for ever.

    A body in chunks has no length; it ends by itself where the server says so.
    """
    told = environ.get("CONTENT_LENGTH") or ""
    if told.isascii() and told.isdigit():
        return int(told)
    return 1 << 62 if environ.get("wsgi.input_terminated") else 0
