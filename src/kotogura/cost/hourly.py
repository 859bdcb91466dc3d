"""The guard: what in a template is billed for merely existing."""

from collections.abc import Callable, Iterator

from kotogura.cost.inventory import Inventory, Resource
from kotogura.cost.resource_types import BY_THE_HOUR, BY_USE, FREE


def hourly(inventory: Inventory) -> list[str]:
    """Return one line for each thing that bills by the hour, or of which that can't be ruled out.

    Conditions are not looked at: what a parameter can switch on counts as on, and so does every
    value that a parameter allows.
    """
    findings = [
        f"{where}: can't be read from here; nest templates by path" for where in inventory.unread
    ]
    for resource in inventory.resources:
        findings += [f"{resource.name} ({resource.type}): {why}" for why in _reasons(resource)]
    return findings


def _reasons(resource: Resource) -> Iterator[str]:
    if resource.type in BY_THE_HOUR:
        yield f"bills by the hour for {BY_THE_HOUR[resource.type]}"
    elif (
        resource.type.startswith("Custom::")
        or resource.type == "AWS::CloudFormation::CustomResource"
    ):
        pass  # a call of a function that is in the template or elsewhere
    elif resource.type not in FREE and resource.type not in BY_USE:
        yield "how it bills is unknown; look it up and add it to kotogura.cost.resource_types"
    elif resource.type in _BY_PROPERTY:
        yield from _BY_PROPERTY[resource.type](resource)


def _unless(
    resource: Resource, name: str, allowed: tuple[str, ...], default: str, what: str
) -> Iterator[str]:
    values = resource.possible(name)
    if values is None:
        yield f"{name} can't be known from the template; write it out"
    elif any(str(value) not in allowed for value in values or [default]):
        yield f"bills by the hour for {what}: {name} must be {' or '.join(allowed)}"


def _set(resource: Resource, name: str, what: str) -> Iterator[str]:
    if resource.possible(name) != []:
        yield f"bills by the hour for {what}: leave out {name}"


def _function(resource: Resource) -> Iterator[str]:
    return _set(resource, "ProvisionedConcurrencyConfig", "provisioned concurrency")


def _endpoint(resource: Resource) -> Iterator[str]:
    return _unless(resource, "VpcEndpointType", ("Gateway",), "Gateway", "an interface endpoint")


def _table(resource: Resource) -> Iterator[str]:
    return _unless(
        resource, "BillingMode", ("PAY_PER_REQUEST",), "PROVISIONED", "provisioned capacity"
    )


def _file_system(resource: Resource) -> Iterator[str]:
    allowed = ("bursting", "elastic")
    yield from _unless(resource, "ThroughputMode", allowed, "bursting", "provisioned throughput")
    yield from _set(resource, "ProvisionedThroughputInMibps", "provisioned throughput")


def _service(resource: Resource) -> Iterator[str]:
    return _unless(resource, "DesiredCount", ("0",), "1", "tasks that always run")


def _stage(resource: Resource) -> Iterator[str]:
    return _unless(resource, "CacheClusterEnabled", ("False",), "False", "a cache")


def _simple_table(resource: Resource) -> Iterator[str]:
    return _set(resource, "ProvisionedThroughput", "provisioned capacity")


_BY_PROPERTY: dict[str, Callable[[Resource], Iterator[str]]] = {
    "AWS::ApiGateway::Stage": _stage,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::DynamoDB::Table": _table,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::ECS::Service": _service,
    "AWS::EFS::FileSystem": _file_system,
    "AWS::Lambda::Alias": _function,
    "AWS::Lambda::Version": _function,
    "AWS::Serverless::Api": _stage,
    "AWS::Serverless::Function": _function,
    "AWS::Serverless::SimpleTable": _simple_table,
}
