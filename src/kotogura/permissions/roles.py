"""The roles that a template and its nested stacks make, each with what its policies allow."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kotogura.cost.inventory import Inventory, Resource, read_inventory

_FUNCTION, _MACHINE = "AWS::Serverless::Function", "AWS::Serverless::StateMachine"
_ROLE, _POLICY = "AWS::IAM::Role", "AWS::IAM::Policy"
_MANAGED = "AWS::IAM::ManagedPolicy"


@dataclass(frozen=True)
class Permission:
    """What one statement allows: these actions, on these resources, where the conditions hold.

    Resources are written without what is the same for all: `DocumentsBucket/*/documents/*`.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Role:
    """A role: `holder` is the function, workflow or role it belongs to, by its logical id.

    `managed` are policies of AWS's own. `trusted` may assume it.
    """

    holder: str
    type: str
    description: str
    permissions: tuple[Permission, ...]
    managed: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()

    @property
    def actions(self) -> set[str]:
        """All actions that it is allowed, wherever."""
        return {action for permission in self.permissions for action in permission.actions}


def read_roles(template: Path) -> list[Role]:
    """Return the roles in the template's order, those of nested stacks included.

    A role whose policies depend on a condition is told with those of either case.

    Raises:
        ValueError: when a policy refuses something, or can't be found.
    """
    inventory = read_inventory(template)
    return [
        _role(resource, inventory)
        for resource in inventory.resources
        if resource.type in (_FUNCTION, _MACHINE, _ROLE)
    ]


def _role(resource: Resource, inventory: Inventory) -> Role:
    name = resource.name.rpartition("/")[2]
    own = resource.properties.get("Policies", [])
    every = resource.properties.get("ManagedPolicyArns", [])
    referred = [one for one in every if not _is_aws_own(one)]
    role_name = name if resource.type == _ROLE else f"{name}Role"
    permissions = [
        permission
        for policy in (*_either(own), *referred, *_attached(role_name, inventory))
        for permission in _permissions(policy, inventory)
    ]
    trust = resource.properties.get("AssumeRolePolicyDocument", {}).get("Statement", [])
    return Role(
        name,
        resource.type,
        str(resource.properties.get("Description", "")),
        (*permissions, *_to_destinations(resource)),
        (*_added_by_sam(resource), *(_last(one) for one in every if _is_aws_own(one))),
        tuple(written(one) for entry in trust for one in entry["Principal"].values()),
    )


def _either(policies: Sequence[Any]) -> Iterator[Any]:
    """Yield policies, those first that hold where conditions don't."""
    for policy in policies:
        branches = policy["Fn::If"][:0:-1] if "Fn::If" in policy else [policy]
        yield from (branch for branch in branches if branch != {"Ref": "AWS::NoValue"})


def _is_aws_own(policy: Any) -> bool:
    return ":iam::aws:policy/" in str(policy)


def _last(policy: Any) -> str:
    return written(policy).rpartition("/")[2]


def _added_by_sam(resource: Resource) -> Iterator[str]:
    if resource.type != _FUNCTION:
        return
    if resource.possible("VpcConfig") != []:  # or where a condition holds
        yield "AWSLambdaVPCAccessExecutionRole"
    else:
        yield "AWSLambdaBasicExecutionRole"
    if resource.possible("Tracing") not in ([], ["PassThrough"]):
        yield "AWSXRayDaemonWriteAccess"


def _to_destinations(resource: Resource) -> Iterator[Permission]:
    """Yield what SAM allows a function so that its failed calls are kept."""
    config = resource.properties.get("EventInvokeConfig", {}).get("DestinationConfig", {})
    for destination in config.values():
        if destination["Type"] != "SQS":
            raise ValueError(f"{destination['Type']}: teach kotogura.permissions to tell it")
        yield Permission(("sqs:SendMessage",), (written(destination["Destination"]),), {})


def _attached(role_name: str, inventory: Inventory) -> Iterator[Mapping[str, Any]]:
    for policy in inventory.of(_POLICY):
        if role_name in [written(one) for one in policy.properties["Roles"]]:
            yield policy.properties


def _permissions(policy: Any, inventory: Inventory) -> Iterator[Permission]:
    """Yield what a policy allows: written in place, in a document, or referred to by name."""
    if "Statement" in policy:
        yield from map(_permission, policy["Statement"])
    elif "PolicyDocument" in policy:
        yield from map(_permission, policy["PolicyDocument"]["Statement"])
    else:
        managed = inventory.named(written(policy))
        if managed.type != _MANAGED:
            raise ValueError(f"{managed.name} is no policy")
        yield from map(_permission, managed.properties["PolicyDocument"]["Statement"])


def _permission(statement: Mapping[str, Any]) -> Permission:
    if statement["Effect"] != "Allow":
        raise ValueError("a role's policy refuses something: teach kotogura.permissions to tell it")
    return Permission(
        tuple(map(str, _listed(statement["Action"]))),
        tuple(written(one) for one in _listed(statement["Resource"])),
        {
            operator: {
                key: tuple(written(one) for one in _listed(value)) for key, value in keys.items()
            }
            for operator, keys in statement.get("Condition", {}).items()
        },
    )


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def written(value: Any) -> str:
    """Return a value of a template as people write it: what is the same for all is left out.

    >>> written({"Fn::Sub": "${DocumentsBucket.Arn}/${!aws:PrincipalTag/TenantId}/documents/*"})
    'DocumentsBucket/<tenant>/documents/*'
    >>> written({"Fn::GetAtt": ["Store", "Outputs.FileSystemArn"]})
    'FileSystem'
    >>> written({"Fn::Sub": "arn:${AWS::Partition}:s3:::${DocumentsBucketName}"})
    'DocumentsBucket'
    >>> written({"Fn::Sub": "arn:${AWS::Partition}:states:::stateMachine:${Name}-train-workflow"})
    'stateMachine:<stack>-train-workflow'
    >>> written({"Fn::ImportValue": {"Fn::Sub": "${MainStack}-TableArn"}})
    'Table'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, dict):
        return str(value).replace("${aws:PrincipalTag/TenantId}", "<tenant>")
    [(kind, of)] = value.items()
    if kind == "Ref":
        return _bare(of)
    if kind == "Fn::GetAtt":
        name, attribute = of
        return _bare(attribute.removeprefix("Outputs.") if attribute.startswith("Out") else name)
    if kind == "Fn::ImportValue":
        return _bare(written(of).removeprefix("<stack>-"))
    if kind != "Fn::Sub":
        raise ValueError(f"{kind} in a policy: teach kotogura.permissions to tell it")
    pattern, values = (of, {}) if isinstance(of, str) else of
    text = pattern.replace("${!aws:PrincipalTag/TenantId}", "<tenant>")
    for name, given in values.items():
        text = text.replace(f"${{{name}}}", written(given))
    if text.startswith("arn:"):
        text = re.sub(r"AWS::(Partition|Region|AccountId)", "", text)
        text = text.split(":", 5)[5].removeprefix("table/").removeprefix("function:")
    # A nested stack is given the root's name as `Name`.
    text = re.sub(r"\$\{(AWS::StackName|MainStack|Name)\}", "<stack>", text)
    return re.sub(r"\$\{([\w:]+)(\.\w+)?\}", lambda found: _bare(found[1]), text)


def _bare(name: str) -> str:
    """A parameter of a nested stack is named after what it stands for: `TableName`, `RoleArn`."""
    return re.sub(r"(?<=[a-z])(Name|Arn|Id)$", "", name) if "::" not in name else name
