"""Events that come twice, late, in another order, or never."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from tests.faults.conftest import HOSHINO, MINATO, FaultySystem, Happened
from tests.integration.conftest import eventually

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

STACK = "local stack"


class Kept:
    """The events that S3 told while nobody listened but a queue."""

    def __init__(self, queues: Any, url: str) -> None:
        self._queues, self._url = queues, url
        self._events: list[dict[str, Any]] = []

    def events(self, count: int) -> list[dict[str, Any]]:
        """Return the first `count` events in the order of their sequencers."""

        def probe() -> list[dict[str, Any]] | None:
            answer = self._queues.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                self._events.append(json.loads(message["Body"]))
                self._queues.delete_message(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                )
            return self._events if len(self._events) >= count else None

        found = eventually(probe, f"{count} events")
        return sorted(found, key=lambda one: str(one["detail"]["object"]["sequencer"]))


@contextmanager
def kept(system: FaultySystem) -> Iterator[Kept]:
    """Keep the events of S3 from `ingest`, and put them into a queue instead."""
    queues, events = system.deployment.queues, system.stack.client("events")
    url = queues.create_queue(QueueName="kept-events")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    with system.unheard():
        events.put_rule(Name="kept", EventPattern=json.dumps({"source": ["aws.s3"]}))
        events.put_targets(Rule="kept", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])
        try:
            yield Kept(queues, url)
        finally:
            events.remove_targets(Rule="kept", Ids=["queue"])
            events.delete_rule(Name="kept")
            queues.delete_queue(QueueUrl=url)


def outcome(execution: dict[str, Any]) -> str:
    assert execution["status"] == "SUCCEEDED", execution
    return str(json.loads(execution["output"])["outcome"])


@pytest.mark.fault("an event twice", STACK)
def test_an_event_that_comes_twice_changes_nothing(
    system: FaultySystem, happened: Happened
) -> None:
    with kept(system) as queue:
        system.put(MINATO, "twice.txt", "二度届く\n郵便屋が二度鳴らす。")
        [event] = queue.events(1)
    assert outcome(system.ingest(event)) == "indexed"
    generation = system.deployment.pointers.get(MINATO)
    assert outcome(system.ingest(event)) == "skipped"
    assert system.deployment.pointers.get(MINATO) == generation
    assert system.names_found(MINATO, "郵便屋") == ["twice.txt"]
    happened("the second is skipped, and no generation is made for it")


@pytest.mark.fault("events in the wrong order", STACK)
def test_the_latest_version_wins_in_whatever_order_events_come(
    system: FaultySystem, happened: Happened
) -> None:
    with kept(system) as queue:
        system.put(MINATO, "order.txt", "順番\n一番目は朝顔。")
        system.put(MINATO, "order.txt", "順番\n二番目は向日葵。")
        system.put(MINATO, "order.txt", "順番\n三番目は秋桜。")
        first, second, third = queue.events(3)
    assert outcome(system.ingest(second)) == "indexed"
    assert outcome(system.ingest(third)) == "indexed"
    assert outcome(system.ingest(first)) == "skipped"
    assert system.names_found(MINATO, "秋桜") == ["order.txt"]
    assert system.names_found(MINATO, "朝顔") == system.names_found(MINATO, "向日葵") == []
    happened("the older one is skipped, and the newest version is found")


@pytest.mark.fault("a removal before the upload that it follows", STACK)
def test_a_late_upload_does_not_undo_its_removal(system: FaultySystem, happened: Happened) -> None:
    with kept(system) as queue:
        system.put(MINATO, "removed.txt", "消えた文書\n蜃気楼を見た。")
        system.delete(MINATO, "removed.txt")
        put, removed = queue.events(2)
    system.ingest(removed)
    assert outcome(system.ingest(put)) == "skipped"
    record = system.deployment.ledger.get(MINATO, document_id("removed.txt"))
    assert record is not None
    assert record.state is DocumentState.DELETED
    assert system.names_found(MINATO, "蜃気楼") == []
    happened("the late upload is skipped, and the document stays gone")


@pytest.mark.fault("an event that comes days late", STACK)
def test_a_late_event_of_an_old_version_is_skipped(
    system: FaultySystem, happened: Happened
) -> None:
    with kept(system) as queue:
        system.put(MINATO, "late.txt", "遅刻\n去年の暦。")
        [late] = queue.events(1)
    system.put(MINATO, "late.txt", "遅刻\n今年の暦は金色。")
    system.settled(MINATO, "late.txt")
    assert outcome(system.ingest(late)) == "skipped"
    assert system.names_found(MINATO, "金色") == ["late.txt"]
    assert system.names_found(MINATO, "去年") == []
    happened("it is older than what is known, and skipped")


@pytest.mark.fault("events that never come", STACK)
def test_changes_whose_events_are_lost_are_found_by_a_reconciliation(
    system: FaultySystem, happened: Happened
) -> None:
    for name, text in (("gone.txt", "鳴らない風鈴。"), ("stale.txt", "古い暖簾。")):
        system.put(HOSHINO, name, text)
        system.settled(HOSHINO, name)
    with system.unheard():
        system.put(HOSHINO, "missed.txt", "誰にも知らされなかった風鈴。")
        system.put(HOSHINO, "stale.txt", "新しい暖簾は藍色。")
        system.delete(HOSHINO, "gone.txt")
    arguments = ("reconcile", "--tenant", HOSHINO, "--older-than", "0")
    _, looked = system.command(*arguments, "--dry-run")
    assert looked["tenants"][0]["found"] == {"missing": 1, "outdated": 1, "gone": 1}
    assert system.names_found(HOSHINO, "藍色") == []
    _, mended = system.command(*arguments)
    assert mended["found_count"] == 3

    def probe() -> bool | None:
        found = system.names_found(HOSHINO, "風鈴"), system.names_found(HOSHINO, "藍色")
        return True if found == (["missed.txt"], ["stale.txt"]) else None

    eventually(probe, "what was missed to be found, and what is gone no longer")
    line = system.told("ReconcileFunction", lambda one: "ReconciledDocuments" in one)
    assert line["ReconciledDocuments"] == [3.0]
    _, again = system.command(*arguments)
    assert again["found_count"] == 0
    happened("`reconcile` takes them in the night after, and counts them")


@pytest.mark.fault("the nightly look at every tenant", STACK)
def test_the_nightly_reconciliation_ends_well_where_nothing_was_missed(
    system: FaultySystem, happened: Happened
) -> None:
    done = system.run_workflow("Reconcile", {})
    assert done["status"] == "SUCCEEDED", done
    assert json.loads(done["output"]) == {"started_count": 0}
    happened("nothing was missed, and it says so")
