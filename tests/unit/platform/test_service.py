"""The service stands between any web server and the handlers as API Gateway does."""

import base64
import io
import json
import logging
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from kotogura.errors import StoreUnavailable, Throttled, Unauthenticated
from kotogura.platform.service.api import ApiService
from kotogura.platform.service.exchange import (
    BODY_LIMIT_BYTES,
    Answer,
    Request,
    answer_of,
    event_of,
)
from kotogura.platform.service.health import KEEP_SECONDS, Readiness
from kotogura.platform.service.logs import JsonLines
from kotogura.platform.service.wsgi import request_of, wsgi_application
from tests.memory.gateway import Gateway
from tests.memory.library import Library


@pytest.fixture
def service(library: Library) -> ApiService:
    library.upload("a.txt", "空港 まで の 日当 は 精算 する", "旅費")
    return Gateway(library).service


def call(service: ApiService, **environ: Any) -> tuple[str, dict[str, str], bytes]:
    """Ask the WSGI application, as a server that describes a request does."""
    told: list[Any] = []
    described = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/search",
        "QUERY_STRING": "q=%E7%A9%BA%E6%B8%AF&mode=words",
        "wsgi.input": io.BytesIO(),
        **environ,
    }
    application = wsgi_application(service)
    body: Iterable[bytes] = application(described, lambda *given: told.extend(given))
    return told[0], dict(told[1]), b"".join(body)


def test_a_search_is_answered_with_its_length_and_in_utf8(service: ApiService) -> None:
    status, headers, body = call(service)
    assert status == "200 OK"
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Length"] == str(len(body))
    assert "空港" in body.decode()
    assert json.loads(body)["total"] == 1


def test_repeated_parameters_are_joined_and_kept_raw() -> None:
    event = event_of(Request("GET", "/search", "facet=tag&facet=folder&q=a%2Cb"), "", None, "1")
    assert event["queryStringParameters"] == {"facet": "tag,folder", "q": "a,b"}
    assert event["rawQueryString"] == "facet=tag&facet=folder&q=a%2Cb"


@pytest.mark.parametrize(
    ("content_type", "data", "is_coded"),
    [
        ("application/json; charset=utf-8", '{"text": "港"}'.encode(), False),
        ("text/csv", "港,ミナト".encode(), False),
        ("application/octet-stream", b"abc", True),
        ("", b"abc", True),
        ("application/json", b"\xff\xfe", True),
    ],
)
def test_a_body_is_text_only_where_a_gateway_says_so(
    content_type: str, data: bytes, is_coded: bool
) -> None:
    request = Request("PUT", "/", "", {"content-type": content_type}, lambda _: data)
    event = event_of(request, "", None, "1")
    body = base64.b64decode(event["body"]) if is_coded else event["body"].encode()
    assert (body, event["isBase64Encoded"]) == (data, is_coded)


def test_cookies_stand_apart_from_headers() -> None:
    event = event_of(Request("GET", "/", "", {"cookie": "a=1; b=2"}), "", None, "1")
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_an_answer_in_base64_and_its_cookies_come_out_as_bytes_and_headers() -> None:
    answer = answer_of(
        {
            "statusCode": 200,
            "headers": {"Content-Type": "image/png"},
            "cookies": ["a=1", "b=2"],
            "body": "/9g=",
            "isBase64Encoded": True,
        }
    )
    assert answer.body == b"\xff\xd8"
    assert [*answer.headers][1:] == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]


def test_no_more_is_read_than_the_body_says_and_than_is_allowed() -> None:
    stream = io.BytesIO(b"x" * (BODY_LIMIT_BYTES + 10))
    environ = {"REQUEST_METHOD": "POST", "wsgi.input": stream, "CONTENT_LENGTH": "5"}
    assert request_of(environ).body() == b"x" * 5
    assert stream.tell() == 5


@pytest.mark.parametrize(
    "length", [{"CONTENT_LENGTH": str(BODY_LIMIT_BYTES + 1)}, {"wsgi.input_terminated": True}]
)
def test_a_body_beyond_the_limit_is_refused(service: ApiService, length: dict[str, Any]) -> None:
    stream = io.BytesIO(b" " * (BODY_LIMIT_BYTES + 100))
    status, headers, body = call(
        service,
        REQUEST_METHOD="POST",
        PATH_INFO="/similar",
        CONTENT_TYPE="application/json",
        **length,
        **{"wsgi.input": stream},
    )
    assert status.startswith("413")
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["code"] == "request-too-large"
    assert stream.tell() <= BODY_LIMIT_BYTES + 1


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nowhere"), ("POST", "/search"), ("GET", "/words/a/b/similar")]
)
def test_an_unknown_route_is_a_problem_before_any_token_is_looked_at(
    service: ApiService, method: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_verify", lambda _: pytest.fail("a token was looked at"))
    status, _, body = call(service, REQUEST_METHOD=method, PATH_INFO=path)
    assert (status, json.loads(body)["code"]) == ("404 Not Found", "not-found")


def test_a_refused_token_is_a_problem_that_names_the_scheme(
    service: ApiService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Request) -> dict[str, str]:
        raise Unauthenticated("sign in")

    monkeypatch.setattr(service, "_verify", refuse)
    status, headers, body = call(service)
    assert (status, json.loads(body)["code"]) == ("401 Unauthorized", "unauthenticated")
    assert headers["WWW-Authenticate"] == "Bearer"


def test_a_failure_nobody_foresaw_is_a_problem_that_quotes_nothing(
    service: ApiService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Request) -> dict[str, str]:
        raise RuntimeError("about 空港")

    monkeypatch.setattr(service, "_verify", fail)
    with caplog.at_level(logging.INFO, "kotogura.service"):
        status, _, body = call(service)
    assert status == "500 Internal Server Error"
    told = "".join(JsonLines().format(record) for record in caplog.records)
    assert "RuntimeError" in told
    assert "空港" not in told + body.decode()


def test_the_log_tells_the_route_and_never_the_path_or_the_query(
    service: ApiService, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "kotogura.service"):
        call(service)
        call(service, PATH_INFO="/words/空港/similar".encode().decode("latin-1"), QUERY_STRING="")
    own = [record for record in caplog.records if record.name == "kotogura.service"]
    lines = [json.loads(JsonLines().format(record)) for record in own]
    assert [line["route"] for line in lines] == ["GET /search", "GET /words/{word}/similar"]
    assert lines[0].items() >= {"status": 200, "tenant": "minato-shoji"}.items()
    assert lines[0]["latency_ms"] > 0
    assert "空港" not in json.dumps(lines, ensure_ascii=False)


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("Invalid request from ip=192.0.2.1: Invalid HTTP request line: 'GET /search?q=港'", ()),
        ("Error handling request %s %s", ("GET", "/search?q=港")),
        ("Error handling request %s", ("/search?q=港",)),
    ],
)
def test_what_the_server_says_about_a_request_quotes_it_nowhere(
    message: str, arguments: tuple[str, ...]
) -> None:
    try:
        raise ValueError("港")
    except ValueError:
        record = logging.LogRecord(
            "gunicorn.error", logging.ERROR, "", 1, message, arguments, sys.exc_info()
        )
    line = JsonLines().format(record)
    assert "港" not in json.loads(line)["message"] + line
    assert "\\u" not in line
    assert json.loads(line)["raised"][0] == "ValueError"


def test_what_the_server_says_about_its_processes_is_told_whole() -> None:
    record = logging.LogRecord(
        "gunicorn.error", logging.CRITICAL, "", 1, "WORKER TIMEOUT (pid:%s)", (42,), None
    )
    assert json.loads(JsonLines().format(record))["message"] == "WORKER TIMEOUT (pid:42)"


def test_threads_come_one_after_the_other(
    service: ApiService, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[int] = []
    most: list[int] = []
    seen = threading.Barrier(4)

    def handler(_: Any, __: Any) -> dict[str, Any]:
        inside.append(1)
        most.append(len(inside))
        os.sched_yield()
        inside.pop()
        return {"statusCode": 200, "headers": {}, "body": ""}

    for pattern, route in service._routes:
        if route.key == "GET /fields":
            slow = type(route)(route.key, route.is_open, handler)
            service._routes[service._routes.index((pattern, route))] = (pattern, slow)

    def ask() -> None:
        seen.wait(10)
        for _ in range(200):
            service.answer(Request("GET", "/fields"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(most) == 800
    assert max(most) == 1


def health(readiness: Readiness, library: Library, path: str) -> Answer:
    service = Gateway(library).service
    service._readiness = readiness
    return service.answer(Request("GET", path))


def test_a_process_that_lives_says_so_without_looking_at_anything(library: Library) -> None:
    readiness = Readiness(Path("/nowhere"), lambda: pytest.fail("the table was asked"))
    assert health(readiness, library, "/health/live").status == 200


def test_readiness_looks_at_the_store_and_the_table_but_not_at_every_question(
    library: Library, tmp_path: Path
) -> None:
    asked: list[int] = []
    now = [0.0]
    readiness = Readiness(tmp_path, lambda: asked.append(1), clock=lambda: now[0])
    for _ in range(5):
        assert health(readiness, library, "/health/ready").status == 200
    assert len(asked) == 1
    now[0] += KEEP_SECONDS + 0.1
    readiness.check()
    assert len(asked) == 2


def test_a_process_that_can_not_answer_is_not_ready(library: Library, tmp_path: Path) -> None:
    def refuse() -> None:
        raise StoreUnavailable("the table refused (AccessDeniedException)")

    def throttle() -> None:
        raise Throttled("later")

    for readiness, status in (
        (Readiness(tmp_path / "unmounted", lambda: None), 503),
        (Readiness(tmp_path, refuse), 503),
        (Readiness(tmp_path, throttle), 200),
        (Readiness(tmp_path, lambda: None, draining=lambda: True), 503),
    ):
        answer = health(readiness, library, "/health/ready")
        assert answer.status == status
        if status == 503:
            assert dict(answer.headers)["Content-Type"] == "application/problem+json"
            assert json.loads(answer.body)["code"] == "store-unavailable"
