"""The function that starts `ingest` for what events missed: what it starts, answers and logs."""

import io
import json
from functools import partial
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Logger
from botocore.stub import ANY, Stubber

from kotogura.documents.changes import parse_event
from kotogura.documents.identity import document_id
from kotogura.errors import InvalidArgument, StoreUnavailable, Throttled
from kotogura.platform import ingest_workflow, telemetry
from kotogura.platform.handlers import reconcile as module
from kotogura.platform.ingest_workflow import IngestWorkflow
from kotogura.platform.settings import Settings
from kotogura.platform.telemetry import Handler
from kotogura.platform.wiring import Parts
from tests.memory.library import Library
from tests.unit.platform.conftest import Context

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:ingest"
SECRET = "極秘の提案書"
NAMES = (f"{SECRET}.txt", "b.txt")


class Workflows:
    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []

    def start_execution(self, **named: str) -> None:
        assert named["stateMachineArn"] == ARN
        self.started.append(json.loads(named["input"]))


@pytest.fixture
def workflows(monkeypatch: pytest.MonkeyPatch) -> Workflows:
    made = Workflows()
    monkeypatch.setattr(boto3, "client", lambda _: made)
    monkeypatch.setattr(ingest_workflow, "PACE_SECONDS", 0.0)
    return made


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Let each test's logger write to a stream of its own; Powertools keeps one for each name."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "reconcile-test")
    made = io.StringIO()
    monkeypatch.setattr(telemetry, "Logger", partial(Logger, stream=made))
    return made


@pytest.fixture
def handler(
    library: Library,
    workflows: Workflows,
    stream: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> Handler:
    for name in NAMES:
        library.originals.put(library.tenant, name, b"one")
    settings = Settings(KOTOGURA_TABLE="table", KOTOGURA_INGEST_WORKFLOW_ARN=ARN)
    monkeypatch.setattr(library, "settings", settings, raising=False)
    monkeypatch.setattr(Parts, "from_environment", lambda: library)
    return module.reconcile_handler()


def test_what_was_missed_is_started_and_told_by_ids_alone(
    handler: Handler,
    library: Library,
    workflows: Workflows,
    context: Context,
    stream: io.StringIO,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = handler({"tenant": library.tenant}, context)  # type: ignore[arg-type]
    ids = {document_id(name) for name in NAMES}
    assert {parse_event(event).document_id for event in workflows.started} == ids
    assert set(answer.pop("document_ids")) == ids
    assert answer == {
        "tenant": library.tenant,
        "found": {"missing": 2},
        "started_count": 2,
        "complete": True,
    }
    lines = [
        json.loads(line) for line in (stream.getvalue() + capsys.readouterr().out).splitlines()
    ]
    told = [line for line in lines if line.get("message") == "document was missed"]
    assert {line["document_id"] for line in told} == ids
    assert {(line["tenant"], line["finding"]) for line in told} == {(library.tenant, "missing")}
    assert [line["ReconciledDocuments"] for line in lines if "ReconciledDocuments" in line] == [[2]]
    assert SECRET not in json.dumps(lines, ensure_ascii=False)


def test_a_dry_run_starts_nothing_and_counts_nothing(
    handler: Handler,
    library: Library,
    workflows: Workflows,
    context: Context,
    capsys: pytest.CaptureFixture[str],
) -> None:
    event = {"tenant": library.tenant, "dry_run": True}
    answer = handler(event, context)  # type: ignore[arg-type]
    assert (answer["found"], answer["started_count"]) == ({"missing": 2}, 0)
    assert workflows.started == []
    assert "ReconciledDocuments" not in capsys.readouterr().out


@pytest.mark.parametrize("minutes", [-1, 10_001, 1.5, True, "120"])
def test_a_patience_that_is_none_is_refused(
    handler: Handler, library: Library, context: Context, minutes: Any
) -> None:
    event = {"tenant": library.tenant, "older_than_minutes": minutes}
    with pytest.raises(InvalidArgument):
        handler(event, context)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ThrottlingException", Throttled),
        ("ExecutionLimitExceeded", Throttled),
        ("StateMachineDoesNotExist", StoreUnavailable),
    ],
)
def test_a_start_that_is_refused_is_told_in_our_words(code: str, error: type[Exception]) -> None:
    client = boto3.client("stepfunctions")
    with Stubber(client) as stub:
        stub.add_client_error("start_execution", code)
        with pytest.raises(error):
            IngestWorkflow(client, ARN).start({})


def test_starts_keep_a_pace() -> None:
    slept: list[float] = []
    client = boto3.client("stepfunctions")
    with Stubber(client) as stub:
        answer = {"executionArn": "arn:execution", "startDate": 0}
        for _ in range(3):
            stub.add_response("start_execution", answer, {"stateMachineArn": ARN, "input": ANY})
            IngestWorkflow(client, ARN, slept.append).start({})
    assert slept == [ingest_workflow.PACE_SECONDS] * 3
