"""A local stack with one tenant's documents, whose model the trainer's image trains first."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kotogura.commands.terminal import Terminal
from kotogura.commands.uploads import find_files, upload
from kotogura.local.folders import StateFolder
from kotogura.local.running import RunningStack
from kotogura.local.sam.command import sam_command, sam_environment
from kotogura.local.stack import LocalStack, StackOptions
from tests.integration.conftest import MINATO, ROOT, RunningSystem, port
from tests.sam_local.training import Training, train_interrupted

__all__ = ["port"]

INVOCATION_SECONDS = 120


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Leave these tests to `make sam-local`, which builds what they run."""
    if os.environ.get("KOTOGURA_SAM_LOCAL") == "1":
        return
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(
                pytest.mark.skip(reason="`make sam-local` builds the images and runs it")
            )


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[RunningSystem]:
    """Start a stack and upload the samples of one tenant."""
    state = tmp_path_factory.mktemp("sam-local") / "state"
    with LocalStack(StackOptions(root=ROOT, state=state, port=port)) as stack:
        running = RunningSystem(stack, state)
        running.accounts.create(MINATO, "港商事株式会社", "minato@example.com", "off")
        files = find_files([ROOT / "samples" / MINATO])
        report = upload(running.deployment, MINATO, files, Terminal(as_json=True), 240)
        assert not report.quarantined
        yield running


@pytest.fixture(scope="session")
def training(system: RunningSystem, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Train in a container that is taken away half-way, and in a second one that goes on."""
    return train_interrupted(system, tmp_path_factory.mktemp("socket"))


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


@pytest.fixture(scope="session")
def sam(system: RunningSystem, training: Training) -> Iterator[SamLocal]:
    """The SAM command line, once the tenant has a model."""
    running = RunningStack.find(system.state)
    with sam_environment(ROOT, running, StateFolder(system.state)) as environment:
        yield SamLocal(environment)
