"""How gunicorn runs the embedder on a SageMaker endpoint; WEB_CONCURRENCY adds processes."""

import os
from pathlib import Path

from kotogura.platform.service import logs

bind = f"0.0.0.0:{os.environ.get('SAGEMAKER_BIND_TO_PORT', '8080')}"
chdir = str(Path(__file__).parent)
worker_class = "sync"
timeout = 60  # as long as SageMaker waits
graceful_timeout = 30
worker_tmp_dir = "/dev/shm"  # noqa: S108 — in memory: the root file system may be read-only
control_socket_disable = True
logconfig_dict = logs.configure()
