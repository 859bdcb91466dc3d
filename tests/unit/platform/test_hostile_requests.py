"""Requests that no client of ours sends: refused by a problem, or answered, and never broken."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from kotogura.platform.documentation_page import CONTENT_SECURITY_POLICY
from kotogura.platform.service import api
from kotogura.platform.service.exchange import event_of
from kotogura.platform.telemetry import Handler
from tests.memory.gateway import Gateway
from tests.memory.library import Library
from tests.unit.platform.conftest import Answer

Ask = Callable[[Handler, dict[str, Any]], Answer]
JSON = {"content-type": "application/json"}
GOOD = b'{"name": "a.txt", "size_bytes": 1}'


@pytest.fixture
def gateway(library: Library) -> Gateway:
    library.upload("a.txt", "空港 まで の 日当 は 精算 する", "旅費")
    library.promote("first")
    return Gateway(library)


def code(answer: dict[str, Any]) -> str:
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    found: str = json.loads(answer["body"])["code"]
    return found


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "?"],
)
def test_a_body_that_is_no_json_by_its_own_word_is_refused(
    gateway: Gateway, media_type: str
) -> None:
    answer = gateway.request("POST", "/documents", (), GOOD, {"Content-Type": media_type})
    assert (answer["statusCode"], code(answer)) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON; charset=utf-8", None]
)
def test_a_body_of_json_is_taken_however_it_is_called(
    gateway: Gateway, media_type: str | None
) -> None:
    headers = {"content-type": media_type} if media_type else {}
    assert gateway.request("POST", "/documents", (), GOOD, headers)["statusCode"] == 201


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"{",
        b"[" * 100_000,
        b'{"name": "a.txt", "size_bytes": ' + b"9" * 5000 + b"}",
        b"[]",
        b'"name"',
        b"null",
        b'{"name": "a.txt", "size_bytes": 1e999}',
        b'{"name": "a.txt", "size_bytes": NaN}',
        b'{"name": ["a.txt"], "size_bytes": {}}',
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_a_body_that_means_nothing_is_an_invalid_argument(gateway: Gateway, body: bytes) -> None:
    answer = gateway.request("POST", "/documents", (), body, JSON)
    assert (answer["statusCode"], code(answer)) == (400, "invalid-argument")


def test_a_body_in_no_base64_is_an_invalid_argument(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any) -> dict[str, Any]:
        return event_of(*given) | {"body": "x", "isBase64Encoded": True}

    monkeypatch.setattr(api, "event_of", broken)
    answer = gateway.request("POST", "/documents", (), GOOD, JSON)
    assert (answer["statusCode"], code(answer)) == (400, "invalid-argument")


def test_a_body_in_base64_is_read(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    coded = {"body": base64.b64encode(GOOD).decode(), "isBase64Encoded": True}
    monkeypatch.setattr(api, "event_of", lambda *given: event_of(*given) | coded)
    assert gateway.request("POST", "/documents", (), GOOD, JSON)["statusCode"] == 201


@pytest.mark.parametrize("name", ["\\ud800.txt", "a\\u0000.txt", "\\u200b"])
def test_a_name_that_no_document_may_have_is_refused(gateway: Gateway, name: str) -> None:
    body = f'{{"name": "{name}", "size_bytes": 1}}'.encode()
    answer = gateway.request("POST", "/documents", (), body, JSON)
    assert answer["statusCode"] in {400, 415, 422}
    refusals = {"invalid-argument", "invalid-document-name", "unsupported-document"}
    assert code(answer) in refusals


@pytest.mark.parametrize(
    "word",
    ["東京・大阪", "👩‍👩‍👧", "C++", "100%", "%FF", "ッー", "魈", "\u200b", "a\x00b", "\u202e"],
)
def test_any_word_is_a_word(gateway: Gateway, word: str) -> None:
    answer = gateway.request("GET", f"/words/{word}/similar")
    assert answer["statusCode"] in {200, 400}
    if answer["statusCode"] == 400:
        assert code(answer) == "invalid-query"


@pytest.mark.parametrize("identity", ["・", "\x00", "%C2%84", "A" * 5000, "..", "'; --"])
def test_what_is_no_documents_id_is_an_invalid_argument(gateway: Gateway, identity: str) -> None:
    for path in (f"/documents/{identity}", f"/documents/{identity}/similar"):
        answer = gateway.request("GET", path)
        assert (answer["statusCode"], code(answer)) == (400, "invalid-argument")


@pytest.mark.parametrize("value", ["9" * 5000, "1e3", "-0", "１０", "", "0x10", "NaN", "1,2"])
def test_a_number_that_is_none_is_an_invalid_argument(gateway: Gateway, value: str) -> None:
    answer = gateway.request("GET", "/documents", [("limit", value)])
    assert (answer["statusCode"], code(answer)) == (400, "invalid-argument")


def test_the_documentation_needs_no_token(gateway: Gateway, monkeypatch: Any) -> None:
    monkeypatch.setattr(gateway.service, "_verify", lambda _: {})
    served = gateway.request("GET", "/openapi.json")
    assert served["statusCode"] == 200
    assert json.loads(served["body"])["openapi"] == "3.1.0"
    assert served["headers"]["Content-Type"] == "application/json"
    shown = gateway.request("GET", "/docs")
    assert shown["statusCode"] == 200
    assert shown["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert shown["headers"]["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert shown["body"].startswith("<!doctype html>")
    assert code(gateway.request("GET", "/documents")) == "unauthenticated"
