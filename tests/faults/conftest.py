"""A stack of its own, whose processes, disk, table and events can be tampered with."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3

from kotogura.documents.identity import document_id
from kotogura.local.deployed_functions import function_names
from kotogura.local.stack import LocalStack, StackOptions
from kotogura.local.worker import Worker
from kotogura.local.worker_pool import WorkerLimits, WorkerPool
from kotogura.semantics.base_model import import_base_model
from kotogura.tenants.identity import TenantId
from tests.faults.proxy import FaultyProxy
from tests.integration.conftest import RunningSystem, eventually

ROOT = Path(__file__).parents[2]
MINATO = TenantId("minato-shoji")
HOSHINO = TenantId("hoshino-denki")
MIKAWA = TenantId("mikawa-kaki")

Happened = Callable[[str], None]


@pytest.fixture
def happened(request: pytest.FixtureRequest) -> Happened:
    """Return what notes down what became of a fault, for the table; called after the assertions."""

    def note(what: str) -> None:
        request.node.user_properties.append(("happened", what))

    return note


class FaultySystem(RunningSystem):
    """The stack with hands on it."""

    def __init__(self, stack: LocalStack, state: Path, proxy: FaultyProxy, faults: Path) -> None:
        super().__init__(stack, state)
        self.proxy = proxy
        self._faults = faults

    def version(self, tenant: TenantId, name: str) -> str:
        """Return the last change of a document that is known; empty where there is none."""
        record = self.deployment.ledger.get(tenant, document_id(name))
        return record.sequencer if record else ""

    # Functions.

    def pool(self, logical_id: str) -> WorkerPool | None:
        functions = self.stack._functions
        assert functions is not None
        pools = [
            pool
            for pool in functions._pools.values()
            if pool.function.image.logical_id == logical_id
        ]
        return pools[-1] if pools else None

    def warmed(self, logical_id: str) -> Worker:
        """Return the one worker that will take the function's next event."""
        self.stack.warm(logical_id)

        def probe() -> Worker | None:
            pool = self.pool(logical_id)
            idle = pool._idle if pool and not pool._busy else []
            return idle[-1][0] if idle and idle[-1][0]._api.initialized else None

        return eventually(probe, f"{logical_id} to be idle")

    def deployment_resource(self, logical_id: str) -> str:
        """Return the name that a function has in the deployment."""
        return function_names(self.stack.endpoint, self.stack.options.stack_name)[logical_id]

    @contextmanager
    def frozen(self, logical_id: str) -> Iterator[Worker]:
        """Let the function's next event meet a process that does nothing, until it is busy."""
        worker = self.warmed(logical_id)
        os.kill(worker._process.pid, signal.SIGSTOP)
        yield worker

    def kill_in_work(self, worker: Worker, logical_id: str) -> None:
        """Kill a worker in the middle of an event, as the system does for want of memory."""
        eventually(lambda: True if self._is_busy(worker, logical_id) else None, "it to be busy")
        os.kill(worker._process.pid, signal.SIGKILL)

    def _is_busy(self, worker: Worker, logical_id: str) -> bool:
        pool = self.pool(logical_id)
        return pool is not None and worker in pool._busy

    # The disk.

    @contextmanager
    def disk(self, how: str) -> Iterator[None]:
        """Let the store's disk be `full` or `slow` for every function."""
        switch = self._faults / how
        switch.touch()
        try:
            yield
        finally:
            switch.unlink()

    def flip(self, tenant: TenantId, name: str, at: int | None = None) -> None:
        """Change one bit of a file of the store."""
        path = self.stack.folder.store / "tenants" / tenant / name
        data = bytearray(path.read_bytes())
        data[len(data) // 8 if at is None else at] ^= 1  # among its pages, before the footer
        path.write_bytes(data)

    # Events.

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Let the rule that starts `ingest` be disabled meanwhile, as by a careless hand."""
        events = self.stack.client("events")
        rules = [rule["Name"] for rule in events.list_rules()["Rules"] if "EventPattern" in rule]
        for rule in rules:
            events.disable_rule(Name=rule)
        try:
            yield
        finally:
            for rule in rules:
                events.enable_rule(Name=rule)

    def ingest(self, event: dict[str, Any]) -> dict[str, Any]:
        """Deliver an event, and return its execution once it has ended."""
        arn = self.deployment.outputs["IngestStateMachineArn"]
        workflows = self.deployment.workflows
        return dict(workflows.start_sync_execution(stateMachineArn=arn, input=json.dumps(event)))

    # What users and operators see.

    def ask(self, tenant: TenantId, query: str, mode: str = "words") -> tuple[int, Any]:
        """Search, and return the answer's status and what it says."""
        asked = urllib3.request(
            "GET",
            f"{self.deployment.api_url.rstrip('/')}/search",
            fields={"q": query, "mode": mode},
            headers={"Authorization": f"Bearer {self.accounts.token(tenant)}"},
            retries=False,
            timeout=60,
        )
        return asked.status, json.loads(asked.data or b"{}")

    def told(self, logical_id: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a line of a function's log."""

        def probe() -> dict[str, Any] | None:
            for line in self._lines(logical_id):
                if wanted(line):
                    return line
            return None

        return eventually(probe, f"a line in the log of {logical_id}")

    def _lines(self, logical_id: str) -> Iterator[dict[str, Any]]:
        path = self.stack.folder.function_logs / f"{logical_id}.log"
        for line in reversed(path.read_text("utf-8", "replace").splitlines()):
            if line.startswith("{"):
                yield json.loads(line)

    def command(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run `kotogura` against the stack; return its exit code and its JSON."""
        done = subprocess.run(
            [ROOT / ".venv" / "bin" / "kotogura", "--state", self.state, "--json", *arguments],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        lines = done.stdout.strip().splitlines()
        return done.returncode, json.loads(lines[-1]) if lines else {}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture(scope="session")
def base_model() -> Path:
    """The base model, made once for the checkout."""
    folder = ROOT / ".kotogura" / "models" / "base"
    import_base_model(folder)
    return folder


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultySystem]:
    """A stack with one process for each function and three tenants, who have a document each."""
    folder = tmp_path_factory.mktemp("faults")
    state, faults = folder / "state", folder / "switches"
    state.mkdir()
    faults.mkdir()
    port = _free_port()
    proxy = FaultyProxy(port)
    options = StackOptions(
        root=ROOT,
        state=state,
        port=port,
        limits=WorkerLimits(light=1, heavy=1),
        environment={
            "AWS_ENDPOINT_URL_DYNAMODB": proxy.url,
            "AWS_ENDPOINT_URL_S3": proxy.url,
            "FAULTS_FOLDER": str(faults),
            "PYTHONPATH": str(Path(__file__).parent / "switches"),
        },
    )
    with LocalStack(options) as stack:
        made = FaultySystem(stack, state, proxy, faults)
        for tenant, name in ((MINATO, "港商事"), (HOSHINO, "星野電機"), (MIKAWA, "三河花器")):
            made.accounts.create(tenant, name, f"admin@{tenant}.example.com", "off")
            made.put(tenant, "steady.txt", "いつもの文書\n灯台は今夜も海を照らす。")
        for tenant in (MINATO, HOSHINO, MIKAWA):
            made.settled(tenant, "steady.txt")
        yield made
    proxy.close()
