"""`sam local invoke`, as people run it."""

import json
import subprocess
from typing import Any

import pytest

from kotogura.local.sam.command import sam_command
from tests.integration.conftest import ROOT

INVOCATION_SECONDS = 120


class SamLocal:
    """`sam local` as people run it, with what `kotogura sam` puts around it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """Return the answer, which is the last line of the output, or the error object."""
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
