"""One worker: a process that runs a function's real handler through AWS's own `awslambdaric`."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kotogura.local.invocations import FunctionConfiguration, Invocation, Outcome
from kotogura.local.runtime_api import RuntimeApi

_INIT_SECONDS = 120.0
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Workplace:
    """What all workers share.

    `root` holds the functions' folders, `logs` takes one file per function, `python` has the
    product and `awslambdaric` installed, and `environment` is laid over each function's own
    variables.
    """

    root: Path
    logs: Path
    python: str
    environment: Mapping[str, str]


class Worker:
    """A process for one function, one event at a time; once started, it initialises by itself."""

    def __init__(self, function: FunctionConfiguration, workplace: Workplace) -> None:
        self._function = function
        self._api = RuntimeApi(function)
        workplace.logs.mkdir(parents=True, exist_ok=True)
        log = workplace.logs / f"{function.image.logical_id}.log"
        folder = workplace.root / function.image.folder
        try:
            with log.open("ab") as output:
                self._process = subprocess.Popen(
                    [workplace.python, "-m", "awslambdaric", function.handler],
                    cwd=folder,
                    env=_environment(function, workplace, self._api.address, folder),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError:
            self._api.close()
            raise
        self._request_id = "-"
        self._watch = threading.Thread(
            target=self._watch_process, daemon=True, name=f"watch {function.name}"
        )
        self._watch.start()

    @property
    def alive(self) -> bool:
        """Whether the process can take another event."""
        return self._process.poll() is None

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run one event.

        Returns:
            The handler's answer or error. `Sandbox.Timedout` and `Runtime.ExitError` end the
            worker.
        """
        self._request_id = invocation.request_id
        self._api.submit(invocation)
        outcome = self._api.outcome(_INIT_SECONDS)
        if outcome is not None:
            return outcome
        timed_out = Outcome.failure("Sandbox.Timedout", self._time_limit(), invocation.request_id)
        self.stop()
        return timed_out

    def stop(self) -> None:
        """End the process and what it started; safe to call again."""
        if self.alive:
            self._kill_group()
        self._watch.join()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _time_limit(self) -> str:
        if not self._api.initialized:
            return f"Initialization timed out after {_INIT_SECONDS:.0f} seconds"
        return f"Task timed out after {self._function.timeout_seconds:.2f} seconds"

    def _watch_process(self) -> None:
        code = self._process.wait()
        self._kill_group()  # what a crashed handler left behind
        how = f"exit status {code}" if code >= 0 else f"signal: {signal.Signals(-code).name}"
        self._api.settle(
            Outcome.failure(
                "Runtime.ExitError", f"Runtime exited with error: {how}", self._request_id
            )
        )
        self._api.close()


def _environment(
    function: FunctionConfiguration, workplace: Workplace, address: str, folder: Path
) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _KEPT if name in os.environ}
    region = workplace.environment.get("AWS_REGION", "us-east-1")
    return {
        **inherited,
        **function.environment,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": "AWS_Lambda_Image",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": function.image.logical_id,
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_REGION": region,
        "LAMBDA_TASK_ROOT": str(folder),
        "TZ": ":UTC",
        "_HANDLER": function.handler,
        **workplace.environment,
        **function.credentials,
    }
