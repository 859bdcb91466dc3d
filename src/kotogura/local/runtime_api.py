"""Lambda's Runtime API for one worker: what AWS's own `awslambdaric` talks to.

The interface is AWS's (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html): the worker
asks for the next invocation, and posts its response or its error; a handler that cannot even be
imported posts an error of initialisation. Each worker has an address of its own, since the protocol
doesn't say who is asking.
"""

import threading
import time
from http import HTTPStatus

from kotogura.local.invocations import FunctionConfiguration, Invocation, Outcome
from kotogura.local.loopback import LoopbackServer, QuietRequests

_PREFIX = "/2018-06-01/runtime/"


class RuntimeApi:
    """One worker's side of the protocol; every method may be called from any thread."""

    def __init__(self, function: FunctionConfiguration) -> None:
        self._function = function
        self._changed = threading.Condition()
        self._waiting: Invocation | None = None
        self._started_at: float | None = None
        self._ready = False
        self._closed = False
        self._outcome: Outcome | None = None
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            args=(0.05,),
            daemon=True,
            name=f"runtime-api {function.name}",
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """`host:port` for AWS_LAMBDA_RUNTIME_API."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def submit(self, invocation: Invocation) -> None:
        """Let the worker have this invocation next."""
        with self._changed:
            self._waiting = invocation
            self._changed.notify_all()

    def outcome(self, init_seconds: float) -> Outcome | None:
        """Wait for the submitted invocation's outcome.

        Returns:
            The outcome, once; None when the worker used up `init_seconds` for its start, or the
            function's own time limit for the event.
        """
        begun = time.monotonic()
        with self._changed:
            while self._outcome is None:
                if self._started_at is None:
                    left = begun + init_seconds - time.monotonic()
                else:
                    left = self._started_at + self._function.timeout_seconds - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            outcome, self._outcome = self._outcome, None
            self._started_at = None
            return outcome

    @property
    def initialized(self) -> bool:
        """Whether the handler is imported and has asked for an event."""
        with self._changed:
            return self._ready

    def settle(self, outcome: Outcome) -> None:
        """Take note of how the invocation went; the first word counts."""
        with self._changed:
            if self._outcome is None:
                self._outcome = outcome
                self._changed.notify_all()

    def next_invocation(self) -> tuple[Invocation, dict[str, str]] | None:
        """Wait for an event on the worker's behalf: it and its headers, or None once closed."""
        with self._changed:
            self._ready = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting is not None or self._closed)
            invocation, self._waiting = self._waiting, None
            if invocation is None:
                return None
            self._started_at = time.monotonic()
            self._changed.notify_all()
        deadline_ms = int((time.time() + self._function.timeout_seconds) * 1000)
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self._function.arn,
        }
        if invocation.tenant is not None:
            headers["Lambda-Runtime-Aws-Tenant-Id"] = invocation.tenant
        return invocation, headers

    def close(self) -> None:
        """Stop serving. Whoever waits for an outcome must have got one by `settle`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(LoopbackServer):
    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(_Requests)


class _Requests(QuietRequests):
    server: _Server

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        if self.path != _PREFIX + "invocation/next":
            self._answer(HTTPStatus.NOT_FOUND)
            return
        following = self.server.api.next_invocation()
        if following is None:
            self._answer(HTTPStatus.GONE)
            return
        invocation, headers = following
        self._answer(HTTPStatus.OK, invocation.event, headers)

    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # …/invocation/<id>/response, …/invocation/<id>/error, …/init/error
        verdict = self.path.removeprefix(_PREFIX).rpartition("/")[2]
        if verdict not in ("response", "error"):
            self._answer(HTTPStatus.NOT_FOUND)
            return
        self._answer(HTTPStatus.ACCEPTED, b"{}", {"Content-Type": "application/json"})
        self.server.api.settle(Outcome(body, failed=verdict == "error"))

    def _answer(
        self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
