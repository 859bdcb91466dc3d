"""HTTP on the loopback interface: for the processes of one stack, and for the page's browser."""

import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_logger = logging.getLogger(__name__)


class LoopbackServer(ThreadingHTTPServer):
    """Answers each request in a thread that never keeps the process from ending."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, requests: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), requests)  # port 0: any that is free

    def handle_error(self, *_: object) -> None:
        """The other side is gone, as it may be at any time while the stack stops."""
        # audit: text-in-log - of a laptop's own connections; no request is in it
        _logger.debug("a request ended early", exc_info=True)


class QuietRequests(BaseHTTPRequestHandler):
    """Keeps connections open and says nothing: functions have logs of their own."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""
