"""A table that refuses, a bucket that is out of reach, a disk that is full or slow."""

import json
from typing import Any

import pytest

from kotogura.documents.ledger import DocumentState
from tests.faults.conftest import HOSHINO, MINATO, FaultySystem, Happened
from tests.faults.proxy import Request, Rule

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

STACK = "local stack"
PROXY = "local stack, a proxy before its table"
DISK = "local stack, `fsync` of the functions"

NO_ROOM = json.dumps({"__type": "InternalServerError", "message": "no"}).encode()
LOST_RACE = json.dumps(
    {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}
).encode()
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>"


@pytest.mark.fault("a table that throttles every write", PROXY)
def test_writes_that_are_throttled_come_in_the_end(
    system: FaultySystem, happened: Happened
) -> None:
    name = "throttled.txt"
    before = system.version(MINATO, name)
    with system.proxy.throttling("PutItem", "UpdateItem", "BatchWriteItem") as rule:
        system.put(MINATO, name, "絞られた書き込み\n水車小屋の水車。")
        system.proxy.wait_for(rule, 8)  # the SDK tries four times, the workflow again
        assert system.names_found(MINATO, "灯台") == ["steady.txt"]
        system.told("IngestFunction", lambda one: is_failure(one, "throttled"))
    record = system.settled(MINATO, name, after=before)
    assert record.state is DocumentState.INDEXED
    assert system.names_found(MINATO, "水車") == [name]
    happened("the SDK and then the workflow try again, and the document is found; searches go on")


@pytest.mark.fault("a table that throttles every read, while people search", PROXY)
def test_a_search_without_its_table_says_that_a_retry_helps(
    system: FaultySystem, happened: Happened
) -> None:
    with system.proxy.throttling("GetItem", "Query", "BatchGetItem"):
        status, problem = system.ask(MINATO, "灯台")
        assert (status, problem["code"]) == (429, "throttled")
    assert system.names_found(MINATO, "灯台") == ["steady.txt"]
    happened("429 `throttled` with Retry-After, and the next search is answered")


@pytest.mark.fault("a table whose answers are lost after the write", PROXY)
def test_a_write_whose_answer_was_lost_is_not_done_twice(
    system: FaultySystem, happened: Happened
) -> None:
    name = "unanswered.txt"

    def is_write(request: Request) -> bool:
        return request.operation in ("PutItem", "UpdateItem") and b"hoshino" in request.body

    rule = Rule(is_write, 500, NO_ROOM, count=6, after_effect=True)
    with system.proxy.applying(rule):
        system.put(HOSHINO, name, "返事のない手紙\n砂時計が落ちる。")
        record = system.settled(HOSHINO, name)
    assert rule.done >= 4
    assert record.state is DocumentState.INDEXED
    assert system.names_found(HOSHINO, "砂時計") == [name]
    code, verified = system.command("index", "verify", "--tenant", HOSHINO)
    assert (code, verified["problems"]) == (0, [])
    happened("the repetition finds the write done; the document is in the index once")


@pytest.mark.fault("a commit that loses its race", PROXY)
def test_a_commit_that_loses_its_race_tries_again(system: FaultySystem, happened: Happened) -> None:
    name = "race.txt"
    rule = Rule(
        lambda one: one.operation == "PutItem" and b'"MANIFEST"' in one.body,
        400,
        LOST_RACE,
        count=2,
    )
    with system.proxy.applying(rule):
        system.put(MINATO, name, "競走\n兎と亀と蝸牛。")
        record = system.settled(MINATO, name)
    assert rule.done == 2
    assert record.state is DocumentState.INDEXED
    assert system.names_found(MINATO, "蝸牛") == [name]
    happened("it looks at the new pointer and commits anew")


@pytest.mark.fault("a bucket that answers SlowDown", "local stack, a proxy before its bucket")
def test_a_bucket_that_is_too_busy_is_asked_again(system: FaultySystem, happened: Happened) -> None:
    name = "slowdown.txt"
    rule = Rule(lambda one: one.operation == "GET", 503, SLOW_DOWN, count=5)
    with system.proxy.applying(rule):
        system.put(MINATO, name, "混んだ倉庫\n蔵の鍵は蜻蛉玉。")
        record = system.settled(MINATO, name)
    assert rule.done == 5
    assert record.state is DocumentState.INDEXED
    assert system.names_found(MINATO, "蜻蛉玉") == [name]
    happened("the file is read again, and the document is found")


@pytest.mark.fault("a full disk", DISK)
def test_a_full_disk_keeps_nobody_from_searching_and_loses_nothing(
    system: FaultySystem, happened: Happened
) -> None:
    name = "full.txt"
    before = system.deployment.pointers.get(MINATO)
    with system.disk("full"):
        system.put(MINATO, name, "満杯\n小さな箱に大きな鯨。")
        record = system.settled(MINATO, name)
        assert record.state is DocumentState.QUARANTINED
        assert record.reason is not None
        assert record.reason.code == "store-unavailable"
        assert system.names_found(MINATO, "灯台") == ["steady.txt"]
        assert system.deployment.pointers.get(MINATO) == before
    system.told("IngestFunction", lambda one: is_failure(one, "store-unavailable"))
    _, mended = system.command("reconcile", "--tenant", MINATO, "--older-than", "0")
    assert mended["tenants"][0]["found"]["failed"] >= 1
    again = system.settled(MINATO, name, after=record.sequencer)
    assert again.state is DocumentState.INDEXED
    assert system.names_found(MINATO, "鯨") == [name]
    happened(
        "quarantined as `store-unavailable` once retries are used up, which alarms; the index is "
        "as it was, searches go on, and `reconcile` takes the document in when there is room"
    )


@pytest.mark.fault("a slow disk", DISK)
def test_a_slow_disk_is_waited_for(system: FaultySystem, happened: Happened) -> None:
    name = "slow.txt"
    with system.disk("slow"):
        system.put(MINATO, name, "のんびり\n蝸牛より遅い海鼠。")
        assert system.names_found(MINATO, "灯台") == ["steady.txt"]
        record = system.settled(MINATO, name)
    assert record.state is DocumentState.INDEXED
    assert system.names_found(MINATO, "海鼠") == [name]
    happened("it takes longer, and nothing else")


def is_failure(line: dict[str, Any], code: str) -> bool:
    """Return whether a line of a log counts a step's failure, as CloudWatch and alarms see it."""
    return "StepFailures" in line and line.get("code") == code
