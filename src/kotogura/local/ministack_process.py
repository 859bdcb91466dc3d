"""The embedded AWS as a process: MiniStack with our guards, in its own virtual environment."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import kotogura
from kotogura.local.errors import MiniStackDied, MiniStackMissing, PortInUse
from kotogura.local.folders import StateFolder
from kotogura.local.wiring import Wiring

HOST = "127.0.0.1"
REGION = "us-east-1"
# What MiniStack takes for credentials: any, as long as there are some.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_LAST_LINES = 15


class MiniStackProcess:
    """One MiniStack, from its start in the constructor to `stop`; it ends when this process dies.

    Raises:
        MiniStackMissing: when `python` isn't there; `make setup` helps.
        PortInUse: when something listens on the port.
        MiniStackDied: when it ends instead of answering; the message has the last lines of its log.
    """

    def __init__(self, python: Path, port: int, folder: StateFolder, wiring: Wiring) -> None:
        if not python.exists():
            raise MiniStackMissing(
                f"{python} is missing: run `make setup`, which makes the embedded AWS's environment"
            )
        require_free(port)
        self.endpoint = f"http://{HOST}:{port}"
        self._log = folder.ministack_log
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [str(python), "-m", "kotogura.local.ministack_main"],
                env=_environment(port, folder, wiring),
                cwd=folder.path,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def require_alive(self) -> None:
        """Return if it runs.

        Raises:
            MiniStackDied: with the last lines of its log.
        """
        if self._process.poll() is not None:
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
            last = "\n".join(lines[-_LAST_LINES:])
            raise MiniStackDied(
                f"the embedded AWS ended ({self._process.returncode}); {self._log} ends:\n{last}"
            )

    def stop(self) -> None:
        """End it, with time to write its state down; safe to call again."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            self.require_alive()
            if _answers(self.endpoint):
                return
            if time.monotonic() > deadline:
                raise MiniStackDied(
                    f"the embedded AWS doesn't answer after {_START_SECONDS:.0f} s: see {self._log}"
                )
            time.sleep(0.05)


def _answers(endpoint: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{endpoint}/_ministack/health", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def require_free(port: int) -> None:
    """Return if nothing listens on the port. Raises PortInUse."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortInUse(
                f"port {port} is in use: stop what listens there (`ss -ltnp 'sport = :{port}'` "
                "shows it), or choose another with `--port`"
            ) from None


def _environment(port: int, folder: StateFolder, wiring: Wiring) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _KEPT if name in os.environ}
    source = Path(kotogura.__file__).parents[1]
    return {
        **inherited,
        **CREDENTIALS,
        **wiring.to_environment(),
        "AWS_DEFAULT_REGION": REGION,
        "MINISTACK_REGION": REGION,
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # A pre-token trigger that fails must fail the sign-in, or a token would lack its tenant.
        "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
        "AUTH": "true" if wiring.iam else "false",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder.ministack),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder.objects),
        "PYTHONPATH": str(source),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
