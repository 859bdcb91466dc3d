"""Alarms, their runbooks and the dashboard tell of what exists, and what exists is watched."""

import json
import re
from pathlib import Path

import pytest

from kotogura.platform.metrics import METRICS

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs/operations.md").read_text("utf-8")
# Native metrics that docs/metrics.md tells of, by namespace.
NATIVE = re.findall(
    r"^\| (AWS/\w+) \| (.+?) \| (\w+) \|",
    (ROOT / "docs/metrics.md").read_text("utf-8"),
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def alarms(template):
    """Those that write to somebody; the root's own turns a rollout back and writes to nobody."""
    return template.nested["Watching"].of_type("AWS::CloudWatch::Alarm")


@pytest.fixture(scope="module")
def dashboard(template):
    (properties,) = template.of_type("AWS::CloudWatch::Dashboard").values()
    return json.loads(properties["DashboardBody"]["Fn::Sub"])


def sections():
    """The runbook's alarms with their text."""
    text = RUNBOOK.partition("\n## Alarms\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", text, re.MULTILINE | re.DOTALL))


def known(namespace, name, dimensions):
    if namespace == "Kotogura":
        return any(
            one.name == name
            and dimensions["service"] in one.services
            and set(dimensions) == {"service", "stage", *one.dimensions}
            for one in METRICS
        )
    return any(
        namespace == space and name in names.split(", ") and set(dimensions) == {dimension}
        for space, names, dimension in NATIVE
    )


def test_every_alarm_has_its_section_and_every_section_its_alarm(template, alarms):
    budgets = template.of_type("AWS::Budgets::Budget")
    every = template.of_type("AWS::CloudWatch::Alarm")
    assert set(sections()) == set(every) | set(budgets)
    assert set(alarms) < set(every)


@pytest.mark.parametrize("name", sections())
def test_a_section_says_what_is_seen_where_to_look_and_what_helps(name):
    told = re.findall(r"^- \*\*(\w+)\*\*: \S", sections()[name], re.MULTILINE)
    assert told == ["Symptom", "Look", "Remedy"]


def test_what_a_section_names_exists(template):
    """Logical ids and parameters of the template, and alarms by their sections."""
    words = {
        *(word for text in sections().values() for word in re.findall(r"`([A-Z]\w+)`", text)),
        *(word for text in sections().values() for word in re.findall(r"\b\w+Alarm\b", text)),
    }
    metrics = {one.name for one in METRICS}
    native = {name for _, names, _ in NATIVE for name in names.split(", ")}
    errors = set(
        re.findall(r"^class (\w+)", (ROOT / "src/kotogura/errors.py").read_text("utf-8"), re.M)
    )
    machines = "".join(one.read_text("utf-8") for one in ROOT.glob("statemachines/*.json"))
    errors |= set(re.findall(r'"Error": "(\w+)"', machines))
    other = {"AccessDenied", "ERROR_CODE", "ERROR_MESSAGE", "MemorySize"}
    exists = {*template.resources, *template.body["Parameters"], *metrics, *native, *errors, *other}
    assert words <= exists, words - exists


def test_the_alarm_that_turns_a_rollout_back_links_its_section(template):
    alarm = template.resources["RolloutFailures"]["Properties"]
    assert "docs/operations.md#rolloutfailures" in alarm["AlarmDescription"]
    assert "AlarmActions" not in alarm, "CodeDeploy looks at it; ApiFailedAlarm writes"


def test_every_function_and_workflow_follows_the_parameter_for_traces(template):
    shared = template.body["Globals"]["Function"]
    assert shared["Tracing"] == {"Ref": "Tracing"}
    assert shared["Environment"]["Variables"]["KOTOGURA_TRACING"] == {"Ref": "Tracing"}
    assert template.body["Parameters"]["Tracing"]["Default"] == "PassThrough"
    for name, function in template.functions.items():
        assert "Tracing" not in function, name
    for name, machine in template.of_type("AWS::Serverless::StateMachine").items():
        assert machine["Tracing"] == {"Enabled": {"Fn::If": ["Traces", True, False]}}, name
        assert {"Ref": "TraceWriterPolicy"} in machine["Policies"], name


def test_the_spans_that_are_described_are_those_of_the_code():
    text = RUNBOOK.partition("\n## Traces\n")[2].partition("\n## ")[0]
    described = re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)
    assert len(described) == len(set(described))
    assert set(described) == {
        name
        for path in (ROOT / "src/kotogura").rglob("*.py")
        if path.name != "spans.py"
        for name in re.findall(r"\bspan\(\"([a-z-]+)\"\)", path.read_text("utf-8"))
    }


def test_every_alarm_links_its_section_writes_to_the_topic_and_knows_silence(alarms):
    for name, alarm in alarms.items():
        assert f"docs/operations.md#{name.lower()}" in json.dumps(alarm["AlarmDescription"]), name
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        assert alarm["TreatMissingData"] in {"notBreaching", "ignore"}, name
        assert "Metrics" not in alarm, (
            f"{name}: metric math costs more, and is not evaluated locally"
        )


def test_every_alarm_watches_a_metric_that_is_emitted(alarms):
    for name, alarm in alarms.items():
        dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
        assert known(alarm["Namespace"], alarm["MetricName"], dimensions), name


def test_a_training_that_fails_alarms(template, alarms):
    alarm = alarms["TrainFailedAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/States", "ExecutionsFailed")
    (dimension,) = alarm["Dimensions"]
    assert dimension == {"Name": "StateMachineArn", "Value": {"Ref": "TrainStateMachineArn"}}
    given = template.resources["Watching"]["Properties"]["Parameters"]
    training = {"Fn::GetAtt": ["Training", "Outputs.TrainStateMachineArn"]}
    assert given["TrainStateMachineArn"] == training
    outputs = template.nested["Training"].body["Outputs"]
    assert outputs["TrainStateMachineArn"]["Value"] == {"Ref": "TrainStateMachine"}
    assert alarm["Threshold"] == 1


def test_the_dashboard_shows_only_metrics_that_are_emitted(dashboard):
    for widget in dashboard["widgets"]:
        before = []
        for row in widget["properties"].get("metrics", []):
            parts = [part for part in row if not isinstance(part, dict)]
            if parts and parts[0] == "...":
                parts = before[: len(before) - len(parts) + 1] + parts[1:]
            parts = [before[at] if part == "." else part for at, part in enumerate(parts)]
            before = parts
            namespace, name, *rest = parts
            if namespace != "AWS/Billing":
                assert known(namespace, name, dict(zip(rest[::2], rest[1::2], strict=True))), row


def test_the_dashboard_shows_all_that_operators_look_at(dashboard):
    shown = json.dumps(dashboard)
    for one in METRICS:
        assert one.name in shown, one.name
    for name in (
        "cold_start",
        "ApproximateNumberOfMessagesVisible",
        "BurstCreditBalance",
        "Billing",
    ):
        assert name in shown, name


def test_widgets_do_not_overlap(dashboard):
    taken = set()
    for widget in dashboard["widgets"]:
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_no_log_group_keeps_its_lines_for_ever(template):
    groups = template.of_type("AWS::Logs::LogGroup")
    assert groups
    for name, group in groups.items():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def test_every_function_logs_into_a_group_that_has_a_retention(template):
    shared = template.body["Globals"]["Function"]["LoggingConfig"]
    assert shared["LogGroup"] == {"Ref": "FunctionLogs"}
    assert shared["SystemLogLevel"] == "WARN"
    for name, function in template.functions.items():
        assert "LoggingConfig" not in function, name
