"""Takes a stack away, telling before what goes and what stays."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from kotogura.delivery.account import Account
from kotogura.delivery.errors import StackMissing
from kotogura.delivery.stacks import POLL_SECONDS, Say, describe, wait

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_NESTED = "AWS::CloudFormation::Stack"
_GONE_WITH_ITS_FUNCTION = "AWS::Lambda::Version"
_STAYING = ("Retain", "RetainExceptOnCreate")
_REMOVE_BY_HAND = {
    "AWS::S3::Bucket": "aws s3 rb --force s3://{0}",
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name {0}",
    "AWS::EFS::FileSystem": "aws efs delete-file-system --file-system-id {0}",
    "AWS::Cognito::UserPool": "aws cognito-idp delete-user-pool --user-pool-id {0}",
}


@dataclass(frozen=True, slots=True)
class Holding:
    """A resource that a stack holds, and whether it stays when the stack goes."""

    resource: str
    type: str
    identifier: str
    stays: bool

    @property
    def by_hand(self) -> str:
        """The command that removes it afterwards, as far as there is a short one."""
        return _REMOVE_BY_HAND.get(self.type, "").format(self.identifier)


def holdings(cloudformation: "CloudFormationClient", stack: str) -> list[Holding]:
    """Return what a stack and those nested in it hold.

    Raises:
        StackMissing: when there is no such stack.
    """
    if describe(cloudformation, stack) is None:
        raise StackMissing(f"there is no stack {stack} in this account and region")
    return list(_holdings(cloudformation, stack, ""))


def _holdings(cloudformation: "CloudFormationClient", stack: str, around: str) -> Iterator[Holding]:
    declared = _resources(cloudformation, stack)
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for found in (one for page in pages for one in page["StackResourceSummaries"]):
        name, identifier = found["LogicalResourceId"], found.get("PhysicalResourceId", "")
        if found["ResourceStatus"] == "DELETE_COMPLETE" or not identifier:
            continue
        if found["ResourceType"] == _NESTED:
            yield from _holdings(cloudformation, identifier, f"{around}{name}/")
            continue
        stays = (
            declared.get(name, {}).get("DeletionPolicy") in _STAYING
            and found["ResourceType"] != _GONE_WITH_ITS_FUNCTION
        )
        yield Holding(f"{around}{name}", found["ResourceType"], identifier, stays)


def _resources(cloudformation: "CloudFormationClient", stack: str) -> dict[str, Any]:
    body: Any = cloudformation.get_template(StackName=stack, TemplateStage="Processed")
    template = body["TemplateBody"]
    if isinstance(template, str):
        try:
            template = json.loads(template)
        except ValueError:
            template = yaml.load(template, _Lenient)  # noqa: S506 - a SafeLoader
    return dict(template["Resources"])


class _Lenient(yaml.SafeLoader):
    """YAML whose short forms mean nothing: deletion policies have none."""


_Lenient.add_multi_constructor("!", lambda *_: None)


def remove(
    account: Account,
    stack: str,
    held: list[Holding],
    say: Say = lambda _: None,
    poll_seconds: float = POLL_SECONDS,
) -> None:
    """Empty the buckets that go, delete the stack, and wait until it is gone.

    Raises:
        StackFailed: when CloudFormation can't remove something, with the first such thing and why;
            repeating helps once that is mended.
    """
    for holding in held:
        if holding.type == "AWS::S3::Bucket" and not holding.stays:
            say(f"emptying {holding.identifier}")
            _empty(account, holding.identifier)
    since = datetime.now(UTC).replace(microsecond=0)
    found = describe(account.cloudformation, stack)
    if found is not None:
        account.cloudformation.delete_stack(StackName=stack)
        wait(account.cloudformation, found["StackId"], since, say, poll_seconds, gone=True)


def _empty(account: Account, bucket: str) -> None:
    """Remove every version of every object."""
    pages = account.objects.get_paginator("list_object_versions").paginate(Bucket=bucket)
    for page in pages:
        found: list[Any] = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            account.objects.delete_objects(
                Bucket=bucket,
                Delete={
                    "Objects": [
                        {"Key": one["Key"], "VersionId": one["VersionId"]} for one in found
                    ],
                    "Quiet": True,
                },
            )
