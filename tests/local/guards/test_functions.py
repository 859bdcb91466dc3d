"""Guards between the embedded AWS and the function runtime; each fails without its guard."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from kotogura.local import clients

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

Machine = Callable[..., dict[str, Any]]


def _calling(arn: str, **fields: Any) -> dict[str, Any]:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": arn, "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "End": True,
    }
    return task | fields


def test_an_image_function_runs_its_real_handler(
    guarded: Any, bare: Any, make_function: Any, no_longer_needed: Callable[[str], str]
) -> None:
    def invoke(endpoint: str) -> Any:
        make_function(endpoint, "real-handler")
        answer = clients.functions(endpoint).invoke(
            FunctionName="real-handler", Payload=json.dumps({"text": "言葉"})
        )
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    error, payload = invoke(guarded.endpoint)
    assert error is None
    assert payload["event"] == {"text": "言葉"}
    assert payload["own"] == "mine"
    assert invoke(bare.endpoint)[1].get("own") != "mine", no_longer_needed("image_functions")


def test_an_exceptions_class_reaches_retry_and_catch(
    guarded: Any,
    bare: Any,
    make_function: Any,
    run_machine: Machine,
    no_longer_needed: Callable[[str], str],
) -> None:
    def caught(endpoint: str) -> Any:
        arn = make_function(endpoint, "raises")
        states = {
            "Call": _calling(
                arn,
                Catch=[
                    {
                        "ErrorEquals": ["UndecodableText"],
                        "Output": "{% $states.errorOutput %}",
                        "Next": "Caught",
                    }
                ],
            ),
            "Caught": {"Type": "Pass", "End": True},
        }
        execution = run_machine(endpoint, states, {"action": "raise"})
        return json.loads(execution["output"])["Error"]

    assert caught(guarded.endpoint) == "UndecodableText"
    assert caught(bare.endpoint) != "UndecodableText", no_longer_needed("image_functions")


def test_a_function_keeps_its_own_time_limit(
    guarded: Any, make_function: Any, run_machine: Machine
) -> None:
    arn = make_function(guarded.endpoint, "slow", Timeout=1)
    execution = run_machine(
        guarded.endpoint, {"Call": _calling(arn)}, {"action": "sleep", "seconds": 20}
    )
    assert execution["status"] == "FAILED"
    assert execution["error"] == "Sandbox.Timedout"


def test_a_lambda_task_waits_for_a_free_worker_beyond_its_own_limit(
    guarded: Any,
    bare: Any,
    make_function: Any,
    run_machine: Machine,
    no_longer_needed: Callable[[str], str],
) -> None:
    """Three invocations for two workers: the third waits longer than its task may take."""

    def status(endpoint: str) -> Any:
        arn = make_function(endpoint, "queued")
        task = _calling(
            arn,
            Arguments={"FunctionName": arn, "Payload": {"action": "sleep", "seconds": 0.6}},
            TimeoutSeconds=1,
        )
        states = {
            "Each": {
                "Type": "Map",
                "Items": [1, 2, 3],
                "ItemProcessor": {"StartAt": "Call", "States": {"Call": task}},
                "End": True,
            }
        }
        return run_machine(endpoint, states)["status"]

    assert status(guarded.endpoint) == "SUCCEEDED"
    assert status(bare.endpoint) != "SUCCEEDED", no_longer_needed("patience")


def test_a_worker_of_an_isolated_function_serves_one_tenant(
    guarded: Any, bare: Any, make_function: Any, no_longer_needed: Callable[[str], str]
) -> None:
    isolated = {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}

    def workers(endpoint: str) -> set[tuple[Any, Any]]:
        make_function(endpoint, "isolated", **isolated)
        answers = [
            clients.functions(endpoint).invoke(FunctionName="isolated", TenantId=tenant)
            for tenant in ("minato", "hoshino", "minato", "hoshino")
        ]
        payloads = [json.loads(answer["Payload"].read()) for answer in answers]
        return {(payload.get("tenant"), payload.get("pid")) for payload in payloads}

    served = workers(guarded.endpoint)
    assert {tenant for tenant, _ in served} == {"minato", "hoshino"}
    assert len({pid for _, pid in served}) == len(served) == 2
    assert len(workers(bare.endpoint)) != 2, no_longer_needed("tenant_isolation")


def test_a_tenant_is_named_to_isolated_functions_and_to_no_others(
    guarded: Any, make_function: Any
) -> None:
    functions = clients.functions(guarded.endpoint)
    isolated = {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}
    make_function(guarded.endpoint, "kept-apart", **isolated)
    make_function(guarded.endpoint, "shared")
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match="Add a valid"):
        functions.invoke(FunctionName="kept-apart")
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match="Remove"):
        functions.invoke(FunctionName="shared", TenantId="minato")
