"""No log line, metric or trace of any route or workflow step holds what tenants write or ask."""

import io
import json
import logging
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aws_lambda_powertools import Logger

from kotogura.documents.identity import document_id
from kotogura.platform import telemetry as telemetry_module
from kotogura.platform import traces
from kotogura.platform.telemetry import Telemetry
from tests.memory.gateway import Gateway
from tests.memory.library import Library
from tests.unit.platform.conftest import Context

CANARIES = ("canaryquery", "canarybody", "canarytitle", "canaryname", "canaryword")
DOCUMENTED = json.loads(
    (Path(__file__).parents[3] / "src/kotogura/platform/openapi.json").read_text("utf-8")
)
OPERATIONS = [
    (method.upper(), path)
    for path, methods in DOCUMENTED["paths"].items()
    for method in methods
    if method in ("get", "post", "put", "delete")
]
# What each body may hold; every text in it is a canary.
BODY = {
    "text": "canaryquery canaryword",
    "query": "canaryquery",
    "dictionary": "canaryword,カナリア",
    "name": "canaryname.txt",
    "size_bytes": 10,
    "cadence": "daily",
    "digest": "canaryword",
    "limit": 3,
}
QUERY = [("q", "canaryquery canarybody"), ("mode", "both"), ("explain", "true")]
_numbers = count(1)


@pytest.fixture
def told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Callable[[], str]:
    """Return all that was logged, measured and traced, at the most talkative level."""
    stream, packets = io.StringIO(), []
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"telemetry-{next(_numbers)}")
    monkeypatch.setenv("KOTOGURA_TRACING", "Active")
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129:2000")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-6926f2c4-0b1d5e;Parent=53995c3f42cd;Sampled=1")
    monkeypatch.setattr(telemetry_module, "Logger", partial(Logger, stream=stream, level="DEBUG"))
    monkeypatch.setattr(traces, "Daemon", lambda *_: packets.append)

    def read() -> str:
        out, err = capsys.readouterr()
        records = " ".join(repr(vars(record)) for record in caplog.records)
        sent = " ".join(packet.decode() for packet in packets)
        return " ".join((stream.getvalue(), out, err, records, sent))

    return read


@pytest.fixture
def gateway(told: Callable[[], str], library: Library) -> Gateway:
    library.upload("canaryname.txt", "canarybody canaryword", "canarytitle")
    library.promote("first")
    return Gateway(library)


def leaks(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_route_tells_what_it_was_asked(
    gateway: Gateway, told: Callable[[], str], method: str, path: str
) -> None:
    for filling in (document_id("canaryname.txt"), quote("canaryword")):
        parts = [filling if part.startswith("{") else part for part in path.split("/")]
        for body in (json.dumps(BODY).encode(), b"canarybody", b""):
            answer = gateway.request(method, "/".join(parts), QUERY, body)
            assert answer["statusCode"] != 500
    text = told()
    assert '"type": "subsegment"' in text or "request refused" in text
    assert leaks(text) == []


def test_the_canaries_are_really_read_and_found(gateway: Gateway, told: Callable[[], str]) -> None:
    answer = gateway.request("GET", "/search", QUERY)
    assert "canarybody" in answer["body"]
    text = told()
    assert "make-hits" in text
    assert "SearchDuration" in text
    assert leaks(text) == []


@pytest.mark.parametrize("breaks", [False, True])
def test_no_step_tells_what_it_works_on(
    told: Callable[[], str], library: Library, context: Context, breaks: bool
) -> None:
    """Analysis, writing and the commit as the workflow's steps do them, in one step here."""

    def work(event: dict[str, Any]) -> dict[str, Any]:
        library.upload(event["name"], event["body"], "canarytitle")
        if breaks:
            raise ValueError(f"could not read {event['body']}")
        return {"outcome": "indexed", "title": "canarytitle"}

    event = {"tenant": "minato-shoji", "body": "canarybody", "name": "canaryname.txt"}
    step = Telemetry().step(work)
    if breaks:
        with pytest.raises(Exception, match="broke on our side"):
            step(event, context)  # type: ignore[arg-type]
    else:
        step(event, context)  # type: ignore[arg-type]
    text = told()
    assert "minato-shoji" in text
    assert "analyze-text" in text
    assert "publish-generation" in text
    assert leaks(text) == []
