"""The function runtime: real handlers through AWS's own runtime client."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from kotogura.local.function_server import FunctionServer
from kotogura.local.images import LocalImage
from kotogura.local.invocations import FunctionConfiguration, Invocation
from kotogura.local.worker import Worker, Workplace
from kotogura.local.worker_pool import WorkerLimits, WorkerPool

pytestmark = pytest.mark.enable_socket

ECHO = FunctionConfiguration(
    name="echo",
    arn="arn:aws:lambda:us-east-1:000000000000:function:echo",
    image=LocalImage("functions/echo", "EchoFunction"),
    handler="app.handler",
    environment={"OWN": "mine", "KOTOGURA_STORE": "/mnt/kotogura"},
    timeout_seconds=10,
)


def _event(**event: Any) -> Invocation:
    return Invocation("request-1", json.dumps(event, ensure_ascii=False).encode())


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def worker(workplace: Workplace) -> Iterator[Worker]:
    made = Worker(ECHO, workplace)
    yield made
    made.stop()


@pytest.fixture
def pool(workplace: Workplace) -> Iterator[WorkerPool]:
    made = WorkerPool(ECHO, workplace, WorkerLimits(light=2, idle_seconds=0))
    yield made
    made.close()


def test_a_handler_gets_its_event_its_environment_and_its_time_limit(worker: Worker) -> None:
    outcome = worker.invoke(_event(text="言葉"))
    answer = json.loads(outcome.payload)
    assert not outcome.failed
    assert answer["event"] == {"text": "言葉"}
    assert answer["own"] == "mine"
    assert answer["function"] == "echo"
    assert 8_000 < answer["remaining_ms"] <= 10_000


def test_the_laptops_environment_lies_over_the_functions_own(worker: Worker) -> None:
    assert json.loads(worker.invoke(_event()).payload)["store"] == "/somewhere/else"


def test_a_worker_serves_one_event_after_another(worker: Worker) -> None:
    pids = {json.loads(worker.invoke(_event(number=n)).payload)["pid"] for n in range(3)}
    assert len(pids) == 1


def test_an_exception_keeps_its_class_and_the_worker_stays(worker: Worker) -> None:
    outcome = worker.invoke(_event(action="raise"))
    error = json.loads(outcome.payload)
    assert outcome.failed
    assert error["errorType"] == "UndecodableText"
    assert error["errorMessage"] == "not a character set we know"
    assert error["stackTrace"]
    assert not worker.invoke(_event()).failed


def test_a_handler_that_takes_too_long_is_ended(workplace: Workplace) -> None:
    worker = Worker(replace(ECHO, timeout_seconds=0.5), workplace)
    pid = json.loads(worker.invoke(_event()).payload)["pid"]
    outcome = worker.invoke(_event(action="sleep", seconds=30))
    error = json.loads(outcome.payload)
    assert outcome.failed
    assert error["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 0.50 seconds" in error["errorMessage"]
    assert not worker.alive
    assert _gone(pid)


def test_a_crash_is_told_with_its_exit_status(worker: Worker, until: Callable[..., Any]) -> None:
    outcome = worker.invoke(_event(action="crash"))
    error = json.loads(outcome.payload)
    assert outcome.failed
    assert error["errorType"] == "Runtime.ExitError"
    assert "exit status 7" in error["errorMessage"]
    until(lambda: not worker.alive)


def test_a_handler_that_cannot_be_imported_tells_why(workplace: Workplace) -> None:
    broken = replace(ECHO, image=LocalImage("functions/broken", "BrokenFunction"))
    worker = Worker(broken, workplace)
    outcome = worker.invoke(_event())
    assert outcome.failed
    assert json.loads(outcome.payload)["errorType"] == "KeyError"
    worker.stop()


def test_what_a_handler_prints_is_in_its_log(worker: Worker, workplace: Workplace) -> None:
    worker.invoke(_event(action="log"))
    log = (workplace.logs / "EchoFunction.log").read_text(encoding="utf-8")
    assert "a line for the log" in log


def test_a_pool_works_in_parallel_up_to_its_limit(pool: WorkerPool) -> None:
    pids: list[int] = []
    counted = threading.Lock()

    def invoke() -> None:
        answer = json.loads(pool.invoke(_event(action="sleep", seconds=0.2)).payload)
        with counted:
            pids.append(answer["pid"])

    threads = [threading.Thread(target=invoke) for _ in range(6)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 6
    assert len(set(pids)) == 2
    assert time.monotonic() - begun >= 0.6


def test_a_pool_replaces_a_worker_that_died(pool: WorkerPool) -> None:
    assert pool.invoke(_event(action="crash")).failed
    assert not pool.invoke(_event()).failed


def test_idle_workers_beyond_the_first_end(pool: WorkerPool) -> None:
    answers: list[dict[str, Any]] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(
                json.loads(pool.invoke(_event(action="sleep", seconds=0.3)).payload)
            )
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.end_idle()
    assert sum(_gone(answer["pid"]) for answer in answers) == 1


def test_a_closed_pool_leaves_no_process(workplace: Workplace) -> None:
    pool = WorkerPool(ECHO, workplace, WorkerLimits())
    pid = json.loads(pool.invoke(_event()).payload)["pid"]
    pool.close()
    assert _gone(pid)
    assert json.loads(pool.invoke(_event()).payload)["errorType"] == "Runtime.Unavailable"


CONFIGURATION = {
    "FunctionName": "echo",
    "FunctionArn": ECHO.arn,
    "ImageUri": ECHO.image.reference,
    "ImageConfigResponse": {"ImageConfig": {"Command": ["app.handler"]}},
    "Environment": {"Variables": {"OWN": "first"}},
    "Timeout": 10,
    "RevisionId": "1",
}


def test_the_server_answers_as_lambda_does(workplace: Workplace, fetch: Callable[..., Any]) -> None:
    with FunctionServer(workplace) as server:
        for action, failed in (("answer", None), ("raise", "Unhandled")):
            body = {"configuration": CONFIGURATION, "request_id": "r", "event": {"action": action}}
            url = f"{server.url}/functions/echo/invocations"
            answer = fetch(url, "POST", json.dumps(body).encode())
            assert answer.status == 200
            assert answer.headers.get("x-amz-function-error") == failed
            assert answer.json


def test_an_updated_function_gets_new_workers(workplace: Workplace) -> None:
    updated = {**CONFIGURATION, "Environment": {"Variables": {"OWN": "second"}}, "RevisionId": "2"}
    with FunctionServer(workplace) as server:
        answers = [
            json.loads(server.invoke(one, _event()).payload)["own"]
            for one in (CONFIGURATION, updated)
        ]
    assert answers == ["first", "second"]


def test_a_function_without_a_folder_fails_with_a_reason(workplace: Workplace) -> None:
    nowhere = {**CONFIGURATION, "ImageUri": "local/functions/nowhere:NowhereFunction"}
    foreign = {**CONFIGURATION, "ImageUri": "registry.example/functions/echo:latest"}
    with FunctionServer(workplace) as server:
        for configuration, reason in (
            (nowhere, "Runtime.InvalidWorkingDir"),
            (foreign, "Runtime.InvalidConfiguration"),
        ):
            outcome = server.invoke(configuration, _event())
            assert outcome.failed
            assert json.loads(outcome.payload)["errorType"] == reason
