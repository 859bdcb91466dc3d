"""Serves the web page on one origin of the loopback interface, as CloudFront does on AWS.

Files of the built page, with the security headers of the deployment; `/api/…` is the HTTP API,
`/oauth2/…`, `/login` and `/logout` are Cognito's sign-in page, `/config.json` is what the page must
know of the stack. Every other address is the page's own and answers `index.html`.
"""

import errno
import json
import mimetypes
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import urllib3

from kotogura.local.errors import PageNotBuilt, PortInUse
from kotogura.local.loopback import LoopbackServer, QuietRequests

_SIGN_IN_PATHS = ("/oauth2/", "/login", "/logout")
# Hop by hop, or decided anew by this server and its client.
_NOT_PASSED_ON = frozenset(
    ["connection", "content-length", "date", "host", "keep-alive", "server", "transfer-encoding"]
)
_FOREVER = "public, max-age=31536000, immutable"
_TIMEOUT = urllib3.Timeout(connect=5.0, read=120.0)


def security_headers(uploads: str) -> dict[str, str]:
    """Return the headers of every file of the page; `uploads` is the origin files are put to.

    Nothing inline, nothing from elsewhere, no page around it; text becomes HTML only through Vue's
    own templates (trusted types).
    """
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": f"'self' {uploads}",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "vue",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


@dataclass(frozen=True, slots=True)
class PageSources:
    """What the page server brings together.

    Attributes:
        folder: the built page, `frontend/dist`.
        api_url: the HTTP API's base.
        endpoint: the embedded AWS: it signs people in and takes uploads.
        configuration: makes `/config.json`, anew for each request.
    """

    folder: Path
    api_url: str
    endpoint: str
    configuration: Callable[[], Mapping[str, Any]]


class PageServer:
    """Serves the page from its creation until `close`; use it as a context manager."""

    def __init__(self, sources: PageSources, port: int) -> None:
        """Begin to serve.

        Raises:
            PageNotBuilt: when there is no built page; `make page` helps.
            PortInUse: when something else listens on the port.
        """
        if not (sources.folder / "index.html").is_file():
            raise PageNotBuilt("the web page isn't built: run `make page`")
        try:
            self._server = _Server(sources, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortInUse(
                f"port {port} is in use: stop what listens there, or choose another with "
                "`--page-port`"
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True, name="page-server"
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def page_url(port: int) -> str:
    """Return the page's address: the one origin that the stack signs people in for."""
    return f"http://127.0.0.1:{port}"


class _Server(LoopbackServer):
    def __init__(self, sources: PageSources, port: int) -> None:
        self.sources = sources
        self.headers = security_headers(sources.endpoint)
        self.upstream = urllib3.PoolManager(maxsize=16, timeout=_TIMEOUT, retries=False)
        super().__init__(_Requests, port)


class _Requests(QuietRequests):
    server: _Server

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/api/"):
            self._pass_on(self.server.sources.api_url + self.path.removeprefix("/api"))
        elif path.startswith(_SIGN_IN_PATHS):
            self._pass_on(self.server.sources.endpoint + self.path)
        elif self.command not in {"GET", "HEAD"}:
            self._send(HTTPStatus.METHOD_NOT_ALLOWED, b"", {"Allow": "GET, HEAD"})
        elif path == "/config.json":
            self._send_configuration()
        else:
            self._send_file(unquote(path))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - http.server's names

    def _send_configuration(self) -> None:
        # Everything is on this origin, as it is behind CloudFront.
        configuration = {
            **self.server.sources.configuration(),
            "apiUrl": "/api",
            "signInUrl": "",
        }
        self._send(
            HTTPStatus.OK,
            json.dumps(configuration, ensure_ascii=False).encode(),
            {"Content-Type": "application/json", "Cache-Control": "no-store"},
        )

    def _send_file(self, path: str) -> None:
        folder = self.server.sources.folder.resolve()
        file = (folder / path.lstrip("/")).resolve()
        if not file.is_relative_to(folder) or not file.is_file() or file.name.startswith("."):
            if path.startswith("/assets/"):
                self._send(HTTPStatus.NOT_FOUND, b"", {})
                return
            file = folder / "index.html"
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith("javascript")
        is_asset = file.is_relative_to(folder / "assets")
        self._send(
            HTTPStatus.OK,
            file.read_bytes(),
            {
                "Content-Type": f"{kind}; charset=utf-8" if text else kind,
                "Cache-Control": _FOREVER if is_asset else "no-cache",
            },
        )

    def _pass_on(self, url: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in _NOT_PASSED_ON
        }
        try:
            answer = self.server.upstream.request(
                self.command,
                url,
                body=self.rfile.read(length) if length else None,
                headers=headers,
                redirect=False,
                decode_content=False,
            )
        except urllib3.exceptions.HTTPError:
            self._send(HTTPStatus.BAD_GATEWAY, b"", {})
            return
        passed = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() not in _NOT_PASSED_ON
        }
        self._respond(answer.status, answer.data, passed)

    def _send(self, status: HTTPStatus, body: bytes, headers: Mapping[str, str]) -> None:
        self._respond(status, body, {**self.server.headers, **headers})

    def _respond(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
