"""Every event in `events/` is of use: a rule, a route or a function is meant for it."""

import re

import pytest

from kotogura.documents.changes import parse_event
from kotogura.errors import InvalidEvent
from kotogura.tenants.identity import TenantId

BUCKET = "kotogura-documents"
MATCHED = ["s3-object-created", "s3-object-deleted", "s3-object-permanently-deleted"]
UNMATCHED = ["s3-object-tagged", "s3-other-bucket", "s3-other-prefix"]
OPEN = {"GET /docs", "GET /openapi.json"}
FUNCTIONS = {
    "IngestFunction": MATCHED,
    "TokenizeFunction": ["ingest-extracted"],
    "CommitFunction": ["commit", "ingest-removed"],
    "QuarantineFunction": ["quarantine"],
    "CompactFunction": ["compact"],
    "UpkeepFunction": [
        "upkeep-inspect",
        "upkeep-progress",
        "upkeep-rollback",
        "upkeep-rollback-model",
        "upkeep-verify",
    ],
    "LeavingFunction": ["leaving-erase", "leaving-list", "leaving-read"],
    "ReindexPlanFunction": ["reindex-plan"],
    "ReindexBuildFunction": ["reindex-build"],
    "ReindexSwapFunction": ["reindex-swap"],
    "SearchFunction": [
        "search-analyze",
        "search-document",
        "search-meaning",
        "search-similar",
        "search-similar-documents",
        "search-similar-words",
        "search-suggest",
        "search-fields",
        "search-words",
    ],
    "ManageFunction": [
        "manage-abort-upload",
        "manage-begin-upload",
        "manage-complete-upload",
        "manage-delete",
        "manage-execution",
        "manage-executions",
        "manage-put-schedule",
        "manage-reindex",
        "manage-schedule",
        "manage-download",
        "manage-upload-parts",
        "manage-docs",
        "manage-list",
        "manage-opened",
        "manage-openapi",
        "manage-dictionary",
        "manage-put-dictionary",
        "manage-put-synonyms",
        "manage-rollback-model",
        "manage-synonyms",
        "manage-train",
        "manage-trainings",
        "manage-upload",
        "manage-usage",
    ],
    "UsageFunction": ["usage"],
    "ReconcileFunction": ["reconcile"],
    "ClaimsFunction": ["cognito-pre-token-generation-v2"],
}


def matches(pattern, event):
    """EventBridge's meaning of a pattern of exact values and wildcards; no other is known here."""
    for key, wanted in pattern.items():
        if key not in event:
            return False
        if isinstance(wanted, dict):
            if not isinstance(event[key], dict) or not matches(wanted, event[key]):
                return False
        elif not any(_value_matches(one, event[key]) for one in wanted):
            return False
    return True


def _value_matches(wanted, value):
    if isinstance(wanted, str):
        return value == wanted
    if set(wanted) == {"Ref"}:
        return wanted == {"Ref": "DocumentsBucket"} and value == BUCKET
    if set(wanted) == {"wildcard"}:
        parts = (re.escape(part) for part in wanted["wildcard"].split("*"))
        return re.fullmatch(".*".join(parts), value, re.DOTALL) is not None
    raise NotImplementedError(f"the tests know no such comparison: {wanted}")


@pytest.fixture
def rule(template):
    ingest = template.resources["IngestStateMachine"]["Properties"]
    [event] = [e for e in ingest["Events"].values() if e["Type"] == "EventBridgeRule"]
    return event["Properties"]


@pytest.mark.parametrize("name", MATCHED)
def test_a_change_of_a_document_starts_an_ingestion(name, rule, events):
    assert matches(rule["Pattern"], events[name])


@pytest.mark.parametrize("name", UNMATCHED)
def test_an_event_about_anything_else_starts_none(name, rule, events):
    assert not matches(rule["Pattern"], events[name])


def test_a_rule_without_a_field_does_not_match_an_event_without_it(rule, events):
    for field in rule["Pattern"]:
        event = {k: v for k, v in events["s3-object-created"].items() if k != field}
        assert not matches(rule["Pattern"], event)


def test_an_event_that_reaches_no_workflow_is_kept(rule):
    assert rule["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["UndeliveredQueue", "Arn"]}}


def test_every_event_is_meant_for_something(events, template):
    meant = {name for names in FUNCTIONS.values() for name in names}
    assert set(events) == meant | set(UNMATCHED)
    assert set(FUNCTIONS) == set(template.functions) - {"IsolatedSearchFunction"}  # as the other


@pytest.mark.parametrize("name", MATCHED)
def test_what_the_rule_lets_through_is_a_change_of_a_tenants_document(name, events):
    change = parse_event(events[name])
    assert change.tenant == "minato-shoji"
    assert change.kind == ("created" if name == "s3-object-created" else "deleted")
    assert change.marker == (name == "s3-object-deleted")


def test_a_broken_event_is_refused(events):
    event = events["s3-object-created"]
    thing = {k: v for k, v in event["detail"]["object"].items() if k != "sequencer"}
    with pytest.raises(InvalidEvent):
        parse_event({**event, "detail": {**event["detail"], "object": thing}})


def test_the_workflows_events_speak_of_the_same_document(events):
    change = parse_event(events["s3-object-created"])
    for name in ("ingest-extracted", "commit"):
        assert events[name]["document_id"] == change.document_id
        assert events[name]["sequencer"] == change.sequencer
    assert events["quarantine"]["event"] == events["s3-object-created"]


@pytest.mark.parametrize("function", ["SearchFunction", "ManageFunction"])
def test_every_route_has_an_event_and_every_event_a_route(function, events, template):
    samples = [events[name] for name in FUNCTIONS[function]]
    routes = {route for route, answers in template.routes.items() if answers == function}
    assert {sample["routeKey"] for sample in samples} == routes
    for sample in samples:
        context = sample["requestContext"]
        assert sample["version"] == "2.0"
        assert context["routeKey"] == sample["routeKey"]
        assert context["http"]["method"] == sample["routeKey"].split()[0]
        assert set(sample.get("pathParameters", {})) == set(
            re.findall(r"\{(\w+)\}", sample["routeKey"])
        )
        if sample["routeKey"] in OPEN:
            assert "authorizer" not in context
            continue
        assert TenantId(context["authorizer"]["jwt"]["claims"]["tenant"])
