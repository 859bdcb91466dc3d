"""Guard: a Lambda task waits for its function, however long the laptop takes to come round to it.

On AWS a task's TimeoutSeconds can be a little more than its function's own Timeout, since an
environment is there in no time. A laptop has few workers: invocations queue, and a cold start
beside a training takes long. The function runtime holds each invocation to the function's own
Timeout, so the task's limit is left out for Lambda tasks.
"""

from typing import Any

from ministack.services import stepfunctions

from kotogura.local.guards.private_names import private, replace


def install() -> None:
    """Invoke functions without the task's own time limit."""
    with_limit = private(stepfunctions, "_invoke_resource_with_timeout")
    without_limit = private(stepfunctions, "_invoke_resource")

    def invoke(resource: str, arguments: Any, timeout: Any) -> Any:
        if "lambda" in resource:
            return without_limit(resource, arguments)
        return with_limit(resource, arguments, timeout)

    replace(stepfunctions, "_invoke_resource_with_timeout", invoke)
