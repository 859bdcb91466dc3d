"""What a tenant sees of its workflows, and of no other's."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kotogura.errors import ExecutionNotFound
from kotogura.platform.executions import Executions
from kotogura.tenants.identity import TenantId

MINATO, SHOJI = TenantId("minato"), TenantId("minato-shoji")
TRAIN = "arn:aws:states:us-east-1:123456789012:stateMachine:kotogura-train"
REINDEX = "arn:aws:states:us-east-1:123456789012:stateMachine:kotogura-reindex"
BEGUN = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)


class _StepFunctions:
    """Stands for Step Functions: executions by ARN, each with its description and its events."""

    def __init__(self) -> None:
        self.described: dict[str, dict[str, Any]] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}

    def add(self, machine: str, name: str, told: Any, minute: int, **more: Any) -> str:
        arn = machine.replace(":stateMachine:", ":execution:") + ":" + name
        self.described[arn] = {
            "executionArn": arn,
            "stateMachineArn": machine,
            "name": name,
            "status": "SUCCEEDED",
            "startDate": BEGUN + timedelta(minutes=minute),
            "stopDate": BEGUN + timedelta(minutes=minute, seconds=30),
            "input": json.dumps(told),
        } | more
        return arn

    def list_executions(self, **asked: Any) -> dict[str, Any]:
        found = [
            one
            for one in self.described.values()
            if one["stateMachineArn"] == asked["stateMachineArn"]
            and one["status"] == asked.get("statusFilter", one["status"])
        ]
        newest = sorted(found, key=lambda one: one["startDate"], reverse=True)
        first = int(asked.get("nextToken", 0))
        end = first + asked["maxResults"]
        more = {"nextToken": str(end)} if end < len(newest) else {}
        return {"executions": newest[first:end]} | more

    def describe_execution(self, **asked: Any) -> dict[str, Any]:
        try:
            return self.described[asked["executionArn"]]
        except KeyError:
            code = {"Error": {"Code": "ExecutionDoesNotExist"}}
            raise ClientError(code, "DescribeExecution") from None

    def get_execution_history(self, **asked: Any) -> dict[str, Any]:
        assert asked["includeExecutionData"] is False
        events = self.events[asked["executionArn"]]
        first = int(asked.get("nextToken", 0))
        more = {"nextToken": str(first + 2)} if first + 2 < len(events) else {}
        return {"events": events[first : first + 2]} | more


@pytest.fixture
def functions() -> _StepFunctions:
    return _StepFunctions()


@pytest.fixture
def executions(functions: _StepFunctions) -> Executions:
    client: Any = functions
    return Executions(client, {"train": TRAIN, "reindex": REINDEX})


def event(kind: str, second: int, **details: Any) -> dict[str, Any]:
    return {"type": kind, "timestamp": BEGUN + timedelta(seconds=second)} | details


def test_a_tenant_sees_its_own_the_newest_first(
    executions: Executions, functions: _StepFunctions
) -> None:
    functions.add(TRAIN, "1-minato", {"tenant": "minato"}, 1)
    functions.add(REINDEX, "2-minato-asked", {"tenant": "minato"}, 2, status="TIMED_OUT")
    functions.add(TRAIN, "3-minato-shoji", {"tenant": "minato-shoji"}, 3)
    functions.add(TRAIN, "4-minato", "no object", 4)
    found = executions.newest(MINATO, 20)
    assert [one.execution_id for one in found] == ["reindex.2-minato-asked", "train.1-minato"]
    assert [one.state for one in found] == ["timed-out", "succeeded"]
    assert found[0].started_at == "2026-11-20T03:06:05.000Z"
    assert [one.execution_id for one in executions.newest(SHOJI, 20)] == ["train.3-minato-shoji"]
    assert len(executions.newest(MINATO, 1)) == 1


def test_a_busy_neighbour_hides_nothing_of_ones_own(
    executions: Executions, functions: _StepFunctions
) -> None:
    functions.add(TRAIN, "1-minato", {"tenant": "minato"}, 0)
    for minute in range(1, 1500):
        functions.add(TRAIN, f"{minute}-hoshino", {"tenant": "hoshino"}, minute)
    assert [one.execution_id for one in executions.newest(MINATO, 20)] == ["train.1-minato"]


@pytest.mark.parametrize(
    "execution_id", ["train.3-minato-shoji", "train.never", "ingest.1-minato", "train.", "train"]
)
def test_anothers_execution_is_not_found(
    executions: Executions, functions: _StepFunctions, execution_id: str
) -> None:
    functions.add(TRAIN, "3-minato-shoji", {"tenant": "minato-shoji"}, 3)
    with pytest.raises(ExecutionNotFound):
        executions.get(MINATO, execution_id)


def test_the_steps_tell_when_and_what_went_wrong(
    executions: Executions, functions: _StepFunctions
) -> None:
    arn = functions.add(
        REINDEX, "5-minato-asked", {"tenant": "minato"}, 5, status="FAILED", error="CorruptIndex"
    )
    functions.events[arn] = [
        event("ExecutionStarted", 0),
        event("TaskStateEntered", 1, stateEnteredEventDetails={"name": "Plan"}),
        event("TaskStateExited", 3, stateExitedEventDetails={"name": "Plan"}),
        event("TaskStateEntered", 3, stateEnteredEventDetails={"name": "Swap"}),
        event("TaskFailed", 8, taskFailedEventDetails={"error": "CorruptIndex", "cause": "text"}),
        event("ExecutionFailed", 8, executionFailedEventDetails={"error": "CorruptIndex"}),
    ]
    execution, steps = executions.get(MINATO, "reindex.5-minato-asked")
    assert (execution.state, execution.error) == ("failed", "CorruptIndex")
    assert [(one.name, one.started_at[-7:-1], one.error) for one in steps] == [
        ("Plan", "06.000", None),
        ("Swap", "08.000", "CorruptIndex"),
    ]
    assert steps[0].ended_at == "2026-11-20T03:04:08.000Z"
    assert steps[1].ended_at is None
    assert "text" not in str(steps)


def test_the_one_that_runs_is_known(executions: Executions, functions: _StepFunctions) -> None:
    assert executions.running(MINATO, "reindex") is None
    functions.add(REINDEX, "6-minato-asked", {"tenant": "minato"}, 6, status="RUNNING")
    assert executions.running(MINATO, "reindex") == "reindex.6-minato-asked"
    assert executions.running(SHOJI, "reindex") is None
