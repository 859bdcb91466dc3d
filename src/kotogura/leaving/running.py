"""What runs or waits for a tenant: executions of workflows, and events that reached none."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_AT_ONCE = 10  # all that SQS gives at a time
_HIDDEN_SECONDS = 60


class TenantExecutions:
    """One tenant's running executions of the workflows that Step Functions lists.

    `ingest` is not among them: its executions can't be listed, and end by themselves in minutes.
    """

    def __init__(self, workflows: "SFNClient", arns: Mapping[str, str], tenant: TenantId) -> None:
        self._workflows = workflows
        self._arns = arns
        self._tenant = tenant

    @property
    def place(self) -> str:
        """Where they are, for people."""
        return f"running executions of {', '.join(self._arns)}"

    def all(self) -> Iterator[str]:
        """Yield the ARN of each execution that runs for the tenant."""
        for arn in self._arns.values():
            pages = self._workflows.get_paginator("list_executions").paginate(
                stateMachineArn=arn, statusFilter="RUNNING"
            )
            for page in pages:
                for one in page["executions"]:
                    if self._is_about(one["executionArn"]):
                        yield one["executionArn"]

    def _is_about(self, arn: str) -> bool:
        described = self._workflows.describe_execution(executionArn=arn)
        return _tenant_of(described.get("input", "")) == self._tenant

    def remove(self) -> int:
        """Stop all of them, a trainer's container with them; return how many."""
        count = 0
        for arn in list(self.all()):
            self._workflows.stop_execution(
                executionArn=arn, error="TenantErased", cause="the tenant is erased"
            )
            count += 1
        return count

    def left(self) -> int:
        """Return how many there are."""
        return sum(1 for _ in self.all())


class UndeliveredEvents:
    """Events of one tenant that reached no workflow: they name its files, and wait for days."""

    def __init__(self, queues: Any, queue_url: str, tenant: TenantId) -> None:
        self._queues = queues
        self._url = queue_url
        self._tenant = tenant

    @property
    def place(self) -> str:
        """Where they lie, for people."""
        return f"queue: {self._url.rpartition('/')[2]}"

    def remove(self) -> int:
        """Remove all of them; return how many."""
        return self._count(remove=True)

    def left(self) -> int:
        """Return how many there are."""
        return self._count(remove=False)

    def _count(self, *, remove: bool) -> int:
        others: list[str] = []
        count = 0
        for message in self._messages():
            own = _tenant_of(message["Body"]) == self._tenant
            count += own
            if own and remove:
                self._queues.delete_message(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                )
            else:
                others.append(message["ReceiptHandle"])
        for handle in others:  # to be had at once by whoever asks next
            try:
                self._queues.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=handle, VisibilityTimeout=0
                )
            except ClientError:
                continue  # it can be had again after a while in any case
        return count

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            answer = self._queues.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_AT_ONCE,
                VisibilityTimeout=_HIDDEN_SECONDS,
                WaitTimeSeconds=1,  # asks all of the queue's servers, not some
            )
            if not answer.get("Messages"):
                return
            yield from answer["Messages"]


def _tenant_of(text: str) -> str | None:
    """Return whose an event or a workflow's input is.

    >>> _tenant_of('{"tenant": "minato-shoji"}')
    'minato-shoji'
    >>> _tenant_of('{"detail": {"object": {"key": "minato-shoji/documents/a.md"}}}')
    'minato-shoji'
    >>> _tenant_of("[]") is None
    True
    """
    try:
        told = json.loads(text or "{}")
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    if "tenant" in told:
        return str(told["tenant"])
    try:
        return str(told["detail"]["object"]["key"]).partition("/")[0]
    except (KeyError, TypeError):
        return None
