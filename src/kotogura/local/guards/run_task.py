"""Guard: `ecs:runTask.sync` succeeds and fails as on AWS, and a stopped execution stays stopped.

MiniStack takes a task that ended with an error for a success, waits ten minutes at most, answers
with DescribeTasks' list instead of the task, and lets StopExecution leave the task running and the
execution turn FAILED.
"""

import json
import time
from contextvars import ContextVar
from typing import Any

from ministack.services import ecs, stepfunctions

from kotogura.local.guards.private_names import private, replace

_RESOURCE = "arn:aws:states:::ecs:runTask"
_POLL_SECONDS = 0.3
_FAILED_STOPS = ("TaskFailedToStart", "UserInitiated", "SpotInterruption", "TerminationNotice")

_execution: ContextVar[dict[str, Any]] = ContextVar("execution")
_time_limit_seconds: ContextVar[float | None] = ContextVar("time_limit_seconds", default=None)


def install() -> None:
    """Replace the integration, and let it see the execution it works for."""
    for name in ("_run_task", "_describe_tasks", "_stop_task"):
        private(ecs, name)
    private(stepfunctions, "_ExecutionError")
    execute = private(stepfunctions, "_execute_task")
    fail = private(stepfunctions, "_fail_execution")

    def execute_task(state: dict[str, Any], state_input: Any, execution: Any, ctx: Any) -> Any:
        limit = state.get("TimeoutSeconds")
        tokens = (
            _execution.set(execution),
            _time_limit_seconds.set(limit if isinstance(limit, int) else None),
        )
        try:
            # audit: sql-from-input - a state of a workflow, no SQL
            return execute(state, state_input, execution, ctx)
        finally:
            _execution.reset(tokens[0])
            _time_limit_seconds.reset(tokens[1])

    def fail_execution(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution.get("status") != "ABORTED":
            fail(execution, error, cause)

    replace(stepfunctions, "_execute_task", execute_task)
    replace(stepfunctions, "_fail_execution", fail_execution)
    replace(stepfunctions, "_invoke_ecs_run_task", _run_task)
    private(stepfunctions, "_SERVICE_DISPATCH")[_RESOURCE] = _run_task


def _run_task(resource: str, arguments: dict[str, Any]) -> dict[str, Any]:
    execution = _execution.get()
    if execution["status"] != "RUNNING":
        raise _failure("States.TaskFailed", "the execution was stopped")
    request = stepfunctions._pascal_to_camel(arguments)
    status, _, body = ecs._run_task(request)
    answer = json.loads(body)
    if status >= 400:
        code = answer.get("__type", "AmazonECSException").rpartition("#")[2]
        raise _failure(f"ECS.{code}", answer.get("message", ""))
    if not answer["tasks"]:
        raise _failure("ECS.AmazonECSException", json.dumps(_pascal(answer.get("failures", []))))
    if not resource.endswith(".sync"):
        return dict(_pascal(answer))
    return _wait(request.get("cluster", "default"), answer["tasks"][0]["taskArn"], execution)


def _wait(cluster: str, task_arn: str, execution: dict[str, Any]) -> dict[str, Any]:
    limit = _time_limit_seconds.get()
    deadline = None if limit is None else time.monotonic() + limit
    while True:
        described = json.loads(ecs._describe_tasks({"cluster": cluster, "tasks": [task_arn]})[2])
        task = described["tasks"][0]
        if task["lastStatus"] == "STOPPED":
            return _outcome(task)
        if execution["status"] != "RUNNING":
            _stop(cluster, task_arn, "the execution was stopped")
            raise _failure("States.TaskFailed", "the execution was stopped")
        if deadline is not None and time.monotonic() > deadline:
            _stop(cluster, task_arn, "the state's time limit is over")
            raise _failure("States.Timeout", "")
        time.sleep(_POLL_SECONDS)


def _outcome(task: dict[str, Any]) -> dict[str, Any]:
    outcome = dict(_pascal(task))
    exit_codes = [container.get("exitCode") for container in task["containers"]]
    if task.get("stopCode") in _FAILED_STOPS or any(exit_codes):
        raise _failure("States.TaskFailed", json.dumps(outcome))
    return outcome


def _stop(cluster: str, task_arn: str, reason: str) -> None:
    ecs._stop_task({"cluster": cluster, "task": task_arn, "reason": reason})


def _failure(error: str, cause: str) -> Exception:
    failure: Exception = stepfunctions._ExecutionError(error, cause)
    return failure


def _pascal(value: Any) -> Any:
    """The same value with its keys as Step Functions spells them: taskArn becomes TaskArn."""
    if isinstance(value, list):
        return [_pascal(one) for one in value]
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _pascal(one) for key, one in value.items()}
    return value
