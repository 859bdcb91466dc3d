"""What the SAM command line can't ask of Docker: a function's file system, and the stack it calls.

`sam local` ignores `FileSystemConfigs`, has no flag for a mount, and takes from `--env-vars` only
what the template names. It does everything else by Docker's API. So it is given a socket that
passes all requests on to the engine, and adds to one of them, the creation of a function's
container, what a deployed function would have.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOUNT = "/mnt/kotogura"
TASK = "/var/task"
_FUNCTION_LABEL = "sam.cli.function.name"
_KIND_LABEL = "sam.cli.container.type"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a function's container gets.

    `environment` is laid over what SAM gives, `mounts` are Docker's `HOST:CONTAINER[:ro]`, and
    `wrapper` is a module on this machine whose `handler` is called instead of the function's own,
    which it finds in WRAPPED_HANDLER.
    """

    environment: Mapping[str, str]
    mounts: tuple[str, ...] = ()
    wrapper: Path | None = None


Known = Callable[[str], Surroundings]
"""What belongs to a function, by the name that SAM gives it: its logical id, or its path."""


def furnished(body: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """Return a request to create a container, with a function's surroundings in it.

    >>> wanted = {"Labels": {"sam.cli.container.type": "lambda", "sam.cli.function.name": "F"},
    ...           "Env": ["A=1", "B=1"]}
    >>> made = furnished(wanted, lambda name: Surroundings({"B": name}, ("/store:/mnt/kotogura",)))
    >>> made["Env"], made["HostConfig"]["Binds"]
    (['A=1', 'B=F'], ['/store:/mnt/kotogura'])
    """
    labels = body.get("Labels") or {}
    if labels.get(_KIND_LABEL) != "lambda":
        return dict(body)
    surroundings = known(labels.get(_FUNCTION_LABEL, ""))
    given = dict(line.partition("=")[::2] for line in body.get("Env") or [])
    environment = {**given, **surroundings.environment}
    mounts, command = list(surroundings.mounts), list(body.get("Cmd") or [])
    if surroundings.wrapper is not None and len(command) == 1:
        module = surroundings.wrapper.stem
        mounts.append(f"{surroundings.wrapper}:{TASK}/{module}.py:ro")
        environment["WRAPPED_HANDLER"] = command[0]
        command = [f"{module}.handler"]
        environment["AWS_LAMBDA_FUNCTION_HANDLER"] = command[0]
    host = dict(body.get("HostConfig") or {})
    host["Binds"] = [*(host.get("Binds") or []), *mounts]
    return {
        **body,
        "Cmd": command,
        "Env": [f"{name}={value}" for name, value in environment.items()],
        "HostConfig": host,
    }


def first_request(known: Known) -> Callable[[asyncio.StreamReader], Any]:
    """Return what reads a connection's first request to Docker and makes ours of it.

    The answer to it ends the connection, so that every request is the first of one; those that take
    the connection over, such as for a container's output, stay as they are.
    """

    async def opening(reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        line, *headers = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        fields = {
            name.lower(): value.strip() for name, _, value in (h.partition(":") for h in headers)
        }
        if "upgrade" in fields:
            return head
        body = b""
        path = line.split(" ")[1].partition("?")[0]
        if line.startswith("POST ") and path.endswith("/containers/create"):
            body = await reader.readexactly(int(fields["content-length"]))
            body = json.dumps(furnished(json.loads(body), known)).encode()
            fields["content-length"] = str(len(body))
        fields["connection"] = "close"
        lines = [line, *(f"{name}: {value}" for name, value in fields.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    return opening
