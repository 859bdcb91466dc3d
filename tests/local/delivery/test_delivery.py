"""Changes are shown, made and undone, and stacks taken away, on an embedded CloudFormation."""

import json
from pathlib import Path

import pytest

from kotogura.delivery import change_sets, page, removal, stacks
from kotogura.delivery.account import Account
from kotogura.delivery.errors import AccountUnknown, StackFailed, StackMissing
from kotogura.delivery.packaging import Foundation

ROOT = Path(__file__).parents[3]
POLL = 0.05

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 1209600}}
KEPT = {
    "Type": "AWS::DynamoDB::Table",
    "DeletionPolicy": "Retain",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    },
}
EMPTIED = {
    "Type": "AWS::S3::Bucket",
    "Properties": {"VersioningConfiguration": {"Status": "Enabled"}},
}
BROKEN = {
    "Type": "AWS::Lambda::Url",
    "Properties": {"TargetFunctionArn": "none", "AuthType": "NONE"},
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory, start_bare):
    process = start_bare(tmp_path_factory.mktemp("account"))
    yield process.endpoint
    process.kill()


@pytest.fixture
def account(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return Account.find()


@pytest.fixture
def deploy(account):
    """Make the change set of a template in little, and carry it out; None where nothing changes."""

    def run(stack, resources, parameters=None, *, carry_out=True, say=lambda _: None):
        body = {
            "Parameters": {"Words": {"Type": "String", "Default": "none"}},
            "Resources": resources,
            "Outputs": {"Words": {"Value": {"Ref": "Words"}}},
        }
        template = {"TemplateBody": json.dumps(body)}
        made = change_sets.create(
            account.cloudformation, stack, template, parameters or {}, poll_seconds=POLL
        )
        if made is not None and carry_out:
            change_sets.carry_out(account.cloudformation, made, say, POLL)
        return made

    return run


def test_a_first_deployment_shows_what_it_adds_and_tells_each_resource(account, deploy):
    told: list[str] = []
    made = deploy("first", {"Queue": QUEUE}, say=told.append)
    assert [(one.action, one.resource, one.type) for one in made.changes] == [
        ("Add", "Queue", "AWS::SQS::Queue")
    ]
    assert any(line == "Queue (AWS::SQS::Queue) create_complete" for line in told)
    assert stacks.outputs(account.cloudformation, "first") == {"Words": "none"}


def test_a_deployment_that_changes_nothing_makes_nothing(deploy):
    deploy("same", {"Queue": QUEUE})
    assert deploy("same", {"Queue": QUEUE}) is None


def test_what_is_taken_out_of_a_template_is_shown_as_lost(deploy):
    deploy("less", {"Queue": QUEUE, "Other": QUEUE})
    made = deploy("less", {"Queue": QUEUE})
    [gone] = made.changes
    assert (gone.action, gone.resource, gone.loses) == ("Remove", "Other", True)


def test_parameters_that_are_not_given_keep_their_values(account, deploy):
    deploy("kept", {"Queue": QUEUE}, {"Words": "some"})
    deploy("kept", {"Queue": QUEUE, "Other": QUEUE})
    assert stacks.outputs(account.cloudformation, "kept") == {"Words": "some"}


def test_changes_that_nobody_wanted_leave_no_stack(account, deploy):
    made = deploy("unwanted", {"Queue": QUEUE}, carry_out=False)
    change_sets.discard(account.cloudformation, made)
    assert stacks.describe(account.cloudformation, "unwanted") is None


def test_a_change_set_that_somebody_else_made_can_be_read(account, deploy):
    made = deploy("read", {"Queue": QUEUE}, carry_out=False)
    name = made.identifier.split("/")[1]
    assert change_sets.read(account.cloudformation, "read", name) == made.changes
    with pytest.raises(StackMissing, match="read has no change set other"):
        change_sets.read(account.cloudformation, "read", "other")


def test_a_deployment_that_breaks_names_the_resource_that_did(deploy):
    with pytest.raises(StackFailed, match=r"Broken \(AWS::Lambda::Url\) failed"):
        deploy("broken", {"Broken": BROKEN})


def test_after_a_first_deployment_that_broke_the_remedy_is_named(deploy):
    with pytest.raises(StackFailed):
        deploy("stuck", {"Broken": BROKEN})
    with pytest.raises(StackFailed, match="kotogura destroy"):
        deploy("stuck", {"Queue": QUEUE})


def test_a_template_that_is_none_is_refused_in_one_line(deploy):
    with pytest.raises(StackFailed, match="CloudFormation refuses the change of odd") as refused:
        deploy("odd", {"Thing": {"Type": "AWS::No::Such"}})
    assert "\n" not in refused.value.detail


def test_destroying_empties_buckets_and_keeps_what_tenants_own(account, deploy):
    deploy("going", {"Queue": QUEUE, "Kept": KEPT, "Emptied": EMPTIED})
    held = removal.holdings(account.cloudformation, "going")
    by_name = {holding.resource: holding for holding in held}
    assert {name for name, holding in by_name.items() if holding.stays} == {"Kept"}
    bucket, table = by_name["Emptied"].identifier, by_name["Kept"].identifier
    assert by_name["Kept"].by_hand == f"aws dynamodb delete-table --table-name {table}"
    for content in (b"one", b"two"):
        account.objects.put_object(Bucket=bucket, Key="a/file", Body=content)
    account.objects.delete_object(Bucket=bucket, Key="a/file")
    removal.remove(account, "going", held, poll_seconds=POLL)
    assert stacks.describe(account.cloudformation, "going") is None
    assert table in account.client("dynamodb").list_tables()["TableNames"]
    buckets = account.objects.list_buckets()["Buckets"]
    assert bucket not in {one["Name"] for one in buckets}


def test_a_stack_that_is_not_there_cannot_be_destroyed(account):
    with pytest.raises(StackMissing, match="no stack nothing in this account and region"):
        removal.holdings(account.cloudformation, "nothing")


def test_the_foundation_can_be_deployed_and_tells_where_everything_is(account):
    body = (ROOT / "cicd" / "foundation.yaml").read_text("utf-8")
    made = change_sets.create(
        account.cloudformation, "foundation", {"TemplateBody": body}, {}, poll_seconds=POLL
    )
    change_sets.carry_out(account.cloudformation, made, poll_seconds=POLL)
    found = Foundation.of(stacks.outputs(account.cloudformation, "foundation"))
    assert found.function_repository_uri.endswith("kotogura/functions")
    assert found.role_arn.endswith("role/kotogura-deploy-us-east-1")
    [repository] = account.client("ecr").describe_repositories(
        repositoryNames=["kotogura/functions"]
    )["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE"


def test_credentials_without_a_region_are_told_from_no_credentials(account, monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(AccountUnknown, match="set AWS_REGION"):
        Account.find()


def test_without_credentials_the_remedy_is_to_sign_in(account, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(AccountUnknown, match="aws sso login"):
        Account.find()


@pytest.fixture
def site(account, tmp_path):
    """A page in little, and the outputs of a stack with a bucket and a distribution for it."""
    account.objects.create_bucket(Bucket="site")
    origin = {
        "Id": "page",
        "DomainName": "site.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    made = account.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "site",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "page",
                "ViewerProtocolPolicy": "https-only",
            },
        }
    )
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<script src=/assets/a1.js></script>")
    (folder / "assets" / "a1.js").write_text("first")
    outputs = {
        "PageBucketName": "site",
        "DistributionId": made["Distribution"]["Id"],
        "SignInUrl": "https://sign-in.example",
        "UserPoolClientId": "client",
        "Stage": "dev",
    }
    return folder, outputs


def test_a_page_is_put_whole_and_told_where_it_is(account, site):
    folder, outputs = site
    told: list[str] = []
    assert page.publish(account, outputs, folder, told.append) == (3, 0)
    assert told[-2:] == ["put index.html", "CloudFront forgets the old page within a few minutes"]
    config = account.objects.get_object(Bucket="site", Key="config.json")
    assert json.loads(config["Body"].read()) == {
        "apiUrl": "/api",
        "signInUrl": "https://sign-in.example",
        "clientId": "client",
        "stage": "dev",
    }
    assert config["CacheControl"] == "no-cache"
    script = account.objects.head_object(Bucket="site", Key="assets/a1.js")
    assert "immutable" in script["CacheControl"]
    assert page.publish(account, outputs, folder) == (0, 0)

    (folder / "assets" / "a1.js").rename(folder / "assets" / "b2.js")
    (folder / "index.html").write_text("<script src=/assets/b2.js></script>")
    assert page.publish(account, outputs, folder) == (2, 1)
    found = account.objects.list_objects_v2(Bucket="site")["Contents"]
    assert [one["Key"] for one in found] == ["assets/b2.js", "config.json", "index.html"]


def test_a_folder_without_a_page_empties_no_bucket(account, site, tmp_path):
    _, outputs = site
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(StackMissing, match="run `make page`"):
        page.publish(account, outputs, empty)
