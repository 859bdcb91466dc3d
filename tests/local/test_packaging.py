"""What becomes of a template before CloudFormation sees it."""

import json
from pathlib import Path

import pytest

from kotogura.local.images import LocalImage
from kotogura.local.packaging import package
from kotogura.local.running import RunningStack
from kotogura.local.template import read_template
from kotogura.local.wiring import VARIABLE, Wiring

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  OneFunction:
    Type: AWS::Serverless::Function
    Metadata: {DockerBuildArgs: {FOLDER: functions/one}}
    Properties: {PackageType: Image, Role: !GetAtt Role.Arn}
  ZipFunction: {Type: AWS::Serverless::Function, Properties: {CodeUri: functions/zip}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: statemachines/one.asl.json}
Outputs:
  Since: {Value: 2026-01-01}
  Where: {Value: !Sub ["${A}/${B}", {A: !Ref OneFunction, B: !Select [0, !GetAZs ""]}]}
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    (tmp_path / "statemachines").mkdir()
    (tmp_path / "statemachines" / "one.asl.json").write_text('{"StartAt": "A"}', encoding="utf-8")
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def test_short_forms_are_written_out_and_dates_stay_text(template: Path) -> None:
    read = read_template(template)
    assert read["Resources"]["OneFunction"]["Properties"]["Role"] == {"Fn::GetAtt": ["Role", "Arn"]}
    assert read["Outputs"]["Since"]["Value"] == "2026-01-01"
    first_zone = {"Fn::Select": [0, {"Fn::GetAZs": ""}]}
    assert read["Outputs"]["Where"]["Value"] == {
        "Fn::Sub": ["${A}/${B}", {"A": {"Ref": "OneFunction"}, "B": first_zone}]
    }


def test_an_image_function_names_its_folder_and_its_logical_id(template: Path) -> None:
    resources = json.loads(package(template, "packages").body)["Resources"]
    reference = resources["OneFunction"]["Properties"]["ImageUri"]
    assert LocalImage.parse(reference) == LocalImage("functions/one", "OneFunction")
    assert "ImageUri" not in resources["ZipFunction"]["Properties"]


def test_a_definition_file_goes_to_the_bucket(template: Path) -> None:
    packaged = package(template, "packages")
    [(key, content)] = packaged.files.items()
    machine = json.loads(packaged.body)["Resources"]["Machine"]["Properties"]
    assert machine["DefinitionUri"] == {"Bucket": "packages", "Key": key}
    assert content == b'{"StartAt": "A"}'


@pytest.fixture
def nesting(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    inner = "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {Tag: !Ref Name}}}"
    (tmp_path / "parts" / "inner.yaml").write_text(inner, encoding="utf-8")
    path = tmp_path / "template.yaml"
    stack = "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: parts/inner.yaml}}"
    path.write_text(f"Resources: {{Part: {stack}}}", encoding="utf-8")
    return path


def test_a_nested_template_goes_to_the_bucket(nesting: Path) -> None:
    packaged = package(nesting, "packages")
    [(key, content)] = packaged.files.items()
    part = json.loads(packaged.body)["Resources"]["Part"]["Properties"]
    assert part["TemplateURL"] == f"https://s3.amazonaws.com/packages/{key}"
    queue = json.loads(content)["Resources"]["Queue"]
    assert queue["Properties"] == {"Tag": {"Ref": "Name"}}


def test_a_changed_nested_template_is_another_url(nesting: Path) -> None:
    before = package(nesting, "packages")
    inner = nesting.parent / "parts" / "inner.yaml"
    inner.write_text(inner.read_text("utf-8").replace("Tag", "Label"), encoding="utf-8")
    after = package(nesting, "packages")
    assert before.digest != after.digest
    assert before.body != after.body


def test_what_a_nested_template_names_is_found_from_where_that_is(nesting: Path) -> None:
    (nesting.parent / "one.asl.json").write_text('{"StartAt": "A"}', encoding="utf-8")
    inner = nesting.parent / "parts" / "inner.yaml"
    inner.write_text(TEMPLATE.replace("statemachines/one", "../one"), encoding="utf-8")
    files = package(nesting, "packages").files
    [part] = [json.loads(content) for key, content in files.items() if key.startswith("Part-")]
    function, machine = (
        part["Resources"][name]["Properties"] for name in ("OneFunction", "Machine")
    )
    assert LocalImage.parse(function["ImageUri"]) == LocalImage("functions/one", "OneFunction")
    assert files[machine["DefinitionUri"]["Key"]] == b'{"StartAt": "A"}'


def test_any_change_changes_the_digest_and_nothing_else_does(template: Path) -> None:
    before = package(template, "packages").digest
    assert package(template, "packages").digest == before
    definition = template.parent / "statemachines" / "one.asl.json"
    definition.write_text('{"StartAt": "B"}', encoding="utf-8")
    after = package(template, "packages").digest
    assert after != before
    template.write_text(TEMPLATE.replace("functions/one}", "functions/two}"), encoding="utf-8")
    assert package(template, "packages").digest not in (before, after)


def test_an_image_function_that_says_not_what_it_is_built_from_is_refused(template: Path) -> None:
    template.write_text(TEMPLATE.replace("FOLDER: ", "OTHER: "), encoding="utf-8")
    with pytest.raises(ValueError, match="OneFunction: an image function needs"):
        package(template, "packages")


def test_a_file_that_is_no_template_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("- a\n- b\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no Resources"):
        read_template(path)


@pytest.mark.parametrize(
    "reference", ["123.dkr.ecr/functions/one:tag", "local/functions/one", "local/../one:tag"]
)
def test_a_foreign_image_is_not_a_local_one(reference: str) -> None:
    with pytest.raises(ValueError, match="not the reference of a local image"):
        LocalImage.parse(reference)


def test_the_wiring_survives_its_way_through_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wiring = Wiring(runtime_url="http://127.0.0.1:1", container_environment={"A": "言"})
    monkeypatch.setenv(VARIABLE, wiring.to_environment()[VARIABLE])
    assert Wiring.from_environment() == wiring
    monkeypatch.delenv(VARIABLE)
    assert Wiring.from_environment() == Wiring()


def test_a_stack_that_never_ran_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="kotogura up"):
        RunningStack.find(tmp_path)
