"""One line of JSON for each thing worth telling, on standard output.

What a web server says about a request it can't read, or that failed in it, quotes the request: the
query string is what people search for. So of a server's warnings and errors only the constant part
is kept.
"""

import json
import logging
import sys
import time
from typing import Any, TextIO

from kotogura.errors import KotoguraError
from kotogura.platform.telemetry import where_raised

service_log = logging.getLogger("kotogura.service")


class JsonLines(logging.Formatter):
    """Turns a record into a line: level, time, logger, message, and the fields in `facts`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; exceptions by class and place, and only our own by what they say."""
        line: dict[str, Any] = {
            "level": record.levelname,
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "logger": record.name,
            "message": _told(record),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["raised"] = where_raised(error)
            if isinstance(error, KotoguraError):
                line["detail"] = error.detail
        return json.dumps(line, ensure_ascii=False)


def _told(record: logging.LogRecord) -> str:
    """Return the message, or what of it quotes nobody.

    >>> _told(logging.makeLogRecord({"name": "gunicorn.error", "levelno": logging.WARNING,
    ...     "msg": "Invalid request from ip=192.0.2.1: 'GET /search?q=…'"}))
    'Invalid request from ip=192.0.2.1'
    """
    arguments = record.args if isinstance(record.args, tuple) else (record.args,)
    is_harmless = bool(record.args) and all(isinstance(one, int) for one in arguments)
    is_server = record.name.startswith("gunicorn") and record.levelno >= logging.WARNING
    if is_harmless or not is_server:
        return record.getMessage()
    return str(record.msg).partition("%")[0].partition(": ")[0].rstrip(" :")


def tell() -> None:
    """Let the service's lines reach standard output, unless somebody has decided where they go."""
    if not service_log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonLines())
        service_log.addHandler(handler)
        service_log.setLevel(logging.INFO)
        service_log.propagate = False


def configure(stream: TextIO = sys.stdout, level: str = "INFO") -> dict[str, Any]:
    """Return the configuration of `logging.config` for a process that only serves."""
    told = {"level": level, "handlers": ["stdout"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {
            "stdout": {"class": "logging.StreamHandler", "formatter": "json", "stream": stream}
        },
        "root": {"level": "WARNING", "handlers": ["stdout"]},
        "loggers": {
            "kotogura.service": told,
            "gunicorn.error": told,
            # Its lines hold the query string; ours say the rest.
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }
