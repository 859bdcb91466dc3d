"""Asking the upkeep function, which alone may look into a tenant's store by hand."""

import json
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
    response = functions.invoke(
        FunctionName=name,
        Payload=json.dumps({"tenant": tenant, "action": action, **wanted}).encode(),
    )
    answer: dict[str, Any] = json.loads(response["Payload"].read())
    if "FunctionError" not in response:
        return answer
    broke = str(answer.get("errorType", ""))
    found = getattr(errors, broke, None)
    if isinstance(found, type) and issubclass(found, errors.KotoguraError):
        raise found(answer.get("errorMessage") or found.code)
    raise errors.Internal(f"the upkeep function failed ({broke or 'no reason'}); its log says more")
