"""The API's long-lived process beside a running stack: its environment, and how it is started."""

import sys
from collections.abc import Mapping
from pathlib import Path

from kotogura.local import clients
from kotogura.local.deployed_functions import function_names
from kotogura.local.folders import StateFolder
from kotogura.local.ministack_process import CREDENTIALS
from kotogura.local.running import RunningStack

_SERVED = ("SearchFunction", "ManageFunction")


def service_environment(running: RunningStack, state: Path) -> dict[str, str]:
    """Return what the process must be told: what the functions are told that it stands for.

    Args:
        running: the stack whose table, store and workflows are used.
        state: its state folder.
    """
    pool = running.outputs["UserPoolId"]
    issuer = f"https://cognito-idp.{running.region}.amazonaws.com/{pool}"
    return {
        **_functions_environment(running),
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": running.endpoint,
        "AWS_REGION": running.region,
        "AWS_DEFAULT_REGION": running.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "POWERTOOLS_TRACE_DISABLED": "1",
        "POWERTOOLS_SERVICE_NAME": "api",
        "KOTOGURA_STORE": str(StateFolder(state).store),
        "KOTOGURA_TOKEN_ISSUER": issuer,
        "KOTOGURA_TOKEN_AUDIENCE": running.outputs["UserPoolClientId"],
        "KOTOGURA_TOKEN_KEYS": f"{running.endpoint}/{pool}/.well-known/jwks.json",
    }


def service_command(root: Path, port: int, workers: int) -> list[str]:
    """Return the command that serves the API of the checkout at `root` on the loopback."""
    return [
        *(sys.executable, "-m", "gunicorn", "--config"),
        str(root / "containers" / "api" / "gunicorn.conf.py"),
        *("--bind", f"127.0.0.1:{port}", "--workers", str(workers)),
        "app:application",
    ]


def _functions_environment(running: RunningStack) -> dict[str, str]:
    names = function_names(running.endpoint, running.stack_name)
    functions = clients.functions(running.endpoint)
    environment: dict[str, str] = {}
    for logical_id in _SERVED:
        told: Mapping[str, str] = (
            functions.get_function_configuration(FunctionName=names[logical_id])
            .get("Environment", {})
            .get("Variables", {})
        )
        environment |= told
    # Only manage's own role may take it on, and this process has the laptop's credentials.
    environment.pop("KOTOGURA_TENANT_ROLE_ARN", None)
    return environment
