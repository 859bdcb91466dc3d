"""Nothing that bills by the hour enters the template, and what nobody has looked up is refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from kotogura.commands.main import cli
from kotogura.cost.hourly import hourly
from kotogura.cost.inventory import read_inventory
from kotogura.cost.resource_types import BY_THE_HOUR, BY_USE, FREE

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
NAT_GATEWAY = """
  Outlet:
    Type: AWS::EC2::NatGateway
    Properties: {SubnetId: !Ref PublicSubnetA, ConnectivityType: public}

"""


def planted(tmp_path: Path, resource: dict[str, Any], **template: Any) -> list[str]:
    path = tmp_path / "template.yaml"
    path.write_text(yaml.safe_dump({"Resources": {"Planted": resource}, **template}), "utf-8")
    return hourly(read_inventory(path))


def of(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def test_the_template_holds_nothing_that_bills_by_the_hour():
    assert hourly(read_inventory(TEMPLATE)) == []


def test_a_nat_gateway_planted_in_the_template_fails_the_check(tmp_path):
    text = TEMPLATE.read_text("utf-8")
    path = tmp_path / "template.yaml"
    path.write_text(text.replace("\nResources:\n", f"\nResources:\n{NAT_GATEWAY}", 1), "utf-8")
    result = CliRunner().invoke(cli, ["cost", "--check", "--template", str(path)])
    assert result.exit_code == 1
    assert "Outlet (AWS::EC2::NatGateway): bills by the hour for a NAT gateway" in result.stderr


def test_the_check_passes_on_the_template_itself():
    assert CliRunner().invoke(cli, ["cost", "--check"]).exit_code == 0


def test_make_check_runs_it():
    makefile = (TEMPLATE.parent / "Makefile").read_text("utf-8")
    recipe = makefile.split("\ncheck:", 1)[1].split("\n\n", 1)[0]
    assert "kotogura cost --check" in recipe


@pytest.mark.parametrize("kind", sorted(BY_THE_HOUR))
def test_a_type_that_bills_by_the_hour_is_refused(tmp_path, kind):
    [finding] = planted(tmp_path, of(kind))
    assert "bills by the hour" in finding


def test_no_type_is_billed_in_two_ways():
    assert not FREE & BY_USE
    assert not (FREE | BY_USE) & set(BY_THE_HOUR)


def test_an_unknown_type_is_refused_until_it_is_looked_up(tmp_path):
    [finding] = planted(tmp_path, of("AWS::Quantum::Oracle"))
    assert "kotogura.cost.resource_types" in finding


@pytest.mark.parametrize(
    "resource",
    [
        of("AWS::DynamoDB::Table"),
        of("AWS::DynamoDB::Table", BillingMode="PROVISIONED"),
        of("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface"),
        of("AWS::ECS::Service"),
        of("AWS::ECS::Service", DesiredCount=2),
        of("AWS::EFS::FileSystem", ThroughputMode="provisioned", ProvisionedThroughputInMibps=5),
        of("AWS::Lambda::Alias", ProvisionedConcurrencyConfig={}),
        of("AWS::Serverless::Function", ProvisionedConcurrencyConfig={"Fn::If": ["Prod", 1, 0]}),
        of("AWS::ApiGateway::Stage", CacheClusterEnabled=True),
        of("AWS::Serverless::SimpleTable", ProvisionedThroughput={"ReadCapacityUnits": 5}),
    ],
)
def test_a_property_that_bills_by_the_hour_is_refused(tmp_path, resource):
    assert planted(tmp_path, resource)


@pytest.mark.parametrize(
    "resource",
    [
        of("AWS::DynamoDB::Table", BillingMode="PAY_PER_REQUEST"),
        of("AWS::EC2::VPCEndpoint"),
        of("AWS::ECS::Service", DesiredCount=0),
        of("AWS::EFS::FileSystem", ThroughputMode="bursting"),
        of("AWS::EFS::FileSystem"),
        of("AWS::Serverless::Function", AutoPublishAlias="live"),
        of("AWS::ApiGateway::Stage"),
        of("Custom::Anything"),
    ],
)
def test_what_bills_by_use_passes(tmp_path, resource):
    assert planted(tmp_path, resource) == []


def test_a_parameter_counts_with_every_value_that_it_allows(tmp_path):
    resource = of("AWS::EFS::FileSystem", ThroughputMode={"Ref": "Mode"})
    mode: dict[str, Any] = {"Type": "String", "Default": "bursting"}
    assert planted(tmp_path, resource, Parameters={"Mode": mode}) == []
    mode["AllowedValues"] = ["bursting", "provisioned"]
    assert planted(tmp_path, resource, Parameters={"Mode": mode})


def test_a_value_that_only_deployment_knows_is_refused(tmp_path):
    for value in (
        {"Fn::FindInMap": ["Modes", "Prod", "Billing"]},
        {"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, "PAY_PER_REQUEST"]},  # provisioned, then
    ):
        [finding] = planted(tmp_path, of("AWS::DynamoDB::Table", BillingMode=value))
        assert "BillingMode can't be known" in finding


@pytest.mark.parametrize(
    "branches", [["PROVISIONED", "PAY_PER_REQUEST"], ["PAY_PER_REQUEST", "PROVISIONED"]]
)
def test_a_condition_excuses_neither_of_its_values(tmp_path, branches):
    resource = of("AWS::DynamoDB::Table", BillingMode={"Fn::If": ["Prod", *branches]})
    assert planted(tmp_path, resource)


def test_globals_give_functions_what_they_lack(tmp_path):
    shared = {"Function": {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}}}
    assert planted(tmp_path, of("AWS::Serverless::Function"), Globals=shared)


def test_nested_stacks_are_looked_into(tmp_path):
    inner = {"Resources": {"Balancer": of("AWS::ElasticLoadBalancingV2::LoadBalancer")}}
    (tmp_path / "inner.yaml").write_text(yaml.safe_dump(inner), "utf-8")
    stack = of("AWS::CloudFormation::Stack", TemplateURL="inner.yaml")
    [finding] = planted(tmp_path, stack)
    assert finding.startswith("Planted/Balancer (")


def test_a_nested_stack_gets_the_parameters_that_it_is_given(tmp_path):
    table = of("AWS::DynamoDB::Table", BillingMode={"Ref": "Billing"})
    inner = {"Parameters": {"Billing": {"Type": "String"}}, "Resources": {"Table": table}}
    (tmp_path / "inner.yaml").write_text(yaml.safe_dump(inner), "utf-8")
    stack = of(
        "AWS::Serverless::Application",
        Location="inner.yaml",
        Parameters={"Billing": {"Ref": "Mode"}},
    )
    mode = {"Type": "String", "Default": "PAY_PER_REQUEST"}
    assert planted(tmp_path, stack, Parameters={"Mode": mode}) == []
    mode["Default"] = "PROVISIONED"
    assert planted(tmp_path, stack, Parameters={"Mode": mode})


def test_a_nested_stack_out_of_reach_is_refused(tmp_path):
    stack = of("AWS::CloudFormation::Stack", TemplateURL="https://example.com/inner.yaml")
    [finding] = planted(tmp_path, stack)
    assert "can't be read from here" in finding
