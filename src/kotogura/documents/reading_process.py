"""A process that reads documents for another one, and may be ended at any moment.

Run as a module with the bytes of memory that it may take. It answers requests one after the other:
each is a line of JSON (`media_type`, `name`, `size`) and that many bytes; each answer a line of
JSON, `found` and `encoding`, or `error` and `detail`. It ends when there are no more.
"""

import json
import os
import resource
import sys
from contextlib import suppress
from typing import BinaryIO

from pydantic import TypeAdapter

from kotogura.documents import formats
from kotogura.documents.limits import reading
from kotogura.documents.text import FormattedText
from kotogura.errors import DocumentError

FOUND = TypeAdapter(FormattedText)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer `requests` until they end."""
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        try:
            with reading("file of its kind"):
                found, encoding = formats.read(data, request["media_type"], request["name"])
                told = FOUND.dump_python(found, mode="json")
            answer = {"found": told, "encoding": encoding}
        except DocumentError as error:
            answer = {"error": type(error).__name__, "detail": error.detail}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def main() -> None:
    """Serve standard input; what libraries print goes to standard error, not into answers."""
    limit_bytes = int(sys.argv[1])
    with suppress(ValueError, OSError):  # some systems know no such limit; the time's holds there
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
