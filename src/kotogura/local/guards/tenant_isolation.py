"""Guard: an isolated function runs for the tenant that its caller names, and for nobody else.

MiniStack forgets the TenancyConfig of a template, and does nothing by that of a call. Lambda
refuses a call without a tenant to a function of `PER_TENANT`, and one with a tenant to any other;
this guard does so, and keeps the tenant for the function runtime, which tells workers apart by it.
"""

from contextvars import ContextVar
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc

from kotogura.local.guards.private_names import private, replace, resource_handler

tenant_of_invocation: ContextVar[str | None] = ContextVar("tenant_of_invocation", default=None)


def install() -> None:
    """Keep what a template says, and look at every call of a function before it is made."""
    _keep_of_templates()
    invoke, functions = private(lambda_svc, "_invoke"), private(lambda_svc, "_functions")

    async def invoke_as_tenant(
        name: str, event: Any, headers: dict[str, str], *more: Any, **named: Any
    ) -> Any:
        told = {key.lower(): value for key, value in headers.items()}.get("x-amz-tenant-id")
        isolated = name in functions and _is_isolated(functions[name]["config"])
        if isolated != (told is not None) and name in functions:
            return error_response_json("InvalidParameterValueException", _REMEDY[isolated], 400)
        tenant_of_invocation.set(told)
        return await invoke(name, event, headers, *more, **named)

    replace(lambda_svc, "_invoke", invoke_as_tenant)


def _keep_of_templates() -> None:
    functions = private(lambda_svc, "_functions")
    handler = resource_handler("AWS::Lambda::Function")
    create = handler["create"]

    def create_with_tenancy(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = create(logical_id, properties, stack)
        if "TenancyConfig" in properties:
            functions[created[0]]["config"]["TenancyConfig"] = properties["TenancyConfig"]
        return created

    handler["create"] = create_with_tenancy


_REMEDY = {
    True: "The invoked function is enabled with tenancy configuration. "
    "Add a valid tenant ID in your request and try again.",
    False: "The invoked function is not enabled with tenancy configuration. "
    "Remove the tenant ID from your request and try again.",
}


def _is_isolated(configuration: dict[str, Any]) -> bool:
    tenancy = configuration.get("TenancyConfig") or {}
    return bool(tenancy.get("TenantIsolationMode") == "PER_TENANT")
