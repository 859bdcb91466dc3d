"""Traces: what X-Ray's daemon is sent about a call, and nothing unless it is wanted."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from kotogura.errors import StoreUnavailable, UndecodableText
from kotogura.platform import traces
from kotogura.platform.http import api_handler
from kotogura.platform.search_api import search_api
from kotogura.platform.telemetry import Handler, Telemetry
from kotogura.platform.traces import Trace, TraceContext, TracedSpan
from kotogura.spans import listening, span
from tests.memory.library import Library
from tests.memory.sentences import sudachi_sentences
from tests.unit.platform.conftest import Answer, Context

Documents = list[dict[str, Any]]
ROOT = "1-6926f2c4-0b1d5ea1c2d3e4f5a6b7c8d9"
SEGMENT = "53995c3f42cd8ad8"
HEADER = f"Root={ROOT};Parent={SEGMENT};Sampled=1"


def read(packet: bytes) -> dict[str, Any]:
    header, document = packet.split(b"\n", 1)
    assert json.loads(header) == {"format": "json", "version": 1}
    found: dict[str, Any] = json.loads(document)
    return found


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Documents:
    """Return what the daemon is sent in a function whose calls are traced."""
    documents: Documents = []

    class Recorder:
        def __init__(self, address: str, lost: Callable[[OSError], object]) -> None:
            assert (address, callable(lost)) == ("169.254.79.129:2000", True)

        def __call__(self, packet: bytes) -> None:
            documents.append(read(packet))

    monkeypatch.setattr(traces, "Daemon", Recorder)
    monkeypatch.setenv("KOTOGURA_TRACING", "Active")
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129:2000")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", HEADER)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "search")
    return documents


def ancestors(documents: Documents, name: str) -> list[str]:
    """Return the names from a span up to the one right below Lambda's segment."""
    by_id = {one["id"]: one for one in documents}
    found = next(one for one in documents if one["name"] == name)
    names = [name]
    while found["parent_id"] != SEGMENT:
        found = by_id[found["parent_id"]]
        names.append(found["name"])
    return names


def test_a_search_is_traced_from_the_api_to_the_postings(
    library: Library,
    sent: Documents,
    ask: Callable[[Handler, dict[str, Any]], Answer],
    event: Callable[..., dict[str, Any]],
) -> None:
    library.upload("rules.txt", "kimitsu himitsu wo mamoru", "naisho")
    library.promote("first")
    sent.clear()
    telemetry = Telemetry()
    handler = api_handler(search_api(library.service(), sudachi_sentences(), telemetry), telemetry)
    query = {"q": "himitsu", "mode": "both"}
    assert ask(handler, event("search-words", query=query)).body["hits"]
    assert ancestors(sent, "read-postings") == ["read-postings", "query-words", "search"]
    names = {one["name"] for one in sent}
    assert names >= {"open-generation", "query-words", "embed-query", "compare-passages"}
    assert names >= {"rank-documents", "make-hits"}
    by_name = {one["name"]: one for one in sent}
    assert by_name["search"]["annotations"] == {"tenant": library.tenant}
    assert by_name["make-hits"]["annotations"] == {"hits": 1}
    for one in sent:
        assert (one["trace_id"], one["type"]) == (ROOT, "subsegment")
        assert one["start_time"] <= one["end_time"]
        assert len(one["id"]) == 16
    written = json.dumps(sent, ensure_ascii=False)
    assert [word for word in ("himitsu", "kimitsu", "naisho", "rules") if word in written] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KOTOGURA_TRACING", "PassThrough"),
        ("AWS_XRAY_DAEMON_ADDRESS", ""),
        ("_X_AMZN_TRACE_ID", f"Root={ROOT};Parent={SEGMENT};Sampled=0"),
        ("_X_AMZN_TRACE_ID", ""),
    ],
)
def test_nothing_is_sent_unless_the_deployment_and_lambda_want_the_call_traced(
    sent: Documents, context: Context, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    Telemetry().step(lambda _: {"outcome": "indexed"})({}, context)  # type: ignore[arg-type]
    assert sent == []


def test_a_step_tells_ids_and_outcomes_alone(sent: Documents, context: Context) -> None:
    asked = {"tenant": "minato-shoji", "document_id": "a1", "body": "himitsu"}
    answer = {"outcome": "extracted", "title": "naisho"}
    Telemetry().step(lambda _: answer)(asked, context)  # type: ignore[arg-type]
    assert [one["annotations"] for one in sent] == [
        {"tenant": "minato-shoji", "document_id": "a1", "outcome": "extracted"}
    ]


@pytest.mark.parametrize(
    ("error", "blame"),
    [
        (UndecodableText("save kimitsu.txt as UTF-8"), "error"),
        (StoreUnavailable("the store did not answer"), "fault"),
        (ValueError("could not read 'himitsu'"), "fault"),
    ],
)
def test_a_span_that_fails_tells_whose_fault_and_the_class_of_the_error(
    error: Exception, blame: str
) -> None:
    packets: list[bytes] = []
    trace = Trace(TraceContext(ROOT, SEGMENT), packets.append)
    with pytest.raises(type(error)), listening(trace), span("outer"), span("inner"):
        raise error
    inner, outer = map(read, packets)
    assert inner["parent_id"] == outer["id"]
    assert inner[blame] is outer[blame] is True
    assert inner["annotations"] == {"raised": type(error).__name__}
    assert b"mitsu" not in b"".join(packets)


def test_a_span_has_no_place_for_text() -> None:
    with pytest.raises(TypeError, match="whole number"):
        TracedSpan("query-words", SEGMENT).count(words="himitsu")  # type: ignore[arg-type]
