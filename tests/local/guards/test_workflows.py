"""Guards of Step Functions and ECS; each test fails without its guard."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kotogura.local import clients

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

Machine = Callable[..., dict[str, Any]]
SELECTED = {"item": "{% $states.context.Map.Item.Value %}", "tenant": "{% $states.input.tenant %}"}


def _identity() -> dict[str, Any]:
    return {"StartAt": "Same", "States": {"Same": {"Type": "Pass", "End": True}}}


def test_jsonata_is_evaluated_in_a_distributed_map(
    guarded: Any, bare: Any, run_machine: Machine, no_longer_needed: Callable[[str], str]
) -> None:
    def run(endpoint: str) -> Any:
        each = {
            "Type": "Map",
            "Label": "Each",
            "Items": "{% $states.input.batches %}",
            "ItemSelector": SELECTED,
            "MaxConcurrency": "{% 1 + 1 %}",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                **_identity(),
            },
            "Assign": {"count": "{% $count($states.result) %}"},
            "Output": {"items": "{% [$states.result.item] %}"},
            "Next": "Count",
        }
        count = {
            "Type": "Pass",
            "Output": "{% $merge([$states.input, {'count': $count}]) %}",
            "End": True,
        }
        execution = run_machine(
            endpoint, {"Each": each, "Count": count}, {"tenant": "t", "batches": ["a", "b"]}
        )
        return json.loads(execution.get("output") or "null")

    assert run(guarded.endpoint) == {"items": ["a", "b"], "count": 2}
    assert run(bare.endpoint) != {"items": ["a", "b"], "count": 2}, no_longer_needed(
        "jsonata_states"
    )


def test_jsonata_is_evaluated_in_an_item_reader(
    guarded: Any, bare: Any, run_machine: Machine, no_longer_needed: Callable[[str], str]
) -> None:
    def run(endpoint: str) -> Any:
        objects = clients.objects(endpoint)
        objects.create_bucket(Bucket="listed")
        for key in ("t/a.txt", "t/b.txt", "u/c.txt"):
            objects.put_object(Bucket="listed", Key=key, Body=b"x")
        each = {
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:listObjectsV2",
                "Arguments": {
                    "Bucket": "listed",
                    "Prefix": "{% $states.input.tenant & '/' %}",
                },
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                **_identity(),
            },
            "Output": "{% [$states.result.Key] %}",
            "End": True,
        }
        execution = run_machine(endpoint, {"Each": each}, {"tenant": "t"})
        return json.loads(execution.get("output") or "null")

    assert run(guarded.endpoint) == ["t/a.txt", "t/b.txt"]
    assert run(bare.endpoint) != ["t/a.txt", "t/b.txt"], no_longer_needed("jsonata_states")


def test_jsonata_is_evaluated_in_parallel(
    guarded: Any, bare: Any, run_machine: Machine, no_longer_needed: Callable[[str], str]
) -> None:
    def run(endpoint: str) -> Any:
        both = {
            "Type": "Parallel",
            "Arguments": {"tenant": "{% $uppercase($states.input.tenant) %}"},
            "Branches": [_identity(), _identity()],
            "Output": "{% $states.result[0].tenant & $states.result[1].tenant %}",
            "End": True,
        }
        execution = run_machine(endpoint, {"Both": both}, {"tenant": "t"})
        return json.loads(execution.get("output") or "null")

    assert run(guarded.endpoint) == "TT"
    assert run(bare.endpoint) != "TT", no_longer_needed("jsonata_states")


def _training(endpoint: str) -> dict[str, Any]:
    """A state that runs a trainer's task: how long and with which end, the input says."""
    containers = clients.client("ecs", endpoint)
    containers.create_cluster(clusterName="trainers")
    task = containers.register_task_definition(
        family="trainer",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="1024",
        memory="2048",
        runtimePlatform={"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
        containerDefinitions=[
            {
                "name": "trainer",
                "image": "trainer:latest",
                "command": ["python", "train.py"],
                "environment": [{"name": "KOTOGURA_STORE", "value": "/mnt/kotogura"}],
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    names = {"KOTOGURA_TENANT": "tenant", "EXIT_CODE": "exit_code", "SECONDS_TO_TRAIN": "seconds"}
    overrides = [
        {"Name": name, "Value": f"{{% $string($states.input.{key}) %}}"}
        for name, key in names.items()
    ]
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::ecs:runTask.sync",
        "Arguments": {
            "Cluster": "trainers",
            "TaskDefinition": task,
            "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}],
            "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
            "Overrides": {"ContainerOverrides": [{"Name": "trainer", "Environment": overrides}]},
        },
        "End": True,
    }


def _log_of(guarded: Any, task_arn: str) -> Path:
    logs: Path = guarded._log.parent
    return logs / "trainer" / f"{task_arn.rpartition('/')[2]}.log"


def test_a_tasks_command_runs_with_its_environment_and_its_overrides(
    guarded: Any, bare: Any, run_machine: Machine, no_longer_needed: Callable[[str], str]
) -> None:
    value = {"tenant": "minato", "exit_code": 0, "seconds": 0}
    execution = run_machine(guarded.endpoint, {"Train": _training(guarded.endpoint)}, value)
    assert execution["status"] == "SUCCEEDED"
    task = json.loads(execution["output"])
    assert task["Containers"][0]["ExitCode"] == 0
    assert task["CapacityProviderName"] == "FARGATE_SPOT"
    log = _log_of(guarded, task["TaskArn"]).read_text(encoding="utf-8")
    assert log.startswith("training for minato in ")
    assert "/mnt/kotogura" not in log
    execution = run_machine(bare.endpoint, {"Train": _training(bare.endpoint)}, value, seconds=2)
    assert execution["status"] == "RUNNING", no_longer_needed("container_processes")


def test_a_task_that_ends_with_an_error_fails_its_state(guarded: Any, run_machine: Machine) -> None:
    value = {"tenant": "minato", "exit_code": 3, "seconds": 0}
    execution = run_machine(guarded.endpoint, {"Train": _training(guarded.endpoint)}, value)
    assert execution["status"] == "FAILED"
    assert execution["error"] == "States.TaskFailed"
    cause = json.loads(execution["cause"])
    assert cause["StopCode"] == "EssentialContainerExited"
    assert cause["Containers"][0]["ExitCode"] == 3


def test_without_its_guard_a_tasks_error_counts_as_success(
    tmp_path: Path,
    start_bare: Callable[..., Any],
    run_machine: Machine,
    no_longer_needed: Callable[[str], str],
) -> None:
    unguarded = start_bare(tmp_path, without="run_task")
    value = {"tenant": "minato", "exit_code": 3, "seconds": 0}
    execution = run_machine(unguarded.endpoint, {"Train": _training(unguarded.endpoint)}, value)
    unguarded.kill()
    assert execution["status"] == "SUCCEEDED", no_longer_needed("run_task")


def test_a_tasks_failure_can_be_caught(guarded: Any, run_machine: Machine) -> None:
    catch = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Caught", "Output": "caught"}]
    states = {
        "Train": _training(guarded.endpoint) | {"Catch": catch},
        "Caught": {"Type": "Pass", "End": True},
    }
    value = {"tenant": "minato", "exit_code": 1, "seconds": 0}
    execution = run_machine(guarded.endpoint, states, value)
    assert json.loads(execution["output"]) == "caught"


def test_a_task_beyond_its_states_time_limit_is_ended(
    guarded: Any, run_machine: Machine, until: Callable[..., Any]
) -> None:
    state = _training(guarded.endpoint) | {"TimeoutSeconds": 1}
    value = {"tenant": "minato", "exit_code": 0, "seconds": 60}
    execution = run_machine(guarded.endpoint, {"Train": state}, value)
    assert execution["error"] == "States.Timeout"
    containers = clients.client("ecs", guarded.endpoint)
    until(lambda: not containers.list_tasks(cluster="trainers")["taskArns"])


def test_a_stopped_execution_ends_its_task_and_stays_aborted(
    guarded: Any, run_machine: Machine, until: Callable[..., Any]
) -> None:
    value = {"tenant": "minato", "exit_code": 0, "seconds": 60}
    states = {"Train": _training(guarded.endpoint)}
    containers = clients.client("ecs", guarded.endpoint)
    execution = run_machine(guarded.endpoint, states, value, seconds=0)
    [task] = until(lambda: containers.list_tasks(cluster="trainers")["taskArns"])
    until(lambda: "training" in _read(_log_of(guarded, task)))
    workflows = clients.client("stepfunctions", guarded.endpoint)
    workflows.stop_execution(executionArn=execution["executionArn"])
    until(lambda: not containers.list_tasks(cluster="trainers")["taskArns"])
    until(lambda: not _running("SECONDS_TO_TRAIN=60"), message="the trainer's process still runs")
    described = workflows.describe_execution(executionArn=execution["executionArn"])
    assert described["status"] == "ABORTED"


def _read(log: Path) -> str:
    return log.read_text(encoding="utf-8") if log.exists() else ""


def _running(variable: str) -> bool:
    """Whether a process has this in its environment; only Linux tells."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if variable.encode() in environment.read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False


def test_a_task_may_be_stopped_by_a_person(guarded: Any, until: Callable[..., Any]) -> None:
    state = _training(guarded.endpoint)
    containers = clients.client("ecs", guarded.endpoint)
    task = containers.run_task(
        cluster="trainers",
        taskDefinition=state["Arguments"]["TaskDefinition"],
        overrides={
            "containerOverrides": [
                {
                    "name": "trainer",
                    "environment": [
                        {"name": "KOTOGURA_TENANT", "value": "minato"},
                        {"name": "SECONDS_TO_TRAIN", "value": "61"},
                    ],
                }
            ]
        },
    )["tasks"][0]["taskArn"]
    until(lambda: "training" in _read(_log_of(guarded, task)))
    containers.stop_task(cluster="trainers", task=task)
    until(lambda: not _running("SECONDS_TO_TRAIN=61"), message="the trainer's process still runs")
    described = containers.describe_tasks(cluster="trainers", tasks=[task])["tasks"][0]
    assert described["stopCode"] == "UserInitiated"
