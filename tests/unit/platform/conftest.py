"""Functions as Lambda calls them, over parts in memory."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kotogura.platform.http import api_handler
from kotogura.platform.search_api import search_api
from kotogura.platform.telemetry import Handler, Telemetry
from tests.memory.library import Library
from tests.memory.sentences import sudachi_sentences

ROOT = Path(__file__).parents[3]


@dataclass
class Context:
    """What Lambda tells a handler about the call."""

    function_name: str = "kotogura-search"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:kotogura"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"


@dataclass
class Answer:
    """An HTTP answer as API Gateway gets it."""

    status: int
    headers: dict[str, str]
    body: Any


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give Powertools and boto3 what Lambda gives them; nobody is ever asked for anything."""
    for name, value in {
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "Kotogura",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    """Return an event of `events/` by name, with query, path, body and claims as told."""

    def make(
        name: str,
        query: dict[str, str] | None = None,
        path: str | None = None,
        body: Any = None,
        method: str | None = None,
        tenant: str | None = "",
    ) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
        made = copy.deepcopy(found)
        if query is not None:
            made["queryStringParameters"] = query
        if path is not None:
            made["rawPath"] = made["requestContext"]["http"]["path"] = path
        if method is not None:
            made["requestContext"]["http"]["method"] = method
        if body is not None:
            made["body"] = body if isinstance(body, str) else json.dumps(body)
        claims = made["requestContext"]["authorizer"]["jwt"]["claims"]
        if tenant is None:
            del claims["tenant"]
        elif tenant:
            claims["tenant"] = tenant
        return made

    return make


@pytest.fixture
def ask(context: Context) -> Callable[[Handler, dict[str, Any]], Answer]:
    """Call an HTTP handler and read what it answers."""

    def call(handler: Handler, event: dict[str, Any]) -> Answer:
        answer = handler(event, context)  # type: ignore[arg-type]
        text = answer.get("body") or "null"
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        return Answer(answer["statusCode"], headers, json.loads(text))

    return call


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


@pytest.fixture
def search(library: Library, telemetry: Telemetry) -> Handler:
    """The search function over the library."""
    return api_handler(search_api(library.service(), sudachi_sentences(), telemetry), telemetry)
