"""The functions of a deployed stack and of those nested in it, by logical id."""

from typing import Any

from kotogura.local import clients


def function_names(endpoint: str, stack_name: str) -> dict[str, str]:
    """Return the name of every deployed function by its logical id, which no two functions share.

    Raises:
        ClientError: when there is no such stack.
    """
    cloudformation = clients.cloudformation(endpoint)
    found: dict[str, str] = {}
    waiting = [stack_name]
    while waiting:
        resources: Any = cloudformation.describe_stack_resources(StackName=waiting.pop())
        for resource in resources["StackResources"]:
            name = resource["PhysicalResourceId"]
            if resource["ResourceType"] == "AWS::CloudFormation::Stack":
                waiting.append(name)
            elif resource["ResourceType"] == "AWS::Lambda::Function":
                found[resource["LogicalResourceId"]] = name
    return found
