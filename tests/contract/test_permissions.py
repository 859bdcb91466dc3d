"""What roles may do is written down, is narrow, and stays within one tenant where it can."""

import pytest

from kotogura.permissions.page import permissions_page
from kotogura.permissions.roles import Permission, Role, read_roles

# What knows no narrower resource.
ANYWHERE = {"ecr:GetAuthorizationToken"}
LOG_DELIVERY = "logs:"
TRACES = "xray:"
PARTITIONS = {"SEARCH-RATE#*", "TENANTS", "TENANT#*", "TENANT#<tenant>", "USAGE"}
OF_A_TENANT = {"ManageTenantRole", "TrainerTenantRole"}


@pytest.fixture(scope="module")
def roles(root) -> dict[str, Role]:
    return {role.holder: role for role in read_roles(root / "template.yaml")}


def permissions(role: Role, service: str) -> list[Permission]:
    return [
        permission
        for permission in role.permissions
        if any(action.startswith(f"{service}:") for action in permission.actions)
    ]


def test_the_page_is_what_the_templates_say(roles, root):
    of_service = read_roles(root / "platforms" / "ecs-service.yaml")
    made = permissions_page([*roles.values(), *of_service])
    page = (root / "docs" / "permissions.md").read_text("utf-8")
    assert page == made, "docs/permissions.md is old: `make permissions` makes it again"


def test_every_function_and_workflow_has_a_role_of_its_own(roles, template):
    machines = template.of_type("AWS::Serverless::StateMachine")
    assert {*template.functions, *machines} <= set(roles)


def test_no_action_is_a_pattern(roles):
    for name, role in roles.items():
        assert not [action for action in role.actions if "*" in action], name


def test_whatever_can_be_narrowed_is(roles):
    for name, role in roles.items():
        for permission in role.permissions:
            if "*" in permission.resources:
                wide = set(permission.actions) - ANYWHERE
                assert all(action.startswith((LOG_DELIVERY, TRACES)) for action in wide), name


def test_the_table_is_reached_by_partitions_that_are_named(roles):
    for name, role in roles.items():
        for permission in permissions(role, "dynamodb"):
            if role.type == "AWS::Serverless::StateMachine":
                [keys] = permission.conditions.values()
            else:
                assert permission.conditions["Null"] == {"dynamodb:LeadingKeys": ("false",)}, name
                [keys] = [
                    keys for operator, keys in permission.conditions.items() if operator != "Null"
                ]
            partitions = set(keys["dynamodb:LeadingKeys"])
            assert partitions <= PARTITIONS, name
            assert (partitions == {"TENANT#<tenant>"}) == (name in OF_A_TENANT), name


def test_a_tenants_role_reaches_that_tenants_files_alone(roles):
    for name in OF_A_TENANT:
        for permission in permissions(roles[name], "s3"):
            for resource in permission.resources:
                if permission.actions == ("s3:ListBucket",):
                    [(_, keys)] = permission.conditions.items()
                    assert keys["s3:prefix"][0].startswith("<tenant>/")
                else:
                    assert resource.startswith("DocumentsBucket/<tenant>/"), name


@pytest.mark.parametrize(
    ("role", "holder"), [("ManageTenantRole", "ManageFunction"), ("TrainerTenantRole", "Trainer")]
)
def test_a_tenants_role_is_taken_on_with_the_tenants_tag_alone(roles, template, role, holder):
    assert roles[role].trusted == (f"{holder}Role",)
    properties = template.of_type("AWS::IAM::Role")[role]
    assert properties["MaxSessionDuration"] == 3600
    [statement] = properties["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"] == {
        "StringEquals": {"sts:RoleSessionName": "${aws:RequestTag/TenantId}"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["TenantId"]},
        "Null": {"aws:RequestTag/TenantId": False},
    }


def test_who_acts_for_tenants_reaches_no_tenant_otherwise(roles):
    for name in ("ManageFunction", "TrainerRole"):
        assert not permissions(roles[name], "s3"), name
        for permission in permissions(roles[name], "dynamodb"):
            [keys] = [keys for op, keys in permission.conditions.items() if op != "Null"]
            assert keys["dynamodb:LeadingKeys"] in {("TENANTS",), ("USAGE",)}, name
