"""What functions print, in the embedded CloudWatch Logs too: queries and usage read it there.

The files stay what people read; see `docs/local-stack.md`.
"""

import logging
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import InputLogEventTypeDef

_PAUSE_SECONDS = 0.5
_LINES_AT_ONCE = 500
_logger = logging.getLogger(__name__)


class LogDelivery:
    """Follows the log files of a folder from their ends on, one stream for each file."""

    def __init__(self, logs: "CloudWatchLogsClient", group: str, folder: Path) -> None:
        self._logs = logs
        self._group = group
        self._folder = folder
        self._read_bytes = {path: path.stat().st_size for path in folder.glob("*.log")}
        self._streams: set[str] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True, name="log-delivery")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def deliver(self) -> None:
        """Deliver what was written since the last time, as far as lines are whole."""
        for path in sorted(self._folder.glob("*.log")):
            with path.open("rb") as file:
                file.seek(self._read_bytes.get(path, 0))
                whole, newline, _ = file.read().rpartition(b"\n")
            if newline:
                self._put(path.stem, whole.decode("utf-8", "replace").split("\n"))
                self._read_bytes[path] = self._read_bytes.get(path, 0) + len(whole) + 1

    def _follow(self) -> None:
        ended = False
        while not ended:
            ended = self._ended.wait(_PAUSE_SECONDS)  # and once more at the end
            try:
                self.deliver()
            except (BotoCoreError, ClientError, OSError) as error:
                _logger.warning("logs not delivered yet: %s", type(error).__name__)

    def _put(self, stream: str, lines: list[str]) -> None:
        if stream not in self._streams:
            with suppress(self._logs.exceptions.ResourceAlreadyExistsException):  # an earlier start
                self._logs.create_log_stream(logGroupName=self._group, logStreamName=stream)
            self._streams.add(stream)
        at = int(time.time() * 1000)
        events: list[InputLogEventTypeDef] = [
            {"timestamp": at, "message": line} for line in lines if line
        ]
        for first in range(0, len(events), _LINES_AT_ONCE):
            self._logs.put_log_events(
                logGroupName=self._group,
                logStreamName=stream,
                logEvents=events[first : first + _LINES_AT_ONCE],
            )
