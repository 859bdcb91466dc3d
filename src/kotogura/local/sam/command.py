"""Runs `sam local` on what `sam build` made, against a running local stack."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

from kotogura.local import clients
from kotogura.local.deployed_functions import function_names
from kotogura.local.errors import DockerMissing, ImagesMissing
from kotogura.local.folders import StateFolder
from kotogura.local.ministack_process import CREDENTIALS
from kotogura.local.running import RunningStack
from kotogura.local.sam import token_authorizer
from kotogura.local.sam.container_requests import MOUNT, Surroundings, first_request
from kotogura.local.sam.relay import Relay
from kotogura.platform.documentation import committed

_DEFAULT_ENGINE = "unix:///var/run/docker.sock"


def run_sam(root: Path, running: RunningStack, state: StateFolder, arguments: Sequence[str]) -> int:
    """Run `sam local` with `arguments` until it ends; return its exit code.

    `sam local invoke` answers 0 where a handler failed, too: judge by its output.

    Raises:
        ImagesMissing: when nothing is built; `make images` helps.
        DockerMissing: when no Docker engine answers.
    """
    with sam_environment(root, running, state) as environment:
        return subprocess.run(
            sam_command(root, arguments), cwd=root, env=environment, check=False
        ).returncode


def sam_command(root: Path, arguments: Sequence[str]) -> list[str]:
    """Return the command line that runs `sam local` with `arguments`."""
    return [str(root / ".venv-aws" / "bin" / "sam"), "local", *arguments, "--skip-pull-image"]


@contextmanager
def sam_environment(
    root: Path, running: RunningStack, state: StateFolder
) -> Iterator[dict[str, str]]:
    """Yield the environment in which `sam local` gives functions what deployed ones have.

    Meanwhile two relays run: one by which containers reach the stack, on the Docker bridge's
    address, where nobody but containers and this machine can call; and one before Docker's socket.

    Raises:
        ImagesMissing: when nothing is built; `make images` helps.
        DockerMissing: when no Docker engine answers.
    """
    if not (root / ".aws-sam" / "build" / "template.yaml").exists():
        raise ImagesMissing("no images are built: run `make images`")
    port = running.endpoint.rpartition(":")[2]
    with (
        Relay(f"tcp:{bridge_address()}:0", f"tcp:127.0.0.1:{port}") as stack,
        tempfile.TemporaryDirectory(prefix="kotogura-") as folder,
    ):
        endpoint = "http://" + stack.listening.removeprefix("tcp:")
        deployed = deployed_variables(running)

        def known(name: str) -> Surroundings:
            variables = deployed.get(name.rpartition("/")[2], {})
            return surroundings(variables, running, endpoint, state)

        engine = os.environ.get("DOCKER_HOST", _DEFAULT_ENGINE).replace("unix://", "unix:")
        with Relay(f"unix:{folder}/docker.sock", engine, first_request(known)):
            yield {
                **os.environ,
                **CREDENTIALS,
                "AWS_DEFAULT_REGION": running.region,
                # It asks whose account this is; where AWS can't be reached, that takes seconds.
                "AWS_ENDPOINT_URL_STS": running.endpoint,
                "DOCKER_HOST": f"unix://{folder}/docker.sock",
                "SAM_CLI_TELEMETRY": "0",
            }


def surroundings(
    variables: Mapping[str, str], running: RunningStack, endpoint: str, state: StateFolder
) -> Surroundings:
    """Return what a container gets for a function that is deployed with `variables`.

    `endpoint` is where a container reaches the stack.
    """
    here = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_TRACE_DISABLED": "1",
        "STACK_API_URL": running.api_url.replace(running.endpoint, endpoint),
        "OPEN_ROUTES": ",".join(open_routes()),
    }
    mounts = (f"{state.store}:{MOUNT}",) if "KOTOGURA_STORE" in variables else ()
    return Surroundings({**variables, **here}, mounts, Path(token_authorizer.__file__))


def open_routes() -> list[str]:
    """Return the routes that take no token, as API Gateway names them: "GET /docs"."""
    return [
        f"{method.upper()} {path}"
        for path, operations in json.loads(committed())["paths"].items()
        for method, operation in operations.items()
        if operation.get("security") == []
    ]


def deployed_variables(running: RunningStack) -> dict[str, Mapping[str, str]]:
    """Return the environment variables of every deployed function, by logical id."""
    functions = clients.functions(running.endpoint)
    return {
        logical_id: functions.get_function_configuration(FunctionName=name)
        .get("Environment", {})
        .get("Variables", {})
        for logical_id, name in function_names(running.endpoint, running.stack_name).items()
    }


def bridge_address() -> str:
    """Return this machine's address on Docker's bridge.

    Raises:
        DockerMissing: when no Docker engine answers.
    """
    try:
        done = subprocess.run(
            ["docker", "network", "inspect", "bridge"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        raise DockerMissing(
            "no Docker engine answers: start Docker, or run `scripts/docker_engine.sh start`"
        ) from None
    network = json.loads(done.stdout)[0]["IPAM"]["Config"][0]
    # An engine of old names the network alone; the bridge has the first address of it.
    return str(network.get("Gateway") or ip_network(network["Subnet"])[1])
