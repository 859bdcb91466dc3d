"""`kotogura reconcile`: whom it asks about, what it shows, and how it ends."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kotogura.commands.deployment import Deployment
from kotogura.commands.reconcile import reconcile_documents
from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal
from kotogura.errors import Throttled
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord
from tests.memory.tenants import MemoryTenants

TENANTS = ("hoshino-denki", "minato-shoji")


class Functions:
    """A Lambda client that knows what was missed of each tenant."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.throttled = False

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        assert arguments["FunctionName"] == "reconcile"
        event = json.loads(arguments["Payload"])
        self.asked.append(event)
        if self.throttled:
            error = {"errorType": "Throttled", "errorMessage": "try again"}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(error).encode())}
        found = {"missing": 2, "gone": 1} if event["tenant"] == "minato-shoji" else {}
        answer = {
            "tenant": event["tenant"],
            "found": found,
            "document_ids": ["a"] * sum(found.values()),
            "started_count": 0 if event["dry_run"] else sum(found.values()),
            "complete": not found,
        }
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture
def run(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> Callable[..., Result]:
    registry = MemoryTenants()
    for name in TENANTS:
        registry.create(TenantRecord(TenantId(name), name))
    deployment = Deployment(None, "", {"ReconcileFunctionName": "reconcile"})
    deployment.__dict__.update(functions=functions, tenants=registry)
    monkeypatch.setattr(Session, "deployment", lambda _: deployment)

    def run_command(*arguments: str, as_json: bool = False) -> Result:
        session = Session(tmp_path, None, Terminal(as_json))
        return CliRunner().invoke(reconcile_documents, arguments, obj=session)

    return run_command


def test_every_tenant_is_asked_about(run: Callable[..., Result], functions: Functions) -> None:
    done = run()
    assert done.exit_code == 0
    assert functions.asked == [
        {"tenant": tenant, "dry_run": False, "older_than_minutes": 120} for tenant in TENANTS
    ]
    assert "and more; run it again" in " ".join(done.output.split())
    assert "3 documents are taken in now" in done.output


def test_one_tenant_is_only_looked_at(run: Callable[..., Result], functions: Functions) -> None:
    done = run("--tenant", "minato-shoji", "--dry-run", "--older-than", "0")
    assert functions.asked == [{"tenant": "minato-shoji", "dry_run": True, "older_than_minutes": 0}]
    assert "3 documents would be taken in" in done.output


def test_a_program_gets_all_of_it(
    run: Callable[..., Result], capsys: pytest.CaptureFixture[str]
) -> None:
    done = run("--tenant", "minato-shoji", as_json=True)
    answer = json.loads(done.output)
    assert (answer["dry_run"], answer["found_count"]) == (False, 3)
    assert answer["tenants"][0]["document_ids"] == ["a"] * 3


def test_a_function_that_refuses_is_told(run: Callable[..., Result], functions: Functions) -> None:
    functions.throttled = True
    assert isinstance(run().exception, Throttled)


@pytest.mark.parametrize("minutes", ["-1", "10001", "soon"])
def test_a_patience_that_is_none_is_refused(run: Callable[..., Result], minutes: str) -> None:
    assert run("--older-than", minutes).exit_code == 2
