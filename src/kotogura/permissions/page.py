"""`docs/permissions.md`: the roles, and what each may do, in plain words."""

from collections.abc import Iterator, Mapping

from kotogura.permissions.roles import Permission, Role

_WORDS = {
    "dynamodb:BatchGetItem": "read items, many at a time",
    "dynamodb:BatchWriteItem": "write and delete items, many at a time",
    "dynamodb:DeleteItem": "delete an item",
    "dynamodb:GetItem": "read an item",
    "dynamodb:PutItem": "write an item",
    "dynamodb:Query": "list items of a partition",
    "dynamodb:UpdateItem": "change an item",
    "ecr:BatchCheckLayerAvailability": "pull images",
    "ecr:BatchGetImage": "pull images",
    "ecr:GetAuthorizationToken": "sign in to the registry",
    "ecr:GetDownloadUrlForLayer": "pull images",
    "ecs:DescribeTasks": "look at tasks",
    "ecs:RunTask": "start a task",
    "ecs:StopTask": "stop a task",
    "elasticfilesystem:ClientMount": "mount the file system and read",
    "elasticfilesystem:ClientWrite": "write into the file system",
    "events:DescribeRule": "learn when a task ends",
    "events:PutRule": "learn when a task ends",
    "events:PutTargets": "learn when a task ends",
    "iam:PassRole": "give a task its role",
    "lambda:InvokeFunction": "call a function",
    "logs:CreateLogDelivery": "set up the workflow's log",
    "logs:CreateLogStream": "write the log",
    "logs:DeleteLogDelivery": "set up the workflow's log",
    "logs:DescribeLogGroups": "set up the workflow's log",
    "logs:DescribeResourcePolicies": "set up the workflow's log",
    "logs:FilterLogEvents": "read the functions' log",
    "logs:GetLogDelivery": "set up the workflow's log",
    "logs:ListLogDeliveries": "set up the workflow's log",
    "logs:PutLogEvents": "write the log",
    "logs:PutResourcePolicy": "set up the workflow's log",
    "logs:UpdateLogDelivery": "set up the workflow's log",
    "s3:AbortMultipartUpload": "give up an upload in parts",
    "s3:DeleteObject": "delete a file",
    "s3:GetObject": "read a file",
    "s3:GetObjectTagging": "read a file's tags",
    "s3:GetObjectVersion": "read a version of a file",
    "s3:GetObjectVersionTagging": "read the tags of a file's version",
    "s3:ListBucket": "list files",
    "s3:ListMultipartUploadParts": "list the parts of an upload",
    "s3:PutObject": "write a file",
    "sagemaker:InvokeEndpoint": "have queries embedded",
    "sqs:SendMessage": "put a message",
    "states:DescribeExecution": "look at a run of a workflow",
    "states:GetExecutionHistory": "look at the steps of a run of a workflow",
    "states:ListExecutions": "list the runs of a workflow",
    "states:StartExecution": "start a workflow",
    "states:StopExecution": "stop a run of a workflow",
    "sts:AssumeRole": "act for a tenant",
    "sts:TagSession": "act for a tenant",
    "xray:GetSamplingRules": "learn what to trace",
    "xray:GetSamplingTargets": "learn what to trace",
    "xray:PutTelemetryRecords": "send traces",
    "xray:PutTraceSegments": "send traces",
}
_KEYS = {
    "SEARCH-RATE#*": "how fast tenants search",
    "TENANT#*": "items of tenants, not the list of them",
    "TENANT#<tenant>": "items of the session's own tenant",
    "TENANTS": "the list of tenants",
    "USAGE": "up to when usage is counted",
}
_MANAGED = {
    "AWSBackupServiceRolePolicyForBackup": "make backups",
    "AWSBackupServiceRolePolicyForRestores": "bring backups back",
    "AWSLambdaBasicExecutionRole": "write logs",
    "AWSLambdaVPCAccessExecutionRole": "write logs, and be connected with the VPC's subnets",
    "AWSXRayDaemonWriteAccess": "send traces",
}
_HEAD = """# What each role may do

Made by `make permissions` from `template.yaml`, its nested stacks and `platforms/ecs-service.yaml`,
whose roles come last; a test holds them equal.

`<tenant>` is the session tag `TenantId`: such a role acts for one tenant at a time, and AWS refuses
it every other tenant's files and items, whatever the code asks for. Why some functions have such a
role and others don't: [decision 38](adr/0038-a-session-for-each-tenant.md).

Nothing is allowed that isn't listed. SAM adds roles that start the workflows by rule and schedule;
each may start its workflow.
"""


class UnknownAction(ValueError):
    """An action that has no words here yet."""


def permissions_page(roles: list[Role]) -> str:
    """Return the page as Markdown.

    Raises:
        UnknownAction: when an action has no words; add them to this module.
    """
    return _HEAD + "".join(_section(role) for role in roles)


def _section(role: Role) -> str:
    lines = [f"\n## {role.holder}\n"]
    if role.description:
        lines.append(f"{role.description}.\n")
    if role.trusted:
        names = ", ".join(f"`{name}`" for name in role.trusted)
        lines.append(f"Whoever may take it on: {names}.\n")
    lines += [f"AWS's `{name}`: {_MANAGED[name]}.\n" for name in role.managed]
    if role.permissions:
        lines += ["| may | by | on | only |", "| --- | --- | --- | --- |"]
        lines += [_row(permission) for permission in role.permissions]
        lines.append("")
    else:
        lines.append("Nothing else.\n")
    return "\n".join(lines)


def _row(permission: Permission) -> str:
    words = list(dict.fromkeys(map(_words, permission.actions)))
    actions = ", ".join(f"`{action}`" for action in permission.actions)
    resources = ", ".join(
        "anything" if resource == "*" else f"`{resource}`" for resource in permission.resources
    )
    return f"| {'; '.join(words)} | {actions} | {resources} | {_only(permission.conditions)} |"


def _words(action: str) -> str:
    try:
        return _WORDS[action]
    except KeyError:
        raise UnknownAction(
            f"say in kotogura.permissions.page in plain words what {action} lets a role do"
        ) from None


def _only(conditions: Mapping[str, Mapping[str, tuple[str, ...]]]) -> str:
    return "; ".join(
        told
        for operator, keys in conditions.items()
        for key, values in keys.items()
        for told in _condition(operator, key, values)
    )


def _condition(operator: str, key: str, values: tuple[str, ...]) -> Iterator[str]:
    if key == "dynamodb:LeadingKeys":
        if operator != "Null":  # that a key must be named goes without saying
            yield ", ".join(_KEYS[value] for value in values)
        return
    yield f"where `{key}` is {', '.join(f'`{value}`' for value in values)}"
