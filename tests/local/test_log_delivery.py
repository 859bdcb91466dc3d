"""Lines of the functions' log files reach the log group once each."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.stub import ANY, Stubber

from kotogura.local.log_delivery import LogDelivery

GROUP = "/kotogura/kotogura/functions"


@pytest.fixture
def logs() -> Iterator[Stubber]:
    client = boto3.client(
        "logs", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def expect(logs: Stubber, *lines: str) -> None:
    events = [{"timestamp": ANY, "message": line} for line in lines]
    asked = {"logGroupName": GROUP, "logStreamName": "SearchFunction", "logEvents": events}
    logs.add_response("put_log_events", {}, asked)


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_whole_lines_are_delivered_once_and_old_ones_never(tmp_path: Path, logs: Stubber) -> None:
    path = tmp_path / "SearchFunction.log"
    append(path, "of an earlier start\n")
    delivery = LogDelivery(logs.client, GROUP, tmp_path)
    logs.add_response("create_log_stream", {})
    append(path, "検索\n\nhalf")
    expect(logs, "検索")
    delivery.deliver()
    delivery.deliver()
    append(path, " a line\n")
    expect(logs, "half a line")
    delivery.deliver()


def test_a_stream_of_an_earlier_start_is_gone_on_with(tmp_path: Path, logs: Stubber) -> None:
    delivery = LogDelivery(logs.client, GROUP, tmp_path)
    append(tmp_path / "SearchFunction.log", "one\n")
    logs.add_client_error("create_log_stream", "ResourceAlreadyExistsException")
    expect(logs, "one")
    delivery.deliver()


def test_lines_that_could_not_be_delivered_are_delivered_later(
    tmp_path: Path, logs: Stubber
) -> None:
    delivery = LogDelivery(logs.client, GROUP, tmp_path)
    append(tmp_path / "SearchFunction.log", "one\n")
    logs.add_response("create_log_stream", {})
    logs.add_client_error("put_log_events", "ServiceUnavailableException")
    with pytest.raises(logs.client.exceptions.ServiceUnavailableException):
        delivery.deliver()
    expect(logs, "one")
    delivery.deliver()


def test_what_was_printed_last_is_delivered_at_the_end(tmp_path: Path, logs: Stubber) -> None:
    logs.add_response("create_log_stream", {})
    expect(logs, "the last search")
    with LogDelivery(logs.client, GROUP, tmp_path):
        append(tmp_path / "SearchFunction.log", "the last search\n")
