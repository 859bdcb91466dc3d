"""The embedded AWS with its guards, and bare to see what they are good for."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kotogura.local import clients
from kotogura.local.folders import StateFolder
from kotogura.local.function_server import FunctionServer
from kotogura.local.images import LocalImage
from kotogura.local.ministack_process import MiniStackProcess
from kotogura.local.wiring import Wiring
from kotogura.local.worker import Workplace
from kotogura.local.worker_pool import WorkerLimits


@pytest.fixture(scope="session")
def guarded(
    tmp_path_factory: pytest.TempPathFactory,
    ministack_python: Path,
    pick_port: Callable[[], int],
    write_root: Callable[[Path], Path],
) -> Iterator[MiniStackProcess]:
    base = tmp_path_factory.mktemp("guarded")
    root, folder = write_root(base / "root"), StateFolder(base / "state")
    folder.make()
    environment = {"KOTOGURA_STORE": str(folder.store), "AWS_REGION": "us-east-1"}
    workplace = Workplace(root, folder.function_logs, sys.executable, environment)
    with FunctionServer(workplace, WorkerLimits(light=2)) as functions:
        wiring = Wiring(
            runtime_url=functions.url,
            containers_folder=str(root / "containers"),
            logs_folder=str(folder.logs),
            python=sys.executable,
            container_environment=environment,
        )
        process = MiniStackProcess(ministack_python, pick_port(), folder, wiring)
        _schedule_for_the_past(process.endpoint)
        yield process
        process.stop()


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, start_bare: Callable[..., Any]) -> Iterator[Any]:
    process = start_bare(tmp_path_factory.mktemp("bare"))
    _schedule_for_the_past(process.endpoint)
    yield process
    process.kill()


@pytest.fixture(scope="session")
def make_function() -> Callable[..., str]:
    """Make an image function of the little repository; return its ARN."""

    def make(endpoint: str, name: str, **options: Any) -> str:
        made = clients.client("lambda", endpoint).create_function(
            FunctionName=name,
            PackageType="Image",
            Code={"ImageUri": LocalImage("functions/echo", "EchoFunction").reference},
            ImageConfig={"Command": ["app.handler"]},
            Role="arn:aws:iam::000000000000:role/function",
            **({"Timeout": 10, "Environment": {"Variables": {"OWN": "mine"}}} | options),
        )
        arn: str = made["FunctionArn"]
        return arn

    return make


@pytest.fixture(scope="session")
def run_machine(until: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Run a JSONata state machine once; return what DescribeExecution says in the end."""

    def run(
        endpoint: str, states: dict[str, Any], value: Any = None, seconds: float = 15
    ) -> dict[str, Any]:
        workflows = clients.client("stepfunctions", endpoint)
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
        machine = workflows.create_state_machine(
            name=f"machine-{time.monotonic_ns()}",
            definition=json.dumps(definition),
            roleArn="arn:aws:iam::000000000000:role/workflow",
        )["stateMachineArn"]
        started = workflows.start_execution(stateMachineArn=machine, input=json.dumps(value or {}))
        arn = started["executionArn"]
        deadline = time.monotonic() + seconds
        while True:
            execution: dict[str, Any] = workflows.describe_execution(executionArn=arn)
            if execution["status"] != "RUNNING" or time.monotonic() > deadline:
                return execution
            time.sleep(0.05)

    return run


def _schedule_for_the_past(endpoint: str) -> None:
    """A schedule that is due at once: MiniStack looks for due ones every ten seconds."""
    queue = clients.client("sqs", endpoint).create_queue(QueueName="due")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:000000000000:due"
    assert queue.endswith("due")
    clients.client("scheduler", endpoint).create_schedule(
        Name="due",
        ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": "arn:aws:iam::000000000000:role/schedule"},
    )
