"""`kotogura schedule`, `executions`, `reindex` and `analyze`, over the API in memory."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kotogura.commands.api import Api
from kotogura.commands.errors import RequestFailed
from kotogura.commands.main import cli
from kotogura.commands.session import Session
from kotogura.errors import InvalidDictionary
from tests.memory.gateway import Gateway
from tests.memory.library import Library


class GatewayApi(Api):
    """Calls the routes themselves, and fails as the API over HTTP does."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.asked: list[tuple[str, str]] = []

    def call(
        self, method: str, path: str, body: Any = None, *, csv: str | None = None
    ) -> dict[str, Any]:
        assert csv is None
        self.asked.append((method, path))
        path, _, query = path.partition("?")
        pairs = [tuple(part.split("=")) for part in query.split("&") if part]
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self.gateway.request(method, path, pairs, sent)  # type: ignore[arg-type]
        found: dict[str, Any] = json.loads(answer["body"])
        if answer["statusCode"] >= 400:
            raise RequestFailed(f"the API answered {answer['statusCode']}: {found['detail']}")
        return found


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> GatewayApi:
    for name, value in {
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "Kotogura",
    }.items():
        monkeypatch.setenv(name, value)
    found = GatewayApi(Gateway(Library(tmp_path)))
    monkeypatch.setattr(Session, "deployment", lambda _: None)
    monkeypatch.setattr(Session, "api", lambda *_: found)
    return found


@pytest.fixture
def run(api: GatewayApi) -> Callable[..., Result]:
    def run_command(*arguments: str, **named: Any) -> Result:
        return CliRunner().invoke(cli, [*arguments, "--tenant", "minato-shoji"], **named)

    return run_command


def test_a_schedule_is_shown_and_changed(run: Callable[..., Result]) -> None:
    assert run("schedule").stdout == "weekly\n"
    assert run("schedule", "daily").stdout == "daily\n"
    assert run("schedule").stdout == "daily\n"


def test_a_cadence_that_there_is_not_is_refused_before_the_api_is_asked(
    run: Callable[..., Result], api: GatewayApi
) -> None:
    done = run("schedule", "hourly")
    assert done.exit_code == 2
    assert "'off', 'daily', 'weekly'" in done.stderr
    assert api.asked == []


def test_a_reindex_is_started_and_tells_its_execution(run: Callable[..., Result]) -> None:
    done = run("reindex")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("the index is being built anew: reindex.")


def test_executions_are_listed(run: Callable[..., Result], api: GatewayApi) -> None:
    done = run("executions", "--limit", "5")
    assert done.exit_code == 0, done.output
    assert api.asked == [("GET", "/executions?limit=5")]


def test_an_execution_is_shown_with_its_steps(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, api: GatewayApi
) -> None:
    step = {"name": "Plan", "started_at": "2026-01-01T00:00:00Z", "ended_at": None}
    answer = {
        "execution_id": "reindex.a/b",
        "state": "failed",
        "steps": [{**step, "error": "StoreUnavailable"}],
    }

    def call(method: str, path: str) -> dict[str, Any]:
        assert (method, path) == ("GET", "/executions/reindex.a%2Fb")
        return answer

    monkeypatch.setattr(api, "call", call)
    done = run("--json", "executions", "reindex.a/b")
    assert json.loads(done.stdout) == answer
    shown = run("executions", "reindex.a/b").stdout
    assert "reindex.a/b: failed" in shown
    assert "StoreUnavailable" in shown


def test_an_execution_that_there_is_not_is_told_so(run: Callable[..., Result]) -> None:
    done = run("executions", "bad")
    assert isinstance(done.exception, RequestFailed)


def test_a_sentence_is_cut_as_the_api_cuts_it(run: Callable[..., Result]) -> None:
    done = run("--json", "analyze", "関西国際空港に着く")
    assert done.exit_code == 0, done.output
    words = json.loads(done.stdout)["words"]
    assert [word["surface"] for word in words][-1] == "着く"
    assert "空港" in next(word["terms"] for word in words if word["terms"])


def test_a_dictionary_is_tried_from_a_file(run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "words.csv"
    file.write_text("湊式点検票,みなとしきてんけんひょう\n", "utf-8-sig")
    done = run("--json", "analyze", "湊式点検票を書く", "--dictionary", str(file))
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["words"][0]["surface"] == "湊式点検票"


def test_a_dictionary_in_another_character_set_is_refused(
    run: Callable[..., Result], api: GatewayApi, tmp_path: Path
) -> None:
    file = tmp_path / "words.csv"
    file.write_bytes("湊式点検票,みなと\n".encode("cp932"))
    done = run("analyze", "湊", "--dictionary", str(file))
    assert isinstance(done.exception, InvalidDictionary)
    assert api.asked == []
