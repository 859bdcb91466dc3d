"""`kotogura index`: what it asks, what it shows, and how it ends."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import RebuildFailed, UpkeepFailed
from kotogura.commands.index import index
from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal
from kotogura.commands.upkeep import ask, rebuild
from kotogura.errors import GenerationNotFound
from kotogura.tenants.identity import TenantId

MINATO = TenantId("minato-shoji")
RUN = "0123456789abcdef" * 2
Answers = dict[str, Any]


class Functions:
    """A Lambda client that answers by action; an exception is answered as Lambda does."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[dict[str, Any]] = []

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        assert arguments["FunctionName"] == "upkeep"
        event = json.loads(arguments["Payload"])
        self.asked.append(event)
        answer = self.answers[event["action"]]
        if isinstance(answer, Exception):
            error = {"errorType": type(answer).__name__, "errorMessage": str(answer)}
            return {"FunctionError": "Unhandled", "Payload": _stream(error)}
        return {"Payload": _stream(answer)}


class Workflows:
    """A Step Functions client whose one execution goes through these states."""

    def __init__(self, *states: dict[str, Any]) -> None:
        self.states = list(states)
        self.inputs: list[dict[str, Any]] = []

    def start_execution(self, **arguments: Any) -> dict[str, str]:
        assert arguments["stateMachineArn"] == "arn:reindex"
        self.inputs.append(json.loads(arguments["input"]))
        return {"executionArn": "arn:execution"}

    def describe_execution(self, **_: Any) -> dict[str, Any]:
        return self.states.pop(0)


def _stream(answer: Any) -> io.BytesIO:
    return io.BytesIO(json.dumps(answer).encode())


def deployment_of(answers: Answers, *states: dict[str, Any]) -> Deployment:
    outputs = {"UpkeepFunctionName": "upkeep", "ReindexStateMachineArn": "arn:reindex"}
    made = Deployment(None, "", outputs)
    made.__dict__.update(functions=Functions(answers), workflows=Workflows(*states))
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Callable[..., Any]:
    def run_command(deployment: Deployment, *arguments: str) -> Any:
        monkeypatch.setattr(Session, "deployment", lambda _: deployment)
        session = Session(tmp_path, None, Terminal(False))
        return CliRunner().invoke(index, arguments, obj=session)

    return run_command


NEWEST = {
    "generation": 3,
    "created_at": "2026-01-01T00:00:00.000Z",
    "content_generation": 3,
    "format_version": 2,
    "analyzer": "0123456789abcdef",
    "model": None,
    "segment_count": 1,
    "document_count": 2,
    "size_bytes": 100,
}
REPORT = {
    "newest": NEWEST,
    "field_lengths": {"title": 2, "body": 7},
    "tombstone_count": 0,
    "segments": [
        {
            "segment_id": "5e6",
            "format_version": 2,
            "document_count": 2,
            "tombstone_count": 0,
            "term_count": 5,
            "size_bytes": 100,
            "vector_bytes": 0,
        }
    ],
    "kept": [{**NEWEST, "generation": 2}],
    "unreadable": ["manifests/1"],
}


def test_an_inspection_shows_segments_and_generations(run: Callable[..., Any]) -> None:
    done = run(deployment_of({"inspect": REPORT}), "inspect", "--tenant", MINATO)
    assert done.exit_code == 0
    for shown in ("generation: 3", "5e6", "model: none", "can't be read: manifests/1"):
        assert shown in done.stdout


def test_an_inspection_as_json_is_the_functions_answer(run: Callable[..., Any]) -> None:
    done = run(deployment_of({"inspect": REPORT}), "inspect", "--tenant", MINATO, "--json")
    assert json.loads(done.stdout) == REPORT


def test_a_verification_with_problems_fails_and_tells_each_in_a_line(
    run: Callable[..., Any],
) -> None:
    found = {
        "generations": [2, 1],
        "segment_count": 2,
        "file_count": 8,
        "size_bytes": 900,
        "problems": [{"where": "segments/5e6", "what": "the file is missing"}],
        "problem_count": 1,
    }
    done = run(deployment_of({"verify": found}), "verify", "--tenant", MINATO)
    assert done.exit_code == 1
    assert "segments/5e6: the file is missing\n" in done.stdout
    sound = {**found, "problems": [], "problem_count": 0}
    done = run(deployment_of({"verify": sound}), "verify", "--tenant", MINATO)
    assert done.exit_code == 0
    assert "no problems" in done.stdout


def test_a_rollback_asks_for_its_generation(run: Callable[..., Any]) -> None:
    answer = {"generation": 4, "content_of": 2, "document_count": 7, "model": None}
    answer |= {"missing_count": 3, "replaced_count": 0, "returned_count": 1}
    deployment = deployment_of({"rollback": answer})
    done = run(deployment, "rollback", "--tenant", MINATO, "--generation", "2")
    assert done.exit_code == 0
    assert deployment.functions.asked == [  # type: ignore[attr-defined]
        {"tenant": MINATO, "action": "rollback", "generation": 2}
    ]
    assert "3 that came since are not found, 1 that were deleted since are found" in done.stdout
    assert "kotogura index rebuild --tenant minato-shoji" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("inspect", "--tenant", "../etc"),
        ("rollback", "--tenant", MINATO),
        ("rollback", "--tenant", MINATO, "--generation", "0"),
        ("rebuild", "--tenant", MINATO, "--run", "../run"),
    ],
)
def test_wrong_usage_is_refused_before_anything_is_asked(
    run: Callable[..., Any], arguments: tuple[str, ...]
) -> None:
    deployment = deployment_of({})
    assert run(deployment, *arguments).exit_code == 2
    assert deployment.functions.asked == []  # type: ignore[attr-defined]


def test_what_the_function_refuses_keeps_its_class() -> None:
    deployment = deployment_of({"rollback": GenerationNotFound("generation 9 is not kept")})
    with pytest.raises(GenerationNotFound, match="not kept"):
        ask(deployment, MINATO, "rollback", generation=9)


def test_a_function_that_breaks_is_told_by_its_errors_name_alone() -> None:
    deployment = deployment_of({"verify": MemoryError("himitsu")})
    with pytest.raises(UpkeepFailed, match="MemoryError") as caught:
        ask(deployment, MINATO, "verify")
    assert "himitsu" not in str(caught.value)


PROGRESS = {"progress": {"planned_batch_count": 3, "built_batch_count": 1}}
RUNNING = {"status": "RUNNING"}


def test_a_rebuild_is_followed_to_its_end() -> None:
    answer = {"tenant": MINATO, "run_id": RUN, "generation": 5, "document_count": 9}
    deployment = deployment_of(
        PROGRESS, RUNNING, RUNNING, {"status": "SUCCEEDED", "output": json.dumps(answer)}
    )
    waits: list[float] = []
    assert rebuild(deployment, MINATO, Terminal(False), RUN, waits.append) == answer
    assert deployment.workflows.inputs == [  # type: ignore[attr-defined]
        {"tenant": MINATO, "run_id": RUN}
    ]
    assert len(waits) == 2


def test_a_rebuild_that_failed_tells_how_to_resume_it() -> None:
    deployment = deployment_of(PROGRESS, {"status": "FAILED", "error": "StoreUnavailable"})
    with pytest.raises(RebuildFailed, match=f"StoreUnavailable.*--run {RUN}"):
        rebuild(deployment, MINATO, Terminal(False), RUN)


def test_a_new_rebuild_gets_a_run_of_its_own() -> None:
    done = {"status": "SUCCEEDED", "output": "{}"}
    deployments = [deployment_of(PROGRESS, done) for _ in range(2)]
    for deployment in deployments:
        rebuild(deployment, MINATO, Terminal(False))
    ids = {deployment.workflows.inputs[0]["run_id"] for deployment in deployments}  # type: ignore[attr-defined]
    assert len(ids) == 2
