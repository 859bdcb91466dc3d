"""The service's template stands apart, bills by the hour and says so, and asks for little."""

import re

import pytest
import yaml

from kotogura.cost.hourly import hourly
from kotogura.cost.inventory import read_inventory
from kotogura.permissions.roles import read_roles
from tests.contract.conftest import TemplateLoader


@pytest.fixture(scope="module")
def roles(root):
    return {role.holder: role for role in read_roles(root / "platforms" / "ecs-service.yaml")}


@pytest.fixture(scope="module")
def of_functions(root):
    return {role.holder: role for role in read_roles(root / "template.yaml")}


def allowed(*roles):
    """Return what the roles allow, but for acting for a tenant."""
    found = {
        (permission.actions, permission.resources, str(permission.conditions))
        for role in roles
        for permission in role.permissions
    }
    return {one for one in found if "sts:AssumeRole" not in one[0]}


def test_it_bills_by_the_hour_and_says_so(root, service):
    path = root / "platforms" / "ecs-service.yaml"
    findings = hourly(read_inventory(path))
    assert any(finding.startswith("Service (AWS::ECS::Service)") for finding in findings)
    assert "bills by the hour" in service.body["Description"]


def test_it_is_no_part_of_the_deployment(template, root):
    assert "platforms/" not in re.sub(r"#.*", "", template.text)
    assert hourly(read_inventory(root / "template.yaml")) == []


def test_all_that_it_imports_is_exported(template, service):
    imported = set(re.findall(r'"Fn::ImportValue": !Sub "\$\{MainStack\}-(\w+)"', service.text))
    exported = {
        output["Export"]["Name"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        for output in template.body["Outputs"].values()
        if "Export" in output
    }
    assert imported == exported


def test_a_task_may_do_what_search_and_manage_may(roles, of_functions):
    task, manage = allowed(roles["TaskRole"]), allowed(of_functions["ManageFunction"])
    # A tenant's own items are the tenant role's.
    own = allowed(of_functions["IsolatedSearchFunction"])
    search = {one for one in own if "'TENANT#*'" not in one[2]}
    assert manage | search <= task
    assert {actions for actions, _, _ in task - manage - search} == {("sagemaker:InvokeEndpoint",)}


def test_a_tenant_is_acted_for_as_by_the_function(roles, of_functions, service):
    mine, theirs = roles["ServiceTenantRole"], of_functions["ManageTenantRole"]
    assert mine.permissions == theirs.permissions
    assert mine.trusted == ("TaskRole",)
    told = {one["Name"]: one["Value"] for one in service.container["Environment"]}
    assert told["KOTOGURA_TENANT_ROLE_ARN"] == {"Fn::GetAtt": ["ServiceTenantRole", "Arn"]}


def test_a_task_is_told_all_that_the_functions_are_told(template, service):
    told = {one["Name"] for one in service.container["Environment"]}
    functions = template.variables("SearchFunction") | template.variables("ManageFunction")
    functions.discard("KOTOGURA_TRACING")  # for the daemon that Lambda runs beside a function
    assert {name for name in functions if name.startswith("KOTOGURA_")} <= told


def test_limits_are_those_of_the_main_stack(template, service):
    for name in ("SearchesPerSecond", "DocumentLimit", "IndexLimitBytes", "TrainingMinutes"):
        mine, theirs = (one.body["Parameters"][name]["Default"] for one in (service, template))
        assert mine == theirs, name


def test_a_task_can_not_change_its_own_files_nor_the_store(service):
    container = service.container
    assert container["ReadonlyRootFilesystem"] is True
    assert container["User"] == "1000:1000"
    mounts = {mount["ContainerPath"]: mount["ReadOnly"] for mount in container["MountPoints"]}
    assert mounts == {"/mnt/kotogura": True, "/tmp": False}  # noqa: S108


def test_a_task_has_time_to_drain_and_to_finish(service, root):
    drain = next(
        int(one["Value"])
        for one in service.container["Environment"]
        if one["Name"] == "KOTOGURA_DRAIN_SECONDS"
    )
    settings = (root / "containers/api/gunicorn.conf.py").read_text("utf-8")
    graceful = int(re.search(r"^graceful_timeout = (\d+)", settings, re.MULTILINE).group(1))
    assert drain + graceful < service.container["StopTimeout"]


def test_two_zones_and_a_deployment_that_goes_back(service):
    [ecs] = service.of_type("AWS::ECS::Service").values()
    assert len(ecs["NetworkConfiguration"]["AwsvpcConfiguration"]["Subnets"]) == 2
    assert service.body["Parameters"]["LeastTasks"]["Default"] == 2
    assert ecs["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {
        "Enable": True,
        "Rollback": True,
    }
    assert ecs["DeploymentConfiguration"]["MinimumHealthyPercent"] == 100


def test_only_the_link_reaches_the_tasks_and_only_tokens_reach_the_link(service):
    [rule] = service.of_type("AWS::EC2::SecurityGroup")["ServiceSecurityGroup"][
        "SecurityGroupIngress"
    ]
    assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": ["LinkSecurityGroup", "GroupId"]}
    open_routes = {
        route["RouteKey"]
        for route in service.of_type("AWS::ApiGatewayV2::Route").values()
        if route["AuthorizationType"] == "NONE"
    }
    assert open_routes == {"GET /openapi.json", "GET /docs"}


def test_the_image_asks_for_health_as_the_task_does(service, root):
    written = (root / "containers/api/Dockerfile").read_text("utf-8")
    assert "USER 1000:1000" in written
    _, *command = service.container["HealthCheck"]["Command"]
    assert yaml.load(str(command), TemplateLoader) == ["python3", "healthy.py"]  # noqa: S506
    assert '["python3", "healthy.py"]' in written
    assert (root / "containers/api/healthy.py").is_file()
