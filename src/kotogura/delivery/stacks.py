"""Stacks of CloudFormation: what they are like, and waiting for them."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kotogura.delivery.errors import StackFailed, StackMissing

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

POLL_SECONDS = 2.0
_DEADLINE_SECONDS = 7200.0
_THERE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_GONE = ("DELETE_COMPLETE",)

Say = Callable[[str], None]
"""Is told each resource that is done or has failed, as a line."""


def describe(cloudformation: "CloudFormationClient", name: str) -> Any | None:
    """Return a stack as CloudFormation describes it, or None where there is none."""
    try:
        stacks = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ValidationError":
            return None
        raise
    alive = [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]
    return alive[0] if alive else None


def outputs(cloudformation: "CloudFormationClient", name: str) -> dict[str, str]:
    """Return a stack's outputs by key.

    Raises:
        StackMissing: when there is no such stack in this account and region.
    """
    stack = describe(cloudformation, name)
    if stack is None:
        raise StackMissing(
            f"there is no stack {name} in this account and region: deploy it first, or set "
            "AWS_REGION and AWS_PROFILE to where it is"
        )
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def wait(
    cloudformation: "CloudFormationClient",
    stack_id: str,
    since: datetime,
    say: Say = lambda _: None,
    poll_seconds: float = POLL_SECONDS,
    *,
    gone: bool = False,
) -> None:
    """Wait until a stack's change has ended, or it is `gone`; tell each resource's end on the way.

    Raises:
        StackFailed: when it ended otherwise than well, with the first resource that failed and why.
    """
    deadline = time.monotonic() + _DEADLINE_SECONDS
    told: set[str] = set()
    while True:
        stack = describe(cloudformation, stack_id)
        status = "DELETE_COMPLETE" if stack is None else stack["StackStatus"]
        for event in _events(cloudformation, stack_id, since):
            if event["EventId"] not in told:
                told.add(event["EventId"])
                if (line := _line(event)) is not None:
                    say(line)
        if not status.endswith("_IN_PROGRESS"):
            break
        if time.monotonic() > deadline:
            raise StackFailed(f"{stack_id} is still {status} after {_DEADLINE_SECONDS:.0f} s")
        time.sleep(poll_seconds)
    if status not in (_GONE if gone else _THERE):
        raise StackFailed(f"{_first_failure(cloudformation, stack_id, since)}; now {status}")


def _events(
    cloudformation: "CloudFormationClient", stack_id: str, since: datetime
) -> Iterator[Any]:
    """Yield a stack's events from a moment on, the oldest first."""
    try:
        events = cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
    except ClientError:  # a stack that is gone has none
        return
    yield from (event for event in reversed(events) if event["Timestamp"] >= since)


def _line(event: Any) -> str | None:
    status = event.get("ResourceStatus", "")
    name = f"{event['LogicalResourceId']} ({event['ResourceType']})"
    if status.endswith("_FAILED"):
        return f"{name} failed: {event.get('ResourceStatusReason', 'no reason given')}"
    return f"{name} {status.lower()}" if status.endswith("_COMPLETE") else None


def _first_failure(cloudformation: "CloudFormationClient", stack_id: str, since: datetime) -> str:
    for event in _events(cloudformation, stack_id, since):
        if event.get("ResourceStatus", "").endswith("_FAILED"):
            return str(_line(event))
    return f"the change of {stack_id} didn't end well"
