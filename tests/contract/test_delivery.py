"""What delivers the product says what people do: the same targets, real parameters, an approval."""

import json
import re

import pytest
import yaml

from kotogura.local.template import read_template
from tests.contract.conftest import ROOT

BUILDSPECS = sorted(ROOT.glob("cicd/buildspec-*.yml"))
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
TEMPLATES = [
    path
    for name in ("template.yaml", "templates/*.yaml", "cicd/*.yaml")
    for path in ROOT.glob(name)
]
BUILDS = {
    "test": ["make check", "make audit ARGS=--strict", "make test"],
    "package": ["make setup", "make package", "make page"],
    "deploy": ["make setup", ".venv/bin/kotogura"],
    "page": ["make setup", ".venv/bin/kotogura"],
}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def commands_of(path):
    phases = yaml.safe_load(path.read_text("utf-8"))["phases"]
    return [command for phase in phases.values() for command in phase.get("commands", [])]


def stages():
    pipeline = read_template(ROOT / "cicd" / "pipeline.yaml")["Resources"]["Pipeline"]
    return {stage["Name"]: stage["Actions"] for stage in pipeline["Properties"]["Stages"]}


def test_every_stage_has_its_build():
    assert {path.stem.removeprefix("buildspec-") for path in BUILDSPECS} == set(BUILDS)


@pytest.mark.parametrize("path", [*BUILDSPECS, *WORKFLOWS], ids=name_of)
def test_builds_run_targets_that_people_have(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = re.findall(r"\bmake ([a-z-]+)", path.read_text("utf-8").replace("#", ""))
    assert set(named) <= targets


@pytest.mark.parametrize("path", BUILDSPECS, ids=name_of)
def test_a_build_does_its_part(path):
    commands = commands_of(path)
    for wanted in BUILDS[path.stem.removeprefix("buildspec-")]:
        assert any(command.startswith(wanted) for command in commands), wanted


def test_the_gate_runs_in_every_place():
    gate = re.findall(r"^make (\w+)", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert {"check", "audit", "test"} <= set(gate)
    for path in (ROOT / "cicd/buildspec-test.yml", ROOT / ".github/workflows/ci.yml"):
        run = re.findall(r"make (\w+)", path.read_text("utf-8"))
        assert {"check", "audit", "test"} <= set(run), path


def test_the_pipeline_goes_from_test_to_production():
    assert list(stages()) == ["Source", "Test", "Package", "Staging", "Production"]


@pytest.mark.parametrize("stage", ["Staging", "Production"])
def test_changes_are_shown_before_they_are_executed(stage):
    actions = sorted(stages()[stage], key=lambda action: action["RunOrder"])
    names = [action["Name"] for action in actions]
    approval = ["Approve"] if stage == "Production" else []
    assert names == ["CreateChanges", "ShowChanges", *approval, "ExecuteChanges", "Page"]
    assert len({action["RunOrder"] for action in actions}) == len(actions)
    modes = [action["Configuration"].get("ActionMode") for action in actions]
    assert [mode for mode in modes if mode] == ["CHANGE_SET_REPLACE", "CHANGE_SET_EXECUTE"]


def test_nobody_but_a_person_approves_production():
    [approval] = [one for one in stages()["Production"] if one["Name"] == "Approve"]
    assert approval["ActionTypeId"] == {
        "Category": "Approval",
        "Owner": "AWS",
        "Provider": "Manual",
        "Version": "1",
    }


@pytest.mark.parametrize("stage", ["staging", "production"])
def test_a_stage_sets_parameters_that_the_template_has(template, stage):
    given = json.loads((ROOT / "cicd" / f"{stage}.json").read_text("utf-8"))["Parameters"]
    assert given["Stage"] == stage
    assert set(given) <= set(template.body["Parameters"])


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_use_no_yaml_that_cloudformation_refuses(path):
    tokens = yaml.scan(path.read_text("utf-8"))
    found = [token for token in tokens if isinstance(token, yaml.AliasToken | yaml.AnchorToken)]
    assert not found, f"CloudFormation knows no aliases: {found[0].start_mark}"


def test_every_check_that_is_left_out_for_all_has_its_reason():
    text = (ROOT / ".checkov.yaml").read_text("utf-8")
    lines = text.partition("skip-check:\n")[2].splitlines()
    reason = False
    skipped = 0
    for line in lines:
        if line.lstrip().startswith("#"):
            reason = len(line.strip()) > 20 or reason
        elif match := re.match(r"\s+- (CKV\w+)(\s+# .{10,})?$", line):
            assert reason or match[2], f"{match[1]} is left out without a reason"
            skipped += 1
    assert skipped == len(yaml.safe_load(text)["skip-check"])


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_check_that_is_left_out_for_a_resource_has_its_reason(path):
    for name, resource in read_template(path)["Resources"].items():
        for skipped in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(skipped.get("comment", "")) > 20, f"{name}: {skipped['id']}"


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_workflows_pin_their_actions_and_begin_with_few_rights(path):
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            assert "@" in step.get("uses", "@")
            assert not step.get("uses", "").endswith(("@main", "@master"))
            assert "${{ inputs" not in step.get("run", ""), "an input is no part of a command"


def test_the_deploying_workflow_has_no_key():
    text = (ROOT / ".github/workflows/deploy.yml").read_text("utf-8")
    assert "secrets." not in text
    assert "id-token: write" in text


def test_what_answers_requests_is_rolled_out_step_by_step_and_nothing_else(template):
    published = {name for name, one in template.functions.items() if "AutoPublishAlias" in one}
    answering = {*template.routes.values(), "IsolatedSearchFunction"}  # the latter for the former
    assert published == answering
    for name in published:
        preference = template.functions[name]["DeploymentPreference"]
        assert preference["Alarms"] == [{"Ref": "RolloutFailures"}]
        assert template.functions[name]["AutoPublishAliasAllProperties"] is True


@pytest.mark.parametrize("rollout", ["AllAtOnce", "Canary10Percent5Minutes"])
def test_the_template_knows_of_every_rollout_whether_it_is_gradual(template, rollout):
    parameter = template.body["Parameters"]["Rollout"]
    gradual = template.body["Mappings"]["Rollouts"]["Gradual"]
    assert list(gradual) == parameter["AllowedValues"]
    assert gradual[rollout] is (rollout != "AllAtOnce")
