"""The function runtime: takes invocations from the embedded AWS and runs the real handlers.

`POST /functions/<name>/invocations` with `configuration`, `request_id`, `event`, `credentials` and
`tenant` answers 200 and the handler's answer, or the error object with the header
`X-Amz-Function-Error`, as Lambda's Invoke does.
"""

import json
import logging
import threading
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from kotogura.local.invocations import FunctionConfiguration, Invocation, Outcome
from kotogura.local.loopback import LoopbackServer, QuietRequests
from kotogura.local.worker import Workplace
from kotogura.local.worker_pool import WorkerLimits, WorkerPool

_HOUSEKEEPING_SECONDS = 5.0
_logger = logging.getLogger(__name__)


class FunctionServer:
    """Serves on a free port of the loopback interface from its creation until `close`."""

    def __init__(self, workplace: Workplace, limits: WorkerLimits | None = None) -> None:
        self._workplace = workplace
        self._limits = limits or WorkerLimits()
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, str | None], WorkerPool] = {}
        self._closed = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True, name="function-server"
        )
        self._thread.start()
        self._housekeeping = threading.Thread(
            target=self._end_idle_workers, daemon=True, name="function-housekeeping"
        )
        self._housekeeping.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where invocations are to be posted to."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def invoke(
        self,
        configuration: dict[str, Any],
        invocation: Invocation,
        credentials: dict[str, str] | None = None,
    ) -> Outcome:
        """Run one event of a deployed function.

        Returns:
            The handler's answer or error; an impossible configuration is
            `Runtime.InvalidConfiguration`.
        """
        try:
            function = FunctionConfiguration.from_lambda(configuration, credentials)
        except (KeyError, ValueError) as impossible:
            return Outcome.failure(
                "Runtime.InvalidConfiguration", str(impossible), invocation.request_id
            )
        return self._pool(function, invocation.tenant).invoke(invocation)

    def warm(self, configuration: dict[str, Any]) -> None:
        """Start a worker for a deployed function, so that its first event finds it ready.

        Raises:
            ValueError: when the configuration is not one of a local image function.
        """
        self._pool(FunctionConfiguration.from_lambda(configuration)).warm()

    def close(self) -> None:
        """Stop serving and end every worker; safe to call again."""
        with self._lock:
            closed = self._closed.is_set()
            self._closed.set()
            pools = list(self._pools.values())
        for pool in pools:
            pool.close()
        if not closed:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._housekeeping.join()

    def _end_idle_workers(self) -> None:
        while not self._closed.wait(_HOUSEKEEPING_SECONDS):
            with self._lock:
                pools = list(self._pools.values())
            for pool in pools:
                pool.end_idle()

    def _pool(self, function: FunctionConfiguration, tenant: str | None = None) -> WorkerPool:
        """Return the workers of a function, or where it is isolated, of one tenant's events."""
        outdated, key = None, (function.name, tenant if function.isolated else None)
        with self._lock:
            pool = self._pools.get(key)
            if pool is None or pool.function != function:
                outdated = pool
                pool = WorkerPool(function, self._workplace, self._limits)
                self._pools[key] = pool
            if self._closed.is_set():
                pool.close()
        if outdated is not None:
            _logger.info("function %s was updated: its workers end", function.name)
            threading.Thread(target=outdated.close, name=f"outdated {function.name}").start()
        return pool


class _Server(LoopbackServer):
    def __init__(self, functions: FunctionServer) -> None:
        self.functions = functions
        super().__init__(_Requests)


class _Requests(QuietRequests):
    server: _Server

    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        event = json.dumps(body["event"], ensure_ascii=False).encode()
        outcome = self.server.functions.invoke(
            body["configuration"],
            Invocation(body["request_id"], event, body.get("tenant")),
            body.get("credentials"),
        )
        self.send_response(HTTPStatus.OK)
        if outcome.failed:
            self.send_header("X-Amz-Function-Error", "Unhandled")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(outcome.payload)))
        self.end_headers()
        self.wfile.write(outcome.payload)
