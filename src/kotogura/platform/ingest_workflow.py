"""Starting the ingest workflow for an event that no bucket sent."""

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kotogura.errors import Throttled
from kotogura.platform.refusals import translating

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

PACE_SECONDS = 0.1
"""Between two starts: ten a second leave uploads of the same hour their turn."""

_translated = translating(
    "the ingest workflow",
    dict.fromkeys(
        ("ThrottlingException", "ExecutionLimitExceeded"),
        lambda: Throttled("workflows start too quickly; try again"),
    ),
)


class IngestWorkflow:
    """Starts executions at a pace, and waits for none of them."""

    def __init__(
        self,
        workflows: "SFNClient",
        workflow_arn: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._workflows = workflows
        self._workflow_arn = workflow_arn
        self._sleep = sleep

    def start(self, event: Mapping[str, Any]) -> None:
        """Start an execution for `event`.

        Raises:
            Throttled: when too many were started; a retry helps.
            StoreUnavailable: when Step Functions can't be reached; a retry helps.
        """
        with _translated():
            self._workflows.start_execution(
                stateMachineArn=self._workflow_arn, input=json.dumps(event)
            )
        self._sleep(PACE_SECONDS)
