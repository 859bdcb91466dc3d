"""A proxy before the embedded AWS that refuses, drops or delays what it is told to."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_HOPS = {"connection", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True)
class Request:
    """What the SDK asks: a DynamoDB operation, or a method of S3, and its body."""

    operation: str
    body: bytes


@dataclass
class Rule:
    """What happens to requests that fit, `count` times or for as long as it stands."""

    fits: Callable[[Request], bool]
    status: int
    answer: bytes
    count: int | None = None
    after_effect: bool = False
    done: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, request: Request) -> bool:
        with self.lock:
            if not self.fits(request) or self.done == self.count:
                return False
            self.done += 1
            return True


class FaultyProxy:
    """Relays to the embedded AWS whatever no rule speaks of."""

    def __init__(self, port: int) -> None:
        self.rules: list[Rule] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def relay(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                target = self.headers.get("X-Amz-Target", "")
                operation = target.rpartition(".")[2] or self.command
                rule = proxy._rule(Request(operation, body))
                if rule is not None and not rule.after_effect:
                    self.reply(rule.status, {"Content-Type": "application/json"}, rule.answer)
                    return
                with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as upstream:
                    upstream.request(self.command, self.path, body, dict(self.headers.items()))
                    answer = upstream.getresponse()
                    data = answer.read()
                if rule is not None:
                    self.reply(rule.status, {"Content-Type": "application/json"}, rule.answer)
                    return
                kept = {
                    key: value for key, value in answer.getheaders() if key.lower() not in _HOPS
                }
                self.reply(answer.status, kept, data)

            def reply(self, status: int, headers: dict[str, str], data: bytes) -> None:
                self.send_response(status)
                length = headers.pop("Content-Length", None) or headers.pop("content-length", None)
                for key, value in headers.items():
                    self.send_header(key, value)
                told = length if self.command == "HEAD" and length else str(len(data))
                self.send_header("Content-Length", told)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = relay  # noqa: N815

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def throttling(self, *operations: str, count: int | None = None) -> Iterator[Rule]:
        """Let DynamoDB refuse these operations as it does when there are too many."""
        answer = b'{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}'
        with self.applying(Rule(lambda one: one.operation in operations, 400, answer, count)) as r:
            yield r

    @contextmanager
    def applying(self, rule: Rule) -> Iterator[Rule]:
        self.rules.append(rule)
        try:
            yield rule
        finally:
            self.rules.remove(rule)

    def wait_for(self, rule: Rule, count: int, seconds: float = 60) -> None:
        """Wait until `rule` was applied so often."""
        deadline = time.monotonic() + seconds
        while rule.done < count:
            assert time.monotonic() < deadline, f"applied {rule.done} of {count} times"
            time.sleep(0.02)

    def _rule(self, request: Request) -> Rule | None:
        return next((rule for rule in list(self.rules) if rule.takes(request)), None)
