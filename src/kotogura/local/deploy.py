"""Deploys a SAM template to the local stack through CloudFormation's ordinary calls."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kotogura.local import clients
from kotogura.local.errors import DeploymentFailed
from kotogura.local.packaging import PackagedTemplate, package

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_BUCKET = "kotogura-local-packages"
_DIGEST_TAG = "kotogura:template-digest"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_DEADLINE_SECONDS = 120.0
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
# A stack in one of these states can only be deleted.
_STUCK = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")


def deploy(
    endpoint: str,
    template: Path,
    stack_name: str,
    parameters: Mapping[str, str] | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> dict[str, str]:
    """Bring the stack to what the template says; nothing is done where it already is.

    Returns:
        The stack's outputs by key.

    Raises:
        DeploymentFailed: with the first resource that failed and its reason; mending the template
            helps.
    """
    cloudformation = clients.cloudformation(endpoint)
    packaged = package(template, _BUCKET)
    digest = _digest(packaged, parameters or {})
    stack = _describe(cloudformation, stack_name)
    if stack is not None and stack["StackStatus"] in _STUCK:
        on_progress("removing a stack that failed")
        cloudformation.delete_stack(StackName=stack_name)
        stack = _wait(cloudformation, stack_name)
    if stack is not None and _tag(stack) == digest:
        return _outputs(stack)
    on_progress("deploying the template" if stack is None else "updating the deployed template")
    url = _upload(endpoint, packaged)
    request: Any = {
        "StackName": stack_name,
        "TemplateURL": url,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in (parameters or {}).items()
        ],
        "Capabilities": _CAPABILITIES,
        "Tags": [{"Key": _DIGEST_TAG, "Value": digest}],
    }
    try:
        if stack is None:
            cloudformation.create_stack(**request)
        else:
            cloudformation.update_stack(**request)
    except ClientError as refused:
        message = refused.response.get("Error", {}).get("Message", str(refused))
        if "No updates are to be performed" not in message:
            raise DeploymentFailed(f"CloudFormation refuses the template: {message}") from None
    deployed = _wait(cloudformation, stack_name)
    if deployed is None or deployed["StackStatus"] not in _DONE:
        raise DeploymentFailed(_reason(cloudformation, stack_name, deployed))
    return _outputs(deployed)


def _digest(packaged: PackagedTemplate, parameters: Mapping[str, str]) -> str:
    text = json.dumps([packaged.digest, dict(parameters)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _upload(endpoint: str, packaged: PackagedTemplate) -> str:
    objects = clients.objects(endpoint)
    objects.create_bucket(Bucket=_BUCKET)
    for key, content in packaged.files.items():
        objects.put_object(Bucket=_BUCKET, Key=key, Body=content)
    key = f"template-{packaged.digest[:16]}.json"
    objects.put_object(Bucket=_BUCKET, Key=key, Body=packaged.body.encode())
    return f"{endpoint}/{_BUCKET}/{key}"


def _describe(cloudformation: "CloudFormationClient", stack_name: str) -> Any:
    try:
        stacks = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as missing:
        if missing.response.get("Error", {}).get("Code") == "ValidationError":
            return None
        raise
    return stacks[0] if stacks and stacks[0]["StackStatus"] != "DELETE_COMPLETE" else None


def _wait(cloudformation: "CloudFormationClient", stack_name: str) -> Any:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while True:
        stack = _describe(cloudformation, stack_name)
        if stack is None or not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        if time.monotonic() > deadline:
            raise DeploymentFailed(
                f"the stack is still {stack['StackStatus']} after {_DEADLINE_SECONDS:.0f} s"
            )
        time.sleep(0.1)


def _reason(cloudformation: "CloudFormationClient", stack_name: str, stack: Any) -> str:
    status = stack["StackStatus"] if stack else "gone"
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    for event in reversed(events):
        if event.get("ResourceStatus", "").endswith("_FAILED") and event.get(
            "ResourceStatusReason"
        ):
            return (
                f"{event.get('LogicalResourceId')} ({event.get('ResourceType')}) failed: "
                f"{event.get('ResourceStatusReason')}; the stack is {status}"
            )
    told = (stack or {}).get("StackStatusReason") or "no reason given"
    anew = "; `--state` with a new folder begins anew" if status.startswith("UPDATE_") else ""
    return f"the stack is {status}: {told}{anew}"


def _tag(stack: Any) -> str | None:
    if stack["StackStatus"] not in _DONE:
        return None
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
    return tags.get(_DIGEST_TAG)


def _outputs(stack: Any) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
