"""Asking a function by hand: that of upkeep, which alone may look into a tenant's store."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kotogura import errors
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def ask_upkeep(
    functions: "LambdaClient", name: str, tenant: TenantId, action: str, **wanted: Any
) -> dict[str, Any]:
    """Return what the upkeep function called `name` answers to `action`.

    Raises:
        KotoguraError: of the function's own class, when it refuses.
        Internal: when it broke, or ran out of time.
    """
    return ask_function(functions, name, {"tenant": tenant, "action": action, **wanted})


def ask_function(functions: "LambdaClient", name: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the function called `name` answers to `event`.

    Raises:
        KotoguraError: of the function's own class, when it refuses.
        Internal: when it broke, or ran out of time.
    """
    response = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    answer: dict[str, Any] = json.loads(response["Payload"].read())
    if "FunctionError" not in response:
        return answer
    broke = str(answer.get("errorType", ""))
    found = getattr(errors, broke, None)
    if isinstance(found, type) and issubclass(found, errors.KotoguraError):
        raise found(answer.get("errorMessage") or found.code)
    raise errors.Internal(f"the function {name} failed ({broke or 'no reason'}); its log says more")
