"""What each event of `events/` is answered with: filled in where it names what a run made."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kotogura.documents.identity import document_key
from tests.integration.conftest import MINATO, ROOT, RunningSystem
from tests.sam_local.training import Training

NAME = "rules/旅費規程.txt"
SAMPLE = ROOT / "samples" / MINATO / NAME
Event = dict[str, Any]
Answer = Mapping[str, Any]


@dataclass
class Story:
    """What the events so far have made; later ones name it."""

    system: RunningSystem
    training: Training
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def generation(self) -> int:
        """The tenant's newest generation."""
        pointer = self.system.deployment.pointers.get(MINATO)
        assert pointer is not None
        return pointer.generation

    def stop(self, execution_arn: str) -> None:
        """End an execution: that a function started it is all that was to be seen."""
        self.system.deployment.workflows.stop_execution(executionArn=execution_arn)


def as_it_is(event: Event, story: Story) -> Event:
    return event


def of_the_object(event: Event, story: Story) -> Event:
    """An event about the object that is in the bucket, told once more, later than all before."""
    deployment = story.system.deployment
    head = deployment.s3.head_object(Bucket=deployment.bucket, Key=document_key(MINATO, NAME))
    thing = {
        **event["detail"]["object"],
        "version-id": head["VersionId"],
        "etag": head["ETag"].strip('"'),
        "sequencer": f"7FFF{len(story.answers):012X}",
    }
    detail = {**event["detail"], "bucket": {"name": deployment.bucket}, "object": thing}
    return {**event, "detail": detail}


def replaced(event: Event, old: str, new: str) -> Event:
    """The event with another word wherever it has `old`."""
    filled: Event = json.loads(json.dumps(event, ensure_ascii=False).replace(old, new))
    return filled


def of_the_quarantine(event: Event, story: Story) -> Event:
    return {**event, "event": of_the_object(event["event"], story)}


def following(name: str) -> Callable[[Event, Story], Event]:
    """The step after the one that was answered as `name`: its answer is the event."""

    def fill(event: Event, story: Story) -> Event:
        return {**event, **story.answers[name]}

    return fill


def of_the_upload(event: Event, story: Story) -> Event:
    """An event about the upload that has begun; its id also stands in the path."""
    begun = body(story.answers["manage-begin-upload"], 201)["upload_id"]
    return replaced(event, event["pathParameters"]["upload_id"], begun)


def of_the_execution(event: Event, story: Story) -> Event:
    """A request for the newest execution; its id also stands in the path."""
    newest = body(story.answers["manage-executions"])["executions"][0]["execution_id"]
    return replaced(event, event["pathParameters"]["id"], newest)


def of_the_samples_size(event: Event, story: Story) -> Event:
    """A request to upload the sample: its URL takes exactly as many bytes as were announced."""
    wanted = {"name": NAME, "size_bytes": len(SAMPLE.read_bytes())}
    return {**event, "body": json.dumps(wanted, ensure_ascii=False)}


def to_the_generation_before(event: Event, story: Story) -> Event:
    return {**event, "generation": story.generation - 1}


def body(answer: Answer, status: int = 200) -> Any:
    """Return what an HTTP answer holds."""
    assert answer.get("statusCode") == status, answer
    return json.loads(answer["body"]) if answer["body"] else None
