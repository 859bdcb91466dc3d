"""How gunicorn runs the API; WEB_CONCURRENCY says how many processes answer.

    gunicorn --config containers/api/gunicorn.conf.py app:application

Each process answers one request at a time. None is forked from one that has loaded the application:
connections that a parent has opened would be shared.
"""

import os
import signal
import sys
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.http import message

from kotogura.errors import InvalidArgument
from kotogura.platform.service import logs
from kotogura.platform.service.draining import drain_before
from kotogura.platform.settings import Settings

try:
    _settings = Settings.of_service(os.environ)
except InvalidArgument as error:
    sys.exit(f"kotogura: {error.detail}")

bind = f"0.0.0.0:{os.environ.get('PORT', '8080')}"
chdir = str(Path(__file__).parent)
worker_class = "sync"
backlog = 128
timeout = 30  # as long as API Gateway waits
graceful_timeout = 30
# As much as API Gateway takes: a query of 1,000 kanji alone has 9,000 bytes. Gunicorn's own ceiling
# lies below.
message.MAX_REQUEST_LINE = limit_request_line = 10_240
limit_request_fields = 64
limit_request_field_size = 8_190
worker_tmp_dir = "/dev/shm"  # noqa: S108 — in memory: the root file system may be read-only
control_socket_disable = True
logconfig_dict = logs.configure(level=os.environ.get("POWERTOOLS_LOG_LEVEL", "INFO"))


def when_ready(server: Arbiter) -> None:
    """Let SIGTERM wait until nobody sends requests any more."""
    drain_before(lambda: server.signal(signal.SIGTERM, None), _settings.drain_seconds)
