"""What a tenant's workflows did: the executions of Step Functions that are about this tenant."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from kotogura.errors import ExecutionNotFound
from kotogura.platform.refusals import translating
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

_PAGE_COUNT, _PAGES = 1000, 10
"""So many pages of each workflow's executions, of all tenants, are looked through by name."""
_SEPARATOR = "."
_GONE = {"ExecutionDoesNotExist", "InvalidArn", "InvalidName"}
_translated = translating(
    "the workflows", dict.fromkeys(_GONE, lambda: ExecutionNotFound("there is no such execution"))
)


@dataclass(frozen=True, slots=True)
class Step:
    """A state that an execution entered. Times are ISO 8601 in UTC; `error` is a class."""

    name: str
    started_at: str
    ended_at: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a workflow, as its tenant sees it: nothing of its input or output."""

    execution_id: str
    workflow: str
    state: str
    started_at: str
    ended_at: str | None
    error: str | None


class Executions:
    """The executions of the workflows that Step Functions keeps, for ninety days after their end.

    Names hold the tenant, yet whose an execution is decides its input, which only our own code
    writes: the name of another tenant's may hold this one's id too.
    """

    def __init__(self, workflows: "SFNClient", arns: Mapping[str, str]) -> None:
        """Wire the parts; `arns` are the workflows' by their names in `statemachines/`."""
        self._workflows = workflows
        self._arns = arns

    def newest(self, tenant: TenantId, limit: int) -> list[Execution]:
        """Return the last executions for `tenant`, the newest first."""
        found = [
            _execution(workflow, described)
            for workflow in self._arns
            for described in islice(self._of(tenant, workflow), limit)
        ]
        return sorted(found, key=lambda one: one.started_at, reverse=True)[:limit]

    def running(self, tenant: TenantId, workflow: str) -> str | None:
        """Return the id of the workflow's execution that runs for `tenant`, if one does."""
        for described in self._of(tenant, workflow, "RUNNING"):
            return _id(workflow, described["name"])
        return None

    def get(self, tenant: TenantId, execution_id: str) -> tuple[Execution, Sequence[Step]]:
        """Return an execution with the states that it entered, in order.

        Raises:
            ExecutionNotFound: when there is none, also for another tenant's.
        """
        workflow, _, name = execution_id.partition(_SEPARATOR)
        if workflow not in self._arns or not name:
            raise ExecutionNotFound("there is no such execution")
        arn = _execution_arn(self._arns[workflow], name)
        with _translated():
            described = self._workflows.describe_execution(executionArn=arn)
        if not _is_about(tenant, described):
            raise ExecutionNotFound("there is no such execution")
        return _execution(workflow, described), _steps(self._history(arn))

    def _of(
        self, tenant: TenantId, workflow: str, status: str | None = None
    ) -> "Iterator[DescribeExecutionOutputTypeDef]":
        asked: dict[str, Any] = {"statusFilter": status} if status else {}
        asked |= {"stateMachineArn": self._arns[workflow], "maxResults": _PAGE_COUNT}
        for _ in range(_PAGES):
            with _translated():
                listed = self._workflows.list_executions(**asked)
            for entry in listed["executions"]:
                if f"-{tenant}" not in entry["name"]:  # spares asking for most of what isn't ours
                    continue
                with _translated():
                    described = self._workflows.describe_execution(
                        executionArn=entry["executionArn"]
                    )
                if _is_about(tenant, described):
                    yield described
            if not listed.get("nextToken"):
                return
            asked["nextToken"] = listed["nextToken"]

    def _history(self, arn: str) -> Iterator[Any]:
        """Yield the events of an execution, without what its states were given or gave."""
        asked: dict[str, Any] = {"executionArn": arn, "includeExecutionData": False}
        while True:
            with _translated():
                page = self._workflows.get_execution_history(**asked)
            yield from page["events"]
            if not page.get("nextToken"):
                return
            asked["nextToken"] = page["nextToken"]


def _execution_arn(workflow_arn: str, name: str) -> str:
    before, _, workflow = workflow_arn.rpartition(":stateMachine:")
    return f"{before}:execution:{workflow}:{name}"


def _id(workflow: str, name: str) -> str:
    return f"{workflow}{_SEPARATOR}{name}"


def _is_about(tenant: TenantId, described: "DescribeExecutionOutputTypeDef") -> bool:
    try:
        told = json.loads(described.get("input") or "{}")
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("tenant") == tenant


def _execution(workflow: str, described: "DescribeExecutionOutputTypeDef") -> Execution:
    stopped = described.get("stopDate")
    return Execution(
        execution_id=_id(workflow, described["name"]),
        workflow=workflow,
        state=described["status"].lower().replace("_", "-"),
        started_at=_told(described["startDate"]),
        ended_at=_told(stopped) if stopped else None,
        error=described.get("error"),
    )


def _steps(events: Iterator[Any]) -> list[Step]:
    """Return the states in the order in which they were entered.

    A failure of a task is the state's that was entered last and has not been left.
    """
    entered: list[dict[str, Any]] = []
    for event in events:
        at = _told(event["timestamp"])
        kind = event["type"]
        if kind.endswith("StateEntered"):
            name = event["stateEnteredEventDetails"]["name"]
            entered.append({"name": name, "started_at": at, "ended_at": None, "error": None})
        elif kind.endswith("StateExited"):
            name = event["stateExitedEventDetails"]["name"]
            for step in reversed(entered):
                if step["name"] == name and step["ended_at"] is None:
                    step["ended_at"] = at
                    break
        elif error := _error(event):
            still = [step for step in entered if step["ended_at"] is None]
            if still:
                still[-1]["error"] = error
    return [Step(**step) for step in entered]


def _error(event: Mapping[str, Any]) -> str | None:
    """Return the error's class that an event of a failure, an abortion or a timeout names."""
    for name, details in event.items():
        if name.endswith(("FailedEventDetails", "TimedOutEventDetails", "AbortedEventDetails")):
            error: str | None = details.get("error")
            return error
    return None


def _told(moment: datetime) -> str:
    at = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z")
