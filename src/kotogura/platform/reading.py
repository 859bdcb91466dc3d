"""Reading PDF and office files in a process of its own, whatever they do to it.

Libraries for such files are large, partly native, and meet files that nobody foresaw: one that
hangs, fills the memory or brings the process down must end as that document's fault, not as that of
all documents of a batch. The process is started when the first such file comes and kept for the
next ones; it knows no credentials.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from threading import Lock, Timer

from kotogura import errors
from kotogura.documents import formats
from kotogura.documents.limits import SECONDS
from kotogura.documents.reading_process import FOUND
from kotogura.documents.text import FormattedText
from kotogura.errors import BrokenDocument, DocumentTooSlow

MEMORY_BYTES = 700_000_000
"""The address space of the process, in which a limit of a function's memory must have room."""
_GRACE_SECONDS = 5.0  # a document that looks at the clock itself says why; and the process starts
_KEPT = ("LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")  # of the environment; never credentials


class ReadingProcess:
    """Implements `documents.extraction.Read`. Text is read at once, in this process.

    One document at a time, for all threads.
    """

    def __init__(
        self,
        seconds: float = SECONDS + _GRACE_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
        command: Sequence[str] = (sys.executable, "-m", "kotogura.documents.reading_process"),
    ) -> None:
        self._seconds = seconds
        self._command = [*command, str(memory_bytes)]
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def __call__(self, data: bytes, media_type: str, name: str) -> tuple[FormattedText, str]:
        """Return what the file says, and its character set.

        Raises:
            DocumentError: what the file is refused for.
            DocumentTooSlow: also when it had to be ended.
            BrokenDocument: also when it brought the process down.
        """
        if formats.is_text(media_type):
            return formats.read(data, media_type, name)
        request = {"media_type": media_type, "name": name, "size": len(data)}
        with self._lock:
            line = self._ask(json.dumps(request).encode() + b"\n", data)
        answer = json.loads(line)
        if "error" in answer:
            raise getattr(errors, answer["error"])(answer["detail"])
        return FOUND.validate_python(answer["found"]), answer["encoding"]

    def close(self) -> None:
        """End the process; the next file starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _ask(self, request: bytes, data: bytes) -> bytes:
        process = self._running()
        late = False

        def end() -> None:
            nonlocal late
            late = True
            process.kill()

        timer = Timer(self._seconds, end)
        timer.daemon = True
        timer.start()
        line = b""
        try:
            line = _exchange(process, request, data)
        finally:
            timer.cancel()
            timer.join()  # it may just be firing, at a process that has answered
            if late or not line.endswith(b"\n"):
                self.close()
        if line.endswith(b"\n"):
            return line
        if late:
            raise DocumentTooSlow("the file takes too long to read; split it or save it anew")
        raise BrokenDocument(
            "the file is damaged, or takes too much memory to read; save it anew or split it"
        )

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process, a new one if there is none or it has ended meanwhile."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
        return self._process


def _exchange(process: "subprocess.Popen[bytes]", request: bytes, data: bytes) -> bytes:
    """Return the answer, or less than a line if the process ended before."""
    if process.stdin is None or process.stdout is None:  # never: both were asked for
        return b""
    try:
        process.stdin.write(request)
        process.stdin.write(data)
        process.stdin.flush()
    except BrokenPipeError:
        return b""
    return process.stdout.readline()
