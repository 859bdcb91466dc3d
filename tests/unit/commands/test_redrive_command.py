"""What could not be delivered is given again, once for each message, and nothing is lost."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kotogura.commands.errors import RedriveFailed
from kotogura.commands.redrive import redrive

USAGE = "arn:aws:lambda:us-east-1:000000000000:function:usage"
INGEST = "arn:aws:states:us-east-1:000000000000:stateMachine:ingest"


class Queue:
    """SQS with one queue: what was received is hidden, what was deleted is gone."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.left = list(messages)
        self.hidden: set[str] = set()

    def receive_message(self, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        seen = [one for one in self.left if one["MessageId"] not in self.hidden]
        given = seen[:MaxNumberOfMessages]
        self.hidden |= {one["MessageId"] for one in given}
        return {"Messages": given} if given else {}

    def delete_message(self, ReceiptHandle: str, **_: Any) -> None:  # noqa: N803
        self.left = [one for one in self.left if one["ReceiptHandle"] != ReceiptHandle]


class Workflows:
    def __init__(self, refuses: str = "") -> None:
        self.started: list[tuple[str, str]] = []
        self.refuses = refuses

    def start_execution(self, **start: str) -> None:
        if start["input"] == self.refuses:
            answer: Any = {"Error": {"Code": "NoMachine", "Message": "no such workflow"}}
            raise ClientError(answer, "StartExecution")
        self.started.append((start["stateMachineArn"], start["input"]))


class Functions:
    def __init__(self, refuses: str = "") -> None:
        self.called: list[tuple[str, str, str]] = []
        self.refuses = refuses

    def invoke(self, FunctionName: str, InvocationType: str, Payload: str) -> None:  # noqa: N803
        if Payload == self.refuses:
            answer: Any = {"Error": {"Code": "NoFunction", "Message": "no such function"}}
            raise ClientError(answer, "Invoke")
        self.called.append((FunctionName, InvocationType, Payload))


def given_again(queue: Queue, workflows: Workflows, functions: Functions | None = None) -> int:
    parts: Any = (workflows, functions or Functions())
    return redrive(queue, "queue", *parts)


def message(number: int, **attributes: str) -> dict[str, Any]:
    named = {"TARGET_ARN": INGEST} | attributes
    return {
        "MessageId": str(number),
        "ReceiptHandle": f"handle-{number}",
        "Body": f"event {number}",
        "MessageAttributes": {key: {"StringValue": value} for key, value in named.items() if value},
    }


def test_each_message_starts_the_workflow_it_names_and_goes() -> None:
    queue, workflows = Queue(*map(message, range(23))), Workflows()
    assert given_again(queue, workflows) == 23
    assert workflows.started == [(INGEST, f"event {number}") for number in range(23)]
    assert queue.left == []


def test_a_workflow_that_cannot_be_started_leaves_its_message_and_those_after_it() -> None:
    queue, workflows = Queue(*map(message, range(3))), Workflows(refuses="event 1")
    with pytest.raises(RedriveFailed, match="no such workflow; 1 done"):
        given_again(queue, workflows)
    assert [one["Body"] for one in queue.left] == ["event 1", "event 2"]


def test_a_function_is_called_without_waiting_for_it_and_what_stands_behind_goes_on() -> None:
    queue = Queue(message(1, TARGET_ARN=USAGE), message(2))
    workflows, functions = Workflows(), Functions()
    assert given_again(queue, workflows, functions) == 2
    assert functions.called == [(USAGE, "Event", "event 1")]
    assert workflows.started == [(INGEST, "event 2")]
    assert queue.left == []


def test_a_function_that_cannot_be_called_leaves_its_message() -> None:
    queue = Queue(message(1, TARGET_ARN=USAGE))
    with pytest.raises(RedriveFailed, match="no such function; 0 done"):
        given_again(queue, Workflows(), Functions(refuses="event 1"))
    assert len(queue.left) == 1


def test_a_message_that_names_no_workflow_is_left() -> None:
    queue = Queue(message(1, TARGET_ARN=""))
    with pytest.raises(RedriveFailed, match="message 1 names no TARGET_ARN"):
        given_again(queue, Workflows())
    assert len(queue.left) == 1


def test_an_empty_queue_is_nothing_to_do() -> None:
    assert given_again(Queue(), Workflows()) == 0


def test_a_call_that_failed_to_the_end_is_made_again() -> None:
    record = {
        "requestContext": {"functionArn": f"{USAGE}:$LATEST", "condition": "RetriesExhausted"},
        "requestPayload": {"until": "2026-11-27T03:00:00Z"},
        "responsePayload": {"errorType": "StoreUnavailable"},
    }
    kept = message(1, TARGET_ARN="") | {"Body": json.dumps(record)}
    functions = Functions()
    assert given_again(Queue(kept), Workflows(), functions) == 1
    assert functions.called == [
        (f"{USAGE}:$LATEST", "Event", '{"until": "2026-11-27T03:00:00Z"}'),
    ]
