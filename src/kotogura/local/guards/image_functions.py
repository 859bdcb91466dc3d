"""Guard: image functions run in the function runtime, and their exceptions keep their class.

MiniStack hands image functions to Docker or to an HTTP proxy. The proxy knows no error contract, so
that every exception would arrive at Retry and Catch as one and the same `Runtime.HandlerError`, and
it charges a function's cold start to its Timeout. This guard sends the event, with the deployed
function's own configuration, to `kotogura.local.function_server`, which answers as Lambda's Invoke
does: `X-Amz-Function-Error` marks an error body. Where IAM is evaluated, the function gets
credentials of its role.
"""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from kotogura.local.guards.private_names import private, replace
from kotogura.local.guards.tenant_isolation import tenant_of_invocation
from kotogura.local.wiring import Wiring

_CONFIGURATION_KEYS = (
    "FunctionName",
    "FunctionArn",
    "ImageUri",
    "ImageConfigResponse",
    "Environment",
    "LoggingConfig",
    "Timeout",
    "MemorySize",
    "Version",
    "RevisionId",
    "TenancyConfig",
)


def install() -> None:
    """Put the function runtime in Docker's place for functions of package type Image."""
    in_docker = private(lambda_svc, "_execute_function_docker")
    private(app, "AUTH")
    private(lambda_runtime, "execution_credentials")
    runtime = urlsplit(Wiring.from_environment().runtime_url)

    def execute(func: dict[str, Any], event: Any, request_id: str) -> Any:
        configuration = func.get("config") or func
        if configuration.get("PackageType") != "Image":
            return in_docker(func, event, request_id)
        return _invoke(runtime.hostname or "", runtime.port or 0, configuration, event, request_id)

    replace(lambda_svc, "_execute_function_docker", execute)


def _invoke(
    host: str, port: int, configuration: dict[str, Any], event: Any, request_id: str
) -> dict[str, Any]:
    body = {
        "configuration": {k: configuration[k] for k in _CONFIGURATION_KEYS if k in configuration},
        "request_id": request_id,
        "event": event,
        "credentials": lambda_runtime.execution_credentials(configuration) if app.AUTH else {},
        "tenant": tenant_of_invocation.get(),
    }
    # No time limit here: the runtime holds the function to its own Timeout, cold start excluded.
    connection = http.client.HTTPConnection(host, port)
    try:
        connection.request(
            "POST",
            f"/functions/{configuration['FunctionName']}/invocations",
            json.dumps(body, ensure_ascii=False).encode(),
            {"Content-Type": "application/json"},
        )
        response = connection.getresponse()
        payload = json.loads(response.read() or b"null")
        if response.getheader("X-Amz-Function-Error"):
            return {"body": payload, "error": True}
    except (OSError, http.client.HTTPException) as unreachable:
        return {
            "body": {
                "errorType": "Runtime.Unreachable",
                "errorMessage": f"no function runtime at {host}:{port}: {unreachable}",
            },
            "error": True,
        }
    else:
        return {"body": payload}
    finally:
        connection.close()
