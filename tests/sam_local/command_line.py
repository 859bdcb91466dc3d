"""`sam local invoke`, as people run it."""

import json
import subprocess
from threading import Lock
from typing import Any

import pytest

from kotogura.local.sam.command import sam_command
from tests.integration.conftest import ROOT

INVOCATION_SECONDS = 120


class SamLocal:
    """`sam local` as people run it, with what `kotogura sam` puts around it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._invoked: set[str] = set()
        self._first = Lock()

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """Return the answer, which is the last line of the output, or the error object.

        At its first invocation `sam local` adds an emulator to a function's image, which functions
        may share; two that do so at once disturb each other.
        """
        if function not in self._invoked:
            with self._first:
                answer = self._invoke(function, event)
                self._invoked.add(function)
                return answer
        return self._invoke(function, event)

    def _invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        done = subprocess.run(
            sam_command(ROOT, ["invoke", function, "--event", "-"]),
            cwd=ROOT,
            env=self.environment,
            input=json.dumps(event),
            capture_output=True,
            text=True,
            timeout=INVOCATION_SECONDS,
            check=False,
        )
        lines = done.stdout.strip().splitlines()
        assert lines, f"{function} answered nothing; sam said: {done.stderr[-3000:]}"
        try:
            answer = json.loads(lines[-1])
        except ValueError:
            pytest.fail(f"{function} answered {lines[-1][:500]!r}; sam said: {done.stderr[-3000:]}")
        assert isinstance(answer, dict), done.stderr[-3000:]
        return answer
