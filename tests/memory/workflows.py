"""Step Functions in memory: what is started runs until it is told to end."""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

ACCOUNT = "arn:aws:states:us-east-1:123456789012"
ARNS = {name: f"{ACCOUNT}:stateMachine:{name}" for name in ("train", "reindex", "compact")}


class MemoryWorkflows:
    """Stands for the client; `executions` are all that were started, by ARN."""

    class exceptions:  # noqa: N801 — boto3's name
        """Errors by their names."""

        class ExecutionDoesNotExist(Exception):
            pass

    def __init__(self) -> None:
        self.executions: dict[str, dict[str, Any]] = {}

    def start_execution(self, **named: Any) -> dict[str, str]:
        arn = f"{named['stateMachineArn'].replace('stateMachine', 'execution')}:{named['name']}"
        self.executions[arn] = {
            "executionArn": arn,
            "stateMachineArn": named["stateMachineArn"],
            "name": named["name"],
            "input": named["input"],
            "status": "RUNNING",
            "startDate": datetime(2026, 1, 1, tzinfo=UTC),
        }
        return {"executionArn": arn}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 — boto3's name
        found = self.executions.get(executionArn)
        if found is None:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
        return found

    def list_executions(self, **named: Any) -> dict[str, Any]:
        wanted = named.get("statusFilter")
        return {
            "executions": [
                one
                for one in reversed(self.executions.values())
                if one["stateMachineArn"] == named["stateMachineArn"]
                and wanted in (None, one["status"])
            ]
        }

    def get_execution_history(self, **_: Any) -> dict[str, Any]:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        entered = {"name": "RecordStart", "input": "{}"}
        return {
            "events": [
                {"type": "TaskStateEntered", "timestamp": at, "stateEnteredEventDetails": entered}
            ]
        }
