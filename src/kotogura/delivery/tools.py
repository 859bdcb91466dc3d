"""The programs that a deployment starts: make, Docker, SAM; their own output shows progress."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from kotogura.delivery.errors import ToolFailed

_REMEDIES = {
    "docker": "install Docker, or run this where it is, such as the pipeline",
    "make": "install make",
    "sam": "run `make setup`",
}


class Tools:
    """Starts programs in the checkout, what they say on standard error."""

    def __init__(self, root: Path, region: str) -> None:
        self._root = root
        self._environment = {
            **os.environ,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "SAM_CLI_TELEMETRY": "0",
        }

    def run(self, *command: str, given: str | None = None) -> None:
        """Run a program to its end, with `given` on its standard input.

        Raises:
            ToolFailed: when it isn't there, or ends badly.
        """
        self._run(command, given, capture=False)

    def answer(self, *command: str) -> str:
        """Run a program and return what it prints, without the blanks around.

        Raises:
            ToolFailed: when it isn't there, or ends badly.
        """
        return self._run(command, None, capture=True)

    def _run(self, command: Sequence[str], given: str | None, *, capture: bool) -> str:
        name = Path(command[0]).name
        program = shutil.which(str(self._root / command[0])) or shutil.which(command[0])
        if program is None:
            raise ToolFailed(f"there is no {name} here: {_REMEDIES.get(name, 'install it')}")
        done = subprocess.run(
            [program, *command[1:]],
            cwd=self._root,
            env=self._environment,
            input=given,
            stdout=subprocess.PIPE if capture else 2,
            text=True,
            check=False,
        )
        if done.returncode:
            told = " ".join(command[:2])
            raise ToolFailed(f"`{told}` ended with {done.returncode}; it says above why")
        return (done.stdout or "").strip()


def check_docker(tools: Tools) -> None:
    """Check that a Docker engine answers, before anything that takes long.

    Raises:
        ToolFailed: when there is none, or it doesn't run.
    """
    try:
        tools.answer("docker", "version", "--format", "{{.Server.Version}}")
    except ToolFailed as error:
        if "there is no" in error.detail:
            raise
        raise ToolFailed("no Docker engine answers: start Docker") from None
