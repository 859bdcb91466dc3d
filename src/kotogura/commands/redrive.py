"""`kotogura redrive`: what could not start a workflow or call a function does so now."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click
from botocore.exceptions import ClientError

from kotogura.commands.errors import RedriveFailed
from kotogura.commands.session import Session

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_stepfunctions import SFNClient

_AT_ONCE = 10  # all that SQS gives at a time
# Long enough for ten starts; a message that is left alone can be had again after it.
_HIDDEN_SECONDS = 60
_TARGET = "TARGET_ARN"


@click.command("redrive")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on a line.")
@click.pass_obj
def redrive_events(session: Session, as_json: bool) -> None:
    """Start the workflows and functions that could not be started when their events came."""
    terminal = session.terminal_for(as_json=as_json)
    deployment = session.deployment()
    url = deployment.outputs["UndeliveredQueueUrl"]
    count = redrive(deployment.queues, url, deployment.workflows, deployment.functions)
    terminal.line(f"{count} workflows and functions started")
    terminal.result({"started_count": count})


def redrive(queues: Any, queue_url: str, workflows: "SFNClient", functions: "LambdaClient") -> int:
    """Start what each message of the queue was for; return how many were started.

    A message goes when its workflow has begun or its function's call is accepted, so that a crash
    between the two starts it twice: both bear that. What can't be started stays, and ends it.

    Raises:
        RedriveFailed: when a target can't be started, or a message doesn't say which; it stays in
            the queue, to be given again once the cause is mended.
    """
    count = 0
    for message in _messages(queues, queue_url):
        target, told = _called(message)
        if target is None:
            raise RedriveFailed(f"message {message['MessageId']} names no {_TARGET}; {count} done")
        try:
            if target.split(":")[2:3] == ["lambda"]:
                functions.invoke(FunctionName=target, InvocationType="Event", Payload=told)
            else:
                workflows.start_execution(stateMachineArn=target, input=told)
        except ClientError as refused:
            reason = refused.response.get("Error", {}).get("Message", str(refused))
            raise RedriveFailed(f"{target} can't be started: {reason}; {count} done") from None
        queues.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        count += 1
    return count


def _called(message: Mapping[str, Any]) -> tuple[str | None, str]:
    """Return what a message was for, and what it was to be told.

    Rules and schedules put what they could not deliver there as it is, and name the target beside
    it; Lambda puts a record of a call that failed to the end.
    """
    target = message.get("MessageAttributes", {}).get(_TARGET, {}).get("StringValue")
    if target is not None:
        return target, message["Body"]
    try:
        record = json.loads(message["Body"])
        return record["requestContext"]["functionArn"], json.dumps(record["requestPayload"])
    except (ValueError, KeyError, TypeError):
        return None, message["Body"]


def _messages(queues: Any, queue_url: str) -> Iterator[dict[str, Any]]:
    while True:
        answer = queues.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=_AT_ONCE,
            MessageAttributeNames=[_TARGET],
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,  # asks all of the queue's servers, not some
        )
        if not answer.get("Messages"):
            return
        yield from answer["Messages"]
