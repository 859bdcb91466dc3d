"""The page as a browser gets it on a laptop: files, headers, and one origin for everything."""

import http.client
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread

import pytest

from kotogura.local.errors import PageNotBuilt, PortInUse
from kotogura.local.loopback import LoopbackServer, QuietRequests
from kotogura.local.page_server import PageServer, PageSources

pytestmark = pytest.mark.enable_socket


class _Upstream(QuietRequests):
    """Stands for the embedded AWS: tells what reached it."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.dumps(
            {
                "method": self.command,
                "path": self.path,
                "authorization": self.headers.get("Authorization"),
                "body": self.rfile.read(length).decode(),
            }
        ).encode()
        self.send_response(302 if self.path == "/login" else 200)
        if self.path == "/login":
            self.send_header("Location", "http://127.0.0.1/signed-in?code=1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - http.server's names


@pytest.fixture
def upstream() -> Iterator[str]:
    server = _serve(_Upstream)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def _serve(requests: type[BaseHTTPRequestHandler]) -> LoopbackServer:
    server = LoopbackServer(requests)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


@pytest.fixture
def sources(tmp_path: Path, upstream: str) -> PageSources:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>言蔵</title>", encoding="utf-8")
    (folder / "assets" / "index-1a2b.js").write_text("export {}", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return PageSources(folder, f"{upstream}/stage", upstream, lambda: {"clientId": "page"})


@pytest.fixture
def port(sources: PageSources, free_port: int) -> Iterator[int]:
    with PageServer(sources, free_port):
        yield free_port


@pytest.fixture
def free_port() -> int:
    server = LoopbackServer(QuietRequests)
    server.server_close()
    number: int = server.server_address[1]
    return number


def ask(
    port: int, method: str, path: str, body: str | bytes | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response, response.read().decode()
    finally:
        connection.close()


def test_every_address_of_the_page_answers_the_page(port: int) -> None:
    for path in ("/", "/documents/abc", "/?q=%E7%A9%BA%E6%B8%AF", "/sign-in"):
        response, text = ask(port, "GET", path)
        assert response.status == 200
        assert "言蔵" in text
        assert response.headers["Cache-Control"] == "no-cache"


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(port: int) -> None:
    response, _ = ask(port, "GET", "/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_assets_are_kept_for_ever_because_their_names_change(port: int) -> None:
    response, _ = ask(port, "GET", "/assets/index-1a2b.js")
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Type"].startswith("text/javascript")


def test_an_asset_that_is_gone_is_no_page(port: int) -> None:
    response, _ = ask(port, "GET", "/assets/old.js")
    assert response.status == 404


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"]
)
def test_nothing_outside_the_page_is_read(port: int, path: str) -> None:
    _, text = ask(port, "GET", path)
    assert "secret" not in text


def test_the_api_is_on_the_same_origin(port: int) -> None:
    response, text = ask(
        port,
        "POST",
        "/api/similar?limit=2",
        '{"text": "空港"}'.encode(),
        Authorization="Bearer token",
    )
    reached = json.loads(text)
    assert response.status == 200
    assert reached["method"] == "POST"
    assert reached["path"] == "/stage/similar?limit=2"
    assert reached["authorization"] == "Bearer token"
    assert reached["body"] == '{"text": "空港"}'


def test_signing_in_is_on_the_same_origin_and_its_redirect_reaches_the_browser(port: int) -> None:
    response, _ = ask(port, "POST", "/login", "username=a")
    assert response.status == 302
    assert response.headers["Location"] == "http://127.0.0.1/signed-in?code=1"
    _, text = ask(port, "GET", "/oauth2/authorize?client_id=page")
    assert json.loads(text)["path"] == "/oauth2/authorize?client_id=page"


def test_the_configuration_names_this_origin_and_is_never_kept(port: int) -> None:
    response, text = ask(port, "GET", "/config.json")
    assert json.loads(text) == {"clientId": "page", "apiUrl": "/api", "signInUrl": ""}
    assert response.headers["Cache-Control"] == "no-store"


def test_nothing_can_be_written_into_the_page(port: int) -> None:
    response, _ = ask(port, "PUT", "/index.html", "other")
    assert response.status == 405


def test_a_page_that_is_not_built_names_the_remedy(tmp_path: Path, free_port: int) -> None:
    sources = PageSources(tmp_path, "", "", dict)
    with pytest.raises(PageNotBuilt, match="make page"):
        PageServer(sources, free_port)


def test_a_port_in_use_names_the_remedy(port: int, sources: PageSources) -> None:
    with pytest.raises(PortInUse, match="--page-port"):
        PageServer(sources, port)
