"""The local stack as a whole: start, work, stop, start again; and whatever may be in its way."""

import json
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kotogura.local.errors import (
    DeploymentFailed,
    MiniStackDied,
    MiniStackMissing,
    PortInUse,
    StackNotRunning,
    StackRunning,
)
from kotogura.local.running import RunningStack
from kotogura.local.stack import LocalStack, StackOptions

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]


def test_a_stack_comes_back_with_everything_after_a_stop_even_on_another_port(
    options: StackOptions,
    pick_port: Callable[[], int],
    processes_of: Callable[[], list[int]],
    fetch: Callable[..., Any],
) -> None:
    said: list[str] = []
    with LocalStack(options, said.append) as stack:
        first = stack.outputs
        stack.client("s3").put_object(Bucket=first["BucketName"], Key="t/a.txt", Body=b"kept")
        stack.client("dynamodb").put_item(TableName=first["TableName"], Item={"pk": {"S": "kept"}})
        echoed = stack.client("stepfunctions").start_sync_execution(
            stateMachineArn=first["MachineArn"], input='{"text": "言葉"}'
        )
        assert json.loads(echoed["output"])["event"] == {"text": "言葉"}
        assert processes_of()
    assert said == ["starting the embedded AWS", "deploying the template"]
    said.clear()
    elsewhere = replace(options, port=pick_port())
    with LocalStack(elsewhere, said.append) as stack:
        assert stack.outputs == first
        body = stack.client("s3").get_object(Bucket=first["BucketName"], Key="t/a.txt")["Body"]
        assert body.read() == b"kept"
        item = stack.client("dynamodb").get_item(
            TableName=first["TableName"], Key={"pk": {"S": "kept"}}
        )
        assert "Item" in item
        answer = fetch(f"{stack.api_url}/words/%E8%A8%80%E8%91%89?n=1")
        assert answer.json["event"]["pathParameters"] == {"word": "言葉"}
        assert answer.json["store"] == str(stack.folder.store)
        assert answer.json["own"] == "mine"
    assert said == ["starting the embedded AWS"], "nothing is to be deployed again"


def test_a_running_stack_is_found_and_a_second_one_refused(
    options: StackOptions, processes_of: Callable[[], list[int]]
) -> None:
    state = options.folder.path
    with pytest.raises(StackNotRunning, match="kotogura up"):
        RunningStack.find(state)
    with LocalStack(options) as stack:
        found = RunningStack.find(state)
        assert found.pid == os.getpid()
        assert found.endpoint == stack.endpoint
        assert found.api_url == stack.api_url
        assert found.outputs == stack.outputs
        with pytest.raises(StackRunning, match=f"process {os.getpid()}"):
            LocalStack(options).start()
    with pytest.raises(StackNotRunning):
        RunningStack.find(state)


def test_a_changed_template_is_deployed_and_keeps_what_it_holds(
    options: StackOptions, template_text: str, processes_of: Callable[[], list[int]]
) -> None:
    with LocalStack(options) as stack:
        table = stack.outputs["TableName"]
        stack.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "kept"}})
    changed = template_text.replace("OWN: mine", "OWN: changed") + "  Extra: {Value: new}\n"
    (options.root / "template.yaml").write_text(changed, encoding="utf-8")
    said: list[str] = []
    with LocalStack(options, said.append) as stack:
        assert stack.outputs["Extra"] == "new"
        assert stack.outputs["TableName"] == table
        assert stack.client("dynamodb").scan(TableName=table)["Count"] == 1
        echoed = stack.client("stepfunctions").start_sync_execution(
            stateMachineArn=stack.outputs["MachineArn"], input="{}"
        )
        assert json.loads(echoed["output"])["own"] == "changed"
    assert said[-1] == "updating the deployed template"


def test_a_template_that_fails_names_the_resource_and_can_be_mended(
    options: StackOptions, template_text: str, processes_of: Callable[[], list[int]]
) -> None:
    alarm = "  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {EvaluationPeriods: 1}}\nOutputs:"
    broken = template_text.replace("Outputs:", alarm)
    (options.root / "template.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises(DeploymentFailed, match=r"Alarm .*MetricName and Namespace"):
        LocalStack(options).start()
    (options.root / "template.yaml").write_text(template_text, encoding="utf-8")
    with LocalStack(options) as stack:
        assert stack.outputs["TableName"]


def test_a_port_in_use_is_named_with_the_remedy(options: StackOptions) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", options.port))
        other.listen()
        with pytest.raises(PortInUse, match=rf"port {options.port} is in use.*--port"):
            LocalStack(options).start()


def test_a_missing_environment_is_named_with_the_remedy(root: Path, free_port: int) -> None:
    options = StackOptions(root=root, port=free_port, ministack_python=root / "no" / "python")
    with pytest.raises(MiniStackMissing, match="make setup"):
        LocalStack(options).start()


def test_a_stack_that_dies_shows_the_end_of_its_log(
    options: StackOptions, processes_of: Callable[[], list[int]]
) -> None:
    with LocalStack(options) as stack:
        stack.require_alive()
        os.kill(RunningStack.find(options.folder.path).ministack_pid, signal.SIGKILL)
        assert stack._ministack is not None
        stack._ministack._process.wait()
        with pytest.raises(MiniStackDied, match=r"ministack\.log ends:"):
            stack.require_alive()
