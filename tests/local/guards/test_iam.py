"""Guards of IAM's evaluation; each test fails without its guard."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from kotogura.local import clients
from kotogura.local.folders import StateFolder
from kotogura.local.function_server import FunctionServer
from kotogura.local.ministack_process import REGION, MiniStackProcess
from kotogura.local.wiring import Wiring
from kotogura.local.worker import Workplace

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

ACCOUNT = "arn:aws:iam::000000000000"
REFUSALS = {"AccessDenied", "AccessDeniedException"}


@dataclass(frozen=True)
class Enforcing:
    """An embedded AWS that evaluates IAM, and where it writes its decisions."""

    endpoint: str
    log: Path


@pytest.fixture(scope="session")
def enforcing(
    tmp_path_factory: pytest.TempPathFactory,
    ministack_python: Path,
    pick_port: Callable[[], int],
    write_root: Callable[..., Any],
) -> Iterator[Enforcing]:
    """The embedded AWS with IAM, and a function runtime."""
    base = tmp_path_factory.mktemp("enforcing")
    root, folder = write_root(base / "root"), StateFolder(base / "state")
    folder.make()
    environment = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    workplace = Workplace(root, folder.function_logs, sys.executable, environment)
    with FunctionServer(workplace) as functions:
        wiring = Wiring(
            runtime_url=functions.url,
            containers_folder=str(root / "containers"),
            logs_folder=str(folder.logs),
            python=sys.executable,
            container_environment=environment,
            iam=True,
        )
        process = MiniStackProcess(ministack_python, pick_port(), folder, wiring)
        yield Enforcing(process.endpoint, folder.logs / "authorizations.jsonl")
        process.stop()


def _role(endpoint: str, name: str, *statements: dict[str, Any]) -> str:
    """Make a role that root may assume with session tags, and that may do what is told."""
    iam = clients.client("iam", endpoint)
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"{ACCOUNT}:root"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_policy(*statements))
    return f"{ACCOUNT}:role/{name}"


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _acting(endpoint: str, role: str, tenant: str) -> Callable[[str], Any]:
    """Return what makes clients with a session of `role` for `tenant`."""
    sts = clients.client("sts", endpoint)
    session = sts.assume_role(
        RoleArn=role, RoleSessionName=tenant, Tags=[{"Key": "TenantId", "Value": tenant}]
    )["Credentials"]
    return lambda service: boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
        config=Config(proxies={}, retries={"total_max_attempts": 1}),
    )


def _is_allowed(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in REFUSALS:
            return False
        raise
    return True


def _own_prefix(endpoint: str) -> tuple[bool, bool]:
    """Whether a tenant's session reads its own object, and another tenant's."""
    objects = clients.objects(endpoint)
    objects.create_bucket(Bucket="documents")
    for tenant in ("minato", "hoshino"):
        objects.put_object(Bucket="documents", Key=f"{tenant}/a.txt", Body=b"a")
    allow = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::documents/${aws:PrincipalTag/TenantId}/*",
    }
    reader = _acting(endpoint, _role(endpoint, "reader", allow), "minato")("s3")
    return (
        _is_allowed(reader.get_object, Bucket="documents", Key="minato/a.txt"),
        _is_allowed(reader.get_object, Bucket="documents", Key="hoshino/a.txt"),
    )


def test_a_policys_variables_take_the_sessions_tag(
    enforcing: Any, start_bare: Any, tmp_path: Path, no_longer_needed: Callable[[str], str]
) -> None:
    assert _own_prefix(enforcing.endpoint) == (True, False)
    without = start_bare(tmp_path, "policy_variables", iam=True)
    try:
        found = _own_prefix(without.endpoint)
    finally:
        without.kill()
    assert found == (False, False), no_longer_needed("policy_variables")


def _over_plain_http(endpoint: str) -> bool:
    """Whether a bucket that refuses plain HTTP is reached by it."""
    objects = clients.objects(endpoint)
    objects.create_bucket(Bucket="closed")
    objects.put_object(Bucket="closed", Key="a.txt", Body=b"a")
    arn = "arn:aws:s3:::closed/*"
    unencrypted = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": arn}
    policy = _policy(deny | {"Condition": unencrypted})
    objects.put_bucket_policy(Bucket="closed", Policy=policy)
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": arn}
    client = _acting(endpoint, _role(endpoint, "visitor", allow), "minato")("s3")
    return _is_allowed(client.get_object, Bucket="closed", Key="a.txt")


def test_what_stays_on_this_machine_counts_as_sent_over_tls(
    enforcing: Any, start_bare: Any, tmp_path: Path, no_longer_needed: Callable[[str], str]
) -> None:
    assert _over_plain_http(enforcing.endpoint)
    without = start_bare(tmp_path, "secure_transport", iam=True)
    try:
        found = _over_plain_http(without.endpoint)
    finally:
        without.kill()
    assert not found, no_longer_needed("secure_transport")


def _read_log(endpoint: str) -> tuple[bool, bool]:
    """Whether a role may read the log group that its policy names, and another one."""
    logs = clients.client("logs", endpoint)
    for name in ("/ours", "/theirs"):
        logs.create_log_group(logGroupName=name)
    groups = logs.describe_log_groups(logGroupNamePrefix="/ours")["logGroups"]
    allow = {"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": groups[0]["arn"]}
    reader = _acting(endpoint, _role(endpoint, "log-reader", allow), "minato")("logs")
    return (
        _is_allowed(reader.filter_log_events, logGroupName="/ours"),
        _is_allowed(reader.filter_log_events, logGroupName="/theirs"),
    )


def test_a_log_group_is_read_by_whom_its_policy_allows(
    enforcing: Any, start_bare: Any, tmp_path: Path, no_longer_needed: Callable[[str], str]
) -> None:
    assert _read_log(enforcing.endpoint) == (True, False)
    without = start_bare(tmp_path, "log_groups", iam=True)
    try:
        found = _read_log(without.endpoint)
    finally:
        without.kill()
    assert found == (False, False), no_longer_needed("log_groups")


def test_what_a_role_was_allowed_and_refused_is_written_down(enforcing: Any) -> None:
    role = _role(
        enforcing.endpoint,
        "lister",
        {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
    )
    lister = _acting(enforcing.endpoint, role, "minato")
    assert _is_allowed(lister("s3").list_buckets)
    assert not _is_allowed(lister("sqs").list_queues)
    lines = map(json.loads, enforcing.log.read_text(encoding="utf-8").splitlines())
    decisions = {line["action"]: line["allowed"] for line in lines if line["role"] == "lister"}
    assert decisions == {"s3:ListAllMyBuckets": True, "sqs:ListQueues": False}


def test_a_function_runs_as_its_role(enforcing: Any, make_function: Callable[..., str]) -> None:
    _role(enforcing.endpoint, "function", {"Effect": "Deny", "Action": "*", "Resource": "*"})
    make_function(enforcing.endpoint, "as-its-role")
    invoke = clients.functions(enforcing.endpoint).invoke
    answer = json.loads(invoke(FunctionName="as-its-role")["Payload"].read())
    assert answer["access_key"].startswith("ASIA")


def test_a_trust_policys_variables_take_the_requests_values(enforcing: Any) -> None:
    iam = clients.client("iam", enforcing.endpoint)
    role = _role(
        enforcing.endpoint, "named", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    )
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"{ACCOUNT}:root"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"sts:RoleSessionName": "${aws:RequestTag/TenantId}"}},
    }
    iam.update_assume_role_policy(RoleName="named", PolicyDocument=_policy(trust))
    assume = clients.client("sts", enforcing.endpoint).assume_role
    tags = [{"Key": "TenantId", "Value": "minato"}]
    assert _is_allowed(assume, RoleArn=role, RoleSessionName="minato", Tags=tags)
    assert not _is_allowed(assume, RoleArn=role, RoleSessionName="hoshino", Tags=tags)
    assert not _is_allowed(assume, RoleArn=role, RoleSessionName="minato")


def _own_items(endpoint: str) -> dict[str, tuple[bool, bool]]:
    """Whether a tenant's session may make each request for its own partition, and another's."""
    table = {
        "TableName": "items",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    clients.client("dynamodb", endpoint).create_table(**table)
    allow = {
        "Effect": "Allow",
        "Action": "dynamodb:*",
        "Resource": "arn:aws:dynamodb:*:*:table/items",
        "Condition": {
            "ForAllValues:StringEquals": {
                "dynamodb:LeadingKeys": ["TENANT#${aws:PrincipalTag/TenantId}"]
            },
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }
    items = _acting(endpoint, _role(endpoint, "items", allow), "minato")("dynamodb")
    return {
        name: (_try(items, name, arguments("minato")), _try(items, name, arguments("hoshino")))
        for name, arguments in REQUESTS.items()
    }


def _key(tenant: str) -> dict[str, Any]:
    return {"pk": {"S": f"TENANT#{tenant}"}}


REQUESTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "get_item": lambda tenant: {"TableName": "items", "Key": _key(tenant)},
    "put_item": lambda tenant: {"TableName": "items", "Item": _key(tenant)},
    "delete_item": lambda tenant: {"TableName": "items", "Key": _key(tenant)},
    "update_item": lambda tenant: {
        "TableName": "items",
        "Key": _key(tenant),
        "UpdateExpression": "SET a = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}},
    },
    "query": lambda tenant: {
        "TableName": "items",
        "KeyConditionExpression": "#pk = :pk",
        "ExpressionAttributeNames": {"#pk": "pk"},
        "ExpressionAttributeValues": {":pk": _key(tenant)["pk"]},
    },
    "batch_get_item": lambda tenant: {
        "RequestItems": {"items": {"Keys": [_key(one) for one in sorted({"minato", tenant})]}}
    },
    "batch_write_item": lambda tenant: {
        "RequestItems": {
            "items": [{"DeleteRequest": {"Key": _key(one)}} for one in sorted({"minato", tenant})]
        }
    },
    "transact_write_items": lambda tenant: {
        "TransactItems": [{"Put": {"TableName": "items", "Item": _key(tenant)}}]
    },
}


def _try(items: Any, name: str, arguments: dict[str, Any]) -> bool:
    return _is_allowed(getattr(items, name), **arguments)


def test_a_session_reaches_only_items_of_its_own_partition(
    enforcing: Any, start_bare: Any, tmp_path: Path, no_longer_needed: Callable[[str], str]
) -> None:
    assert _own_items(enforcing.endpoint) == dict.fromkeys(REQUESTS, (True, False))
    without = start_bare(tmp_path, "leading_keys", iam=True)
    try:
        found = _own_items(without.endpoint)
    finally:
        without.kill()
    assert not any(own for own, _ in found.values()), no_longer_needed("leading_keys")
