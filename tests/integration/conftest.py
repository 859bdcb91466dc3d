"""The whole system on this machine: the demonstration runs once, and its stack is opened again."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kotogura.commands.accounts import Accounts
from kotogura.commands.api import Api
from kotogura.commands.deployment import Deployment
from kotogura.commands.page import LocalPage
from kotogura.documents.identity import document_id, document_key
from kotogura.documents.ledger import DocumentRecord, DocumentState
from kotogura.local.stack import LocalStack, StackOptions
from kotogura.semantics.base_model import import_base_model
from kotogura.tenants.identity import TenantId
from tests.integration import serving

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 60.0

Found = TypeVar("Found")

MINATO = TenantId("minato-shoji")
HOSHINO = TenantId("hoshino-denki")


@dataclass(frozen=True)
class Demonstration:
    """A demonstration that ended: its report, its exit code, and the state it left."""

    report: dict[str, Any]
    exit_code: int
    state: Path


@pytest.fixture(scope="session")
def base_model() -> Path:
    """The base model, made once for the checkout."""
    folder = ROOT / ".kotogura" / "models" / "base"
    import_base_model(folder)
    return folder


@pytest.fixture(scope="session")
def port() -> int:
    return serving.free_port()


@pytest.fixture(scope="session")
def page_port() -> int:
    return serving.free_port()


@pytest.fixture(scope="session")
def demonstration(
    tmp_path_factory: pytest.TempPathFactory, base_model: Path, port: int, page_port: int
) -> Demonstration:
    """Run `kotogura demo --once --iam --json` on an empty state, as a person would."""
    state = tmp_path_factory.mktemp("demo") / "state"
    (state / "models").mkdir(parents=True)
    (state / "models" / "base").symlink_to(base_model)
    done = subprocess.run(
        [
            ROOT / ".venv" / "bin" / "kotogura",
            *("--state", state, "demo", "--once", "--iam", "--json"),
            *("--port", str(port), "--page-port", str(page_port)),
        ],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env=os.environ | {"COLUMNS": "120"},
    )
    lines = done.stdout.strip().splitlines()
    assert lines, f"the demonstration printed nothing; it said: {done.stderr[-3000:]}"
    return Demonstration(json.loads(lines[-1]), done.returncode, state)


class RunningSystem:
    """The stack as its users and operators meet it."""

    def __init__(self, stack: LocalStack, state: Path) -> None:
        self.stack = stack
        self.state = state
        self.deployment = Deployment.of(stack)
        self.accounts = Accounts(self.deployment, state)

    def api(self, tenant: TenantId) -> Api:
        return Api(self.deployment.api_url, self.accounts.token(tenant))

    def put(self, tenant: TenantId, name: str, data: bytes | str) -> str:
        """Upload a file as the operator would, and return the document's id."""
        body = data.encode() if isinstance(data, str) else data
        self.deployment.s3.put_object(
            Bucket=self.deployment.bucket, Key=document_key(tenant, name), Body=body
        )
        return document_id(name)

    def delete(self, tenant: TenantId, name: str) -> None:
        key = document_key(tenant, name)
        self.deployment.s3.delete_object(Bucket=self.deployment.bucket, Key=key)

    def settled(self, tenant: TenantId, name: str, after: str = "") -> DocumentRecord:
        """Wait until the document's newest change, later than `after`, has come to its end."""

        def probe() -> DocumentRecord | None:
            record = self.deployment.ledger.get(tenant, document_id(name))
            ended = record is not None and record.state is not DocumentState.RECEIVED
            return record if ended and record and record.sequencer > after else None

        return eventually(probe, f"{name} to be settled")

    def run_workflow(self, workflow: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Start a workflow and return its execution once it has ended."""
        arn = self.deployment.outputs[f"{workflow}StateMachineArn"]
        started = self.deployment.workflows.start_execution(
            stateMachineArn=arn, input=json.dumps(payload)
        )

        def probe() -> dict[str, Any] | None:
            found = self.deployment.workflows.describe_execution(
                executionArn=started["executionArn"]
            )
            return None if found["status"] == "RUNNING" else dict(found)

        return eventually(probe, f"{workflow} to end", seconds=120)

    def names_found(self, tenant: TenantId, query: str, mode: str = "words") -> list[str]:
        return [hit["name"] for hit in self.api(tenant).search(query, mode)["hits"]]


@pytest.fixture(scope="session")
def page(page_port: int) -> LocalPage:
    return LocalPage(ROOT / "frontend" / "dist", page_port)


@pytest.fixture(scope="session")
def system(demonstration: Demonstration, port: int, page: LocalPage) -> Iterator[RunningSystem]:
    """Open what the demonstration left, all of it, for the tests to go on with."""
    options = StackOptions(
        root=ROOT, state=demonstration.state, port=port, parameters=page.parameters, iam=True
    )
    with LocalStack(options) as stack:
        yield RunningSystem(stack, demonstration.state)


@pytest.fixture(scope="session")
def container_url(system: RunningSystem, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API as `containers/api` serves it."""
    with serving.container(system.state, tmp_path_factory.mktemp("container") / "log") as server:
        yield server.url


@pytest.fixture(scope="session")
def django_url(system: RunningSystem, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API mounted into a Django project."""
    with serving.django(system.state, tmp_path_factory.mktemp("django") / "log") as server:
        yield server.url


@pytest.fixture(scope="session", params=["lambda", "container", "django"])
def platform(request: pytest.FixtureRequest, system: RunningSystem) -> str:
    """The API's base on each platform in turn."""
    if request.param == "lambda":
        return system.deployment.api_url
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def kotogura(system: RunningSystem, *arguments: str) -> dict[str, Any]:
    """Return what a command of `kotogura` tells programs; it must succeed."""
    done = run_command(system, *arguments)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def run_command(system: RunningSystem, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `kotogura` as a person does, and return how it ended."""
    command = [ROOT / ".venv" / "bin" / "kotogura", "--json", "--state", system.state, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def eventually(
    probe: Callable[[], Found | None], what: str, seconds: float = DEADLINE_SECONDS
) -> Found:
    """Return what `probe` finds, asked again and again until the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        found = probe()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.1)
