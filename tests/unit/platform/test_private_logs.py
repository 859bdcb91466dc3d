"""What tenants write and ask is in no log, not even when something breaks over it."""

import io
import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from kotogura.documents.identity import document_id
from kotogura.errors import Internal, UndecodableText
from kotogura.platform import telemetry as telemetry_module
from kotogura.platform.telemetry import Event, Handler, Telemetry
from tests.memory.library import Library
from tests.unit.platform.conftest import Answer, Context

Ask = Callable[[Handler, dict[str, Any]], Answer]
MakeEvent = Callable[..., dict[str, Any]]
SECRETS = ["kimitsu", "himitsu", "naisho", "rules-of-love"]


_numbers = count(1)


@pytest.fixture(autouse=True)
def stream(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Let each test's logger write to a stream of its own; Powertools keeps one for each name."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"test-{next(_numbers)}")
    stream = io.StringIO()
    monkeypatch.setattr(telemetry_module, "Logger", partial(Logger, stream=stream))
    return stream


@pytest.fixture
def filled(library: Library) -> Library:
    library.upload("rules-of-love.txt", "kimitsu himitsu wo mamoru", "naisho")
    library.promote("first")
    return library


@pytest.fixture
def logged(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[[], str]:
    """Return what was written since the last time: to all logs, to stdout and to stderr."""
    caplog.set_level(logging.DEBUG)

    def read() -> str:
        out, err = capsys.readouterr()
        records = " ".join(repr(vars(record)) for record in caplog.records)
        text = stream.getvalue() + out + err + caplog.text + records
        stream.truncate(0)
        stream.seek(0)
        caplog.clear()
        return text

    return read


def test_a_search_leaves_nothing_of_itself_in_the_log(
    filled: Library, search: Handler, ask: Ask, event: MakeEvent, logged: Callable[[], str]
) -> None:
    for mode in ("words", "meaning", "both"):
        answer = ask(search, event("search-words", query={"q": "himitsu", "mode": mode}))
        assert answer.body["hits"][0]["snippet"]["text"]
    path = f"/documents/{document_id('rules-of-love.txt')}"
    assert ask(search, event("search-document", path=path)).status == 200
    assert ask(search, event("search-document", path=f"{path}/similar")).status == 200
    assert ask(search, event("search-similar-words", path="/words/himitsu/similar")).status == 200
    text = logged()
    assert "SearchDuration" in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_a_refused_search_leaves_nothing_of_itself_in_the_log(
    filled: Library, search: Handler, ask: Ask, event: MakeEvent, logged: Callable[[], str]
) -> None:
    for query in (
        {"q": "himitsu", "mode": "kimitsu"},
        {"q": "himitsu", "limit": "naisho"},
        {"q": "himitsu" * 200},
    ):
        assert ask(search, event("search-words", query=query)).status == 400
    assert ask(search, event("search-document", path="/documents/himitsu")).status == 400
    assert ask(search, event("search-words", path="/himitsu/kimitsu")).status == 404
    text = logged()
    assert "request refused" in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_a_search_that_breaks_tells_the_log_where_and_not_over_what(
    filled: Library,
    search: Handler,
    ask: Ask,
    event: MakeEvent,
    logged: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(text: str) -> None:
        try:
            raise KeyError(text)
        except KeyError as error:
            raise ValueError(f"could not analyse {text!r}") from error

    monkeypatch.setattr(filled.words, "analyze", fail)
    answer = ask(search, event("search-words", query={"q": "himitsu"}))
    assert answer.status == 500
    text = logged()
    assert "request failed" in text
    assert "ValueError" in text
    assert "KeyError" in text
    assert "test_private_logs.py" in text
    assert [secret for secret in SECRETS if secret in text] == []


def step(work: Callable[[Event], Mapping[str, Any]]) -> Handler:
    return Telemetry().step(work)


def test_a_steps_log_holds_ids_alone(context: Context, logged: Callable[[], str]) -> None:
    event = {"tenant": "minato-shoji", "document_id": "a1", "body": "himitsu", "name": "kimitsu"}
    answer = step(lambda _: {"outcome": "extracted", "title": "naisho"})(event, context)
    assert answer == {"outcome": "extracted", "title": "naisho"}
    text = logged()
    assert "step done" in text
    assert "minato-shoji" in text
    assert "extracted" in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_a_steps_own_error_goes_to_its_workflow_by_its_class(
    context: Context, logged: Callable[[], str]
) -> None:
    def work(_: Event) -> Mapping[str, Any]:
        raise UndecodableText("the character set is not known; save the file as UTF-8")

    with pytest.raises(UndecodableText, match="save the file"):
        step(work)({"tenant": "minato-shoji"}, context)
    text = logged()
    assert "undecodable-text" in text
    assert "StepFailures" in text


def test_a_step_that_breaks_tells_neither_log_nor_workflow_over_what(
    context: Context, logged: Callable[[], str]
) -> None:
    def work(event: Event) -> Mapping[str, Any]:
        raise ValueError(f"could not analyse {event['body']!r}")

    with pytest.raises(Internal) as caught:
        step(work)({"tenant": "minato-shoji", "body": "himitsu"}, context)
    assert "ValueError" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    text = logged() + str(caught.value)
    assert "step failed" in text
    assert "test_private_logs.py" in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_no_tenants_ids_stay_behind_for_the_next_call(
    context: Context, logged: Callable[[], str]
) -> None:
    handler = step(lambda event: {"outcome": event["outcome"]})
    handler({"tenant": "minato-shoji", "document_id": "a1", "outcome": "indexed"}, context)
    logged()
    handler({"tenant": "tsubame", "outcome": "indexed"}, context)
    lines = [json.loads(line) for line in logged().splitlines() if line.startswith('{"level"')]
    assert lines
    assert all(line["tenant"] == "tsubame" and "document_id" not in line for line in lines)
