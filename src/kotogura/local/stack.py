"""The local stack: embedded AWS, function runtime and deployed template, run as one."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from kotogura.local import clients
from kotogura.local.deploy import deploy
from kotogura.local.deployed_functions import function_names
from kotogura.local.folders import StateFolder
from kotogura.local.function_server import FunctionServer
from kotogura.local.log_delivery import LogDelivery
from kotogura.local.ministack_process import CREDENTIALS, REGION, MiniStackProcess
from kotogura.local.running import RunningStack, sole_process
from kotogura.local.wiring import Wiring
from kotogura.local.worker import Workplace
from kotogura.local.worker_pool import WorkerLimits

DEFAULT_PORT = 4566
_PYTHON_VARIABLE = "KOTOGURA_MINISTACK_PYTHON"
_logger = logging.getLogger(__name__)


def _say_nothing(_: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class StackOptions:
    """How a local stack is to be run.

    `root` is the repository, `state` the folder for everything made, `ministack_python` the
    interpreter of MiniStack's virtual environment, `port` the gateway's; `schedules` lets schedules
    fire; `environment` is laid over every function's and container's own variables; with `iam`,
    functions and containers run as their roles, and policies are enforced.
    """

    root: Path
    state: Path | None = None
    template: Path | None = None
    stack_name: str = "kotogura"
    port: int = DEFAULT_PORT
    ministack_python: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: WorkerLimits = field(default_factory=WorkerLimits)
    schedules: bool = False
    checkpoint_seconds: float = 30
    iam: bool = False

    @property
    def folder(self) -> StateFolder:
        """The state folder, `.kotogura` in the repository unless told otherwise."""
        return StateFolder((self.state or self.root / ".kotogura").absolute())

    @property
    def python(self) -> Path:
        """MiniStack's interpreter: the option, else KOTOGURA_MINISTACK_PYTHON, else `.venv-aws`."""
        named = self.ministack_python or os.environ.get(_PYTHON_VARIABLE)
        return Path(named) if named else self.root / ".venv-aws" / "bin" / "python"


class LocalStack:
    """A running local stack; use it as a context manager, which also ends it on Ctrl-C and SIGTERM.

    >>> LocalStack(StackOptions(root=Path("/somewhere"), port=4599)).endpoint
    'http://127.0.0.1:4599'
    """

    def __init__(
        self, options: StackOptions, on_progress: Callable[[str], None] = _say_nothing
    ) -> None:
        self.options = options
        self.folder = options.folder
        self.endpoint = f"http://127.0.0.1:{options.port}"
        self.outputs: dict[str, str] = {}
        self._on_progress = on_progress
        self._parts = ExitStack()
        self._ministack: MiniStackProcess | None = None
        self._functions: FunctionServer | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> RunningStack:
        """Start everything and deploy the template; quick where that was done before.

        Raises:
            StackRunning: when another process runs the stack of this state folder.
            MiniStackMissing: when its virtual environment isn't there.
            PortInUse: when something else listens on the port.
            MiniStackDied: when the embedded AWS doesn't come up.
            DeploymentFailed: when CloudFormation refuses the template.
        """
        with ExitStack() as parts:
            self.folder.make()
            parts.enter_context(sole_process(self.folder))
            parts.callback(_end_on_sigterm())
            self._functions = parts.enter_context(
                FunctionServer(self._workplace(), self.options.limits)
            )
            self._on_progress("starting the embedded AWS")
            self._ministack = MiniStackProcess(
                self.options.python,
                self.options.port,
                self.folder,
                self._wiring(self._functions.url),
            )
            parts.callback(self._ministack.stop)
            self.outputs = deploy(
                self.endpoint,
                self.options.template or self.options.root / "template.yaml",
                self.options.stack_name,
                self.options.parameters,
                self._on_progress,
            )
            parts.enter_context(
                LogDelivery(
                    self.client("logs"),
                    f"/kotogura/{self.options.stack_name}/functions",
                    self.folder.function_logs,
                )
            )
            running = self._record(self._ministack.pid)
            running.write(self.folder)
            self._parts = parts.pop_all()
        _logger.info("local stack started at %s", self.endpoint)
        return running

    def stop(self) -> None:
        """End every process of the stack and keep its state; safe to call again."""
        self._parts.close()
        self._ministack = self._functions = None

    @property
    def api_url(self) -> str:
        """The HTTP API's base as `curl` takes it: no Host header, nothing for a shell to expand."""
        return api_url(self.endpoint, self.outputs)

    def client(self, service: str) -> Any:
        """Return a boto3 client of any service of this stack."""
        return clients.client(service, self.endpoint)

    def wait(self) -> None:
        """Stay until Ctrl-C.

        Raises:
            MiniStackDied: when the embedded AWS ends before.
            SystemExit: at SIGTERM; leaving the `with` block ends the stack.
        """
        pause = threading.Event()
        with suppress(KeyboardInterrupt):
            while not pause.wait(0.5):
                self.require_alive()

    def require_alive(self) -> None:
        """Return if the embedded AWS still runs.

        Raises:
            MiniStackDied: when it ended, or the stack isn't started.
        """
        if self._ministack is not None:
            self._ministack.require_alive()

    def warm(self, *logical_ids: str) -> None:
        """Let functions initialise in the background, so that a first event finds them ready.

        Not with IAM: a function gets its role's credentials with its first event.
        """
        if self._functions is None or self.options.iam:
            return
        functions = clients.functions(self.endpoint)
        names = function_names(self.endpoint, self.options.stack_name)
        for logical_id in logical_ids:
            name = names[logical_id]
            # Where there is an alias, requests reach the version that it names.
            named = functions.list_aliases(FunctionName=name)["Aliases"]
            version = named[0]["FunctionVersion"] if named else "$LATEST"
            found: Any = functions.get_function(FunctionName=name, Qualifier=version)
            self._functions.warm({**found["Configuration"], "ImageUri": found["Code"]["ImageUri"]})

    def _workplace(self) -> Workplace:
        return Workplace(
            root=self.options.root,
            logs=self.folder.function_logs,
            python=sys.executable,
            environment=self._local_environment(),
        )

    def _wiring(self, runtime_url: str) -> Wiring:
        return Wiring(
            runtime_url=runtime_url,
            containers_folder=str(self.options.root / "containers"),
            logs_folder=str(self.folder.logs),
            python=sys.executable,
            container_environment=self._local_environment(),
            schedules=self.options.schedules,
            checkpoint_seconds=self.options.checkpoint_seconds,
            iam=self.options.iam,
        )

    def _local_environment(self) -> dict[str, str]:
        """What a function or a container must know differently: nothing leaves the laptop."""
        return {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_XRAY_SDK_ENABLED": "false",
            "HF_HUB_OFFLINE": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "POWERTOOLS_TRACE_DISABLED": "1",
            "KOTOGURA_STORE": str(self.folder.store),
            "KOTOGURA_BASE_MODEL": str(self.folder.base_model),
            **self.options.environment,
        }

    def _record(self, ministack_pid: int) -> RunningStack:
        return RunningStack(
            pid=os.getpid(),
            ministack_pid=ministack_pid,
            endpoint=self.endpoint,
            region=REGION,
            stack_name=self.options.stack_name,
            api_url=self.api_url,
            outputs=self.outputs,
            logs=str(self.folder.logs),
        )


def api_url(endpoint: str, outputs: Mapping[str, str]) -> str:
    """Return the HTTP API's local base out of the output ApiUrl, whose host begins with its id.

    >>> api_url("http://127.0.0.1:4566", {"ApiUrl": "https://a1b2c3d4.execute-api.amazonaws.com"})
    'http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4'
    """
    host = outputs.get("ApiUrl", "").partition("://")[2]
    api_id = host.partition(".")[0]
    return f"{endpoint}/_aws/execute-api/{api_id}" if api_id else ""


def _end_on_sigterm() -> Callable[[], None]:
    """Turn SIGTERM into SystemExit while the stack runs; return what undoes it."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def end(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    return lambda: _restore(before)


def _restore(before: Any) -> None:
    signal.signal(signal.SIGTERM, before)
