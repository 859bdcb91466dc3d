"""A change set whose nested stacks CloudFormation can't work out is made without them."""

import pytest
from botocore.exceptions import ClientError

from kotogura.delivery import change_sets
from kotogura.delivery.errors import StackFailed

PLACEHOLDER = "Usage of {{IntrinsicFunction:kotogura/Store.Outputs.Id/Fn::GetAtt}} is not allowed"


class CloudFormation:
    """As far as a change set of a new stack goes; `reasons` are why change sets fail, in turn."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = list(reasons)
        self.asked: list[bool] = []
        self.there: dict[str, str] = {}

    def describe_stacks(self, **_):
        raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")

    def create_change_set(self, **asked):
        self.asked.append(asked.get("IncludeNestedStacks", False))
        identifier = f"{len(self.asked)} {asked['ChangeSetName']}"
        self.there[identifier] = self.reasons.pop(0) if self.reasons else ""
        return {"Id": identifier}

    def describe_change_set(self, **asked):
        identifier = asked["ChangeSetName"]
        reason = self.there[identifier]
        change = {"Action": "Add", "LogicalResourceId": "Store", "ResourceType": "A::B::C"}
        return {
            "ChangeSetId": identifier,
            "StackId": "kotogura",
            "Status": "FAILED" if reason else "CREATE_COMPLETE",
            "StatusReason": reason,
            "Changes": [{"ResourceChange": change}],
        }

    def delete_change_set(self, **asked):
        del self.there[asked["ChangeSetName"]]


def create(cloudformation, say=lambda _: None):
    template = {"TemplateURL": "https://packages/template.json"}
    return change_sets.create(cloudformation, "kotogura", template, {}, say=say, poll_seconds=0.0)


def test_nested_stacks_are_part_of_a_change_set():
    cloudformation = CloudFormation()
    made = create(cloudformation)
    assert [one.resource for one in made.changes] == ["Store"]
    assert cloudformation.asked == [True]


def test_what_nested_stacks_would_do_is_left_out_where_it_can_not_be_told():
    cloudformation, told = CloudFormation(PLACEHOLDER), []
    made = create(cloudformation, told.append)
    assert told == [f"what nested stacks would do can't be shown: {PLACEHOLDER}"]
    assert cloudformation.asked == [True, False]
    assert list(cloudformation.there) == [made.identifier]


def test_a_change_that_is_refused_both_times_leaves_no_change_set():
    cloudformation = CloudFormation(PLACEHOLDER, "Parameters: [Domain] must have values")
    with pytest.raises(StackFailed, match=r"Parameters: \[Domain\] must have values"):
        create(cloudformation)
    assert not cloudformation.there


def test_nothing_to_change_is_not_asked_twice():
    cloudformation = CloudFormation("The submitted information didn't contain changes.")
    assert create(cloudformation) is None
    assert cloudformation.asked == [True]
