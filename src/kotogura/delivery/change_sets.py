"""Change sets: what a deployment would do, before it does it."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kotogura.delivery.errors import StackFailed, StackMissing
from kotogura.delivery.stacks import POLL_SECONDS, Say, describe, wait

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_NOTHING = ("didn't contain changes", "No updates are to be performed", "no changes")
_DEADLINE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that would be made, changed or removed.

    Attributes:
        replaced: True, False, or None where CloudFormation can't tell before it tries.
    """

    action: str
    resource: str
    type: str
    replaced: bool | None

    @property
    def loses(self) -> bool:
        """Whether the resource as it is now may be gone afterwards."""
        return self.action == "Remove" or self.replaced is not False


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set that can be executed."""

    identifier: str
    stack_id: str
    changes: tuple[Change, ...]


def create(
    cloudformation: "CloudFormationClient",
    stack: str,
    template: Mapping[str, str],
    parameters: Mapping[str, str],
    role_arn: str | None = None,
    say: Say = lambda _: None,
    poll_seconds: float = POLL_SECONDS,
) -> ChangeSet | None:
    """Return the change set that brings a stack to a template; None where nothing would change.

    `template` is either `TemplateBody` or `TemplateURL`. Parameters that aren't given keep their
    values, or get their defaults in a new stack. CloudFormation acts as the role, or with the
    caller's own rights where none is given. What nested stacks would do is shown too, unless
    CloudFormation can't tell before their parameters have values; then `say` is told why.

    Raises:
        StackFailed: when CloudFormation refuses it, or the stack is in a state that allows none.
    """
    now = describe(cloudformation, stack)
    status = "" if now is None else now["StackStatus"]
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "CREATE_FAILED"):
        raise StackFailed(f"{stack} is {status}: remove it with `kotogura destroy`, then deploy")
    new = now is None or status == "REVIEW_IN_PROGRESS"
    request: dict[str, Any] = {
        "StackName": stack,
        "ChangeSetType": "CREATE" if new else "UPDATE",
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ]
        + ([] if new or now is None else _kept(cloudformation, now, template, parameters)),
        "Capabilities": list(_CAPABILITIES),
        **template,
    }
    if role_arn is not None:
        request["RoleARN"] = role_arn
    found, refused = _proposed(
        cloudformation, {**request, "IncludeNestedStacks": True}, poll_seconds
    )
    if refused and not _is_nothing(refused):
        say(f"what nested stacks would do can't be shown: {refused}")
        found, refused = _proposed(cloudformation, request, poll_seconds)
    if _is_nothing(refused):
        return None
    if refused:
        raise StackFailed(f"CloudFormation refuses the change of {stack}: {refused}")
    identifier = found["ChangeSetId"]
    changes = tuple(_changes(cloudformation, identifier))
    if not changes and not new:
        cloudformation.delete_change_set(ChangeSetName=identifier)
        return None
    return ChangeSet(identifier, found["StackId"], changes)


def read(cloudformation: "CloudFormationClient", stack: str, name: str) -> tuple[Change, ...]:
    """Return what a change set that somebody else made would do.

    Raises:
        StackMissing: when there is none of this name.
    """
    try:
        found = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
    except ClientError:
        raise StackMissing(f"{stack} has no change set {name}") from None
    return tuple(_changes(cloudformation, found["ChangeSetId"]))


def carry_out(
    cloudformation: "CloudFormationClient",
    change_set: ChangeSet,
    say: Say = lambda _: None,
    poll_seconds: float = POLL_SECONDS,
) -> None:
    """Carry a change set out and wait for its end.

    Raises:
        StackFailed: when it was rolled back, with the first resource that failed and why.
    """
    since = datetime.now(UTC).replace(microsecond=0)
    cloudformation.execute_change_set(ChangeSetName=change_set.identifier)
    wait(cloudformation, change_set.stack_id, since, say, poll_seconds)


def discard(cloudformation: "CloudFormationClient", change_set: ChangeSet) -> None:
    """Take a change set away, and the empty stack that a first one left."""
    cloudformation.delete_change_set(ChangeSetName=change_set.identifier)
    stack = describe(cloudformation, change_set.stack_id)
    if stack is not None and stack["StackStatus"] == "REVIEW_IN_PROGRESS":
        cloudformation.delete_stack(StackName=change_set.stack_id)


def _kept(
    cloudformation: "CloudFormationClient",
    stack: Any,
    template: Mapping[str, str],
    given: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return the parameters that a stack has, the template knows, and nobody gave anew."""
    request: Any = dict(template)
    declared = cloudformation.get_template_summary(**request)["Parameters"]
    known = {parameter["ParameterKey"] for parameter in declared}
    names = [parameter["ParameterKey"] for parameter in stack.get("Parameters", [])]
    return [
        {"ParameterKey": name, "UsePreviousValue": True}
        for name in names
        if name in known and name not in given
    ]


def _proposed(
    cloudformation: "CloudFormationClient", request: Mapping[str, Any], poll_seconds: float
) -> tuple[Any, str]:
    """Return a change set as it has become, and why it can't be made, or nothing."""
    name = f"kotogura-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    try:
        made = cloudformation.create_change_set(**request, ChangeSetName=name)
    except ClientError as refused:
        message = refused.response.get("Error", {}).get("Message", str(refused))
        raise StackFailed(
            f"CloudFormation refuses the change of {request['StackName']}: {message}"
        ) from None
    found = _settled(cloudformation, made["Id"], poll_seconds)
    if found["Status"] != "FAILED":
        return found, ""
    cloudformation.delete_change_set(ChangeSetName=made["Id"])
    return found, found.get("StatusReason", "no reason given")


def _is_nothing(reason: str) -> bool:
    return any(words in reason for words in _NOTHING)


def _settled(cloudformation: "CloudFormationClient", identifier: str, poll_seconds: float) -> Any:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while True:
        found = cloudformation.describe_change_set(ChangeSetName=identifier)
        if not found["Status"].endswith(("_PENDING", "_IN_PROGRESS")):
            return found
        if time.monotonic() > deadline:
            raise StackFailed(
                f"the change set is still {found['Status']}: look at it in the console"
            )
        time.sleep(poll_seconds)


def _changes(
    cloudformation: "CloudFormationClient", identifier: str, around: str = ""
) -> Iterator[Change]:
    """Yield what a change set does, nested stacks' own change sets included."""
    request: dict[str, Any] = {"ChangeSetName": identifier}
    while True:
        page: Any = cloudformation.describe_change_set(**request)
        for entry in page.get("Changes", []):
            found = entry["ResourceChange"]
            replaced = {"True": True, "Conditional": None}.get(found.get("Replacement", ""), False)
            name = f"{around}{found['LogicalResourceId']}"
            yield Change(found["Action"], name, found["ResourceType"], replaced)
            if inner := found.get("ChangeSetId"):
                yield from _changes(cloudformation, inner, f"{name}/")
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]
