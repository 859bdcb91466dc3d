"""What AWS refuses when the code's own care is taken away, and that nothing needed is refused.

Everything in this folder runs with IAM on, each function and the trainer as its role.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

from kotogura.documents.identity import document_id, document_key
from kotogura.errors import StoreUnavailable
from kotogura.local.ministack_process import REGION
from kotogura.platform.bucket import BucketOriginals
from kotogura.platform.ledger import TableLedger
from kotogura.platform.pointers import TablePointers, TableStagedChanges
from kotogura.platform.table import Table, partition
from kotogura.platform.tenant_session import TenantSessions, acting_for, tenant_session
from kotogura.platform.tenants import TableTrainings
from kotogura.platform.texts import SYNONYMS, TableTexts
from kotogura.tenants.identity import TenantId
from tests.integration.conftest import HOSHINO, MINATO, RunningSystem

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

NAME = "rules/合言葉.txt"
PATIENT = Config(proxies={}, retries={"total_max_attempts": 1}, signature_version="s3v4")
REFUSALS = {"AccessDenied", "AccessDeniedException", "403"}


class Roles:
    """The deployed roles by logical id, and clients that act as one of them."""

    def __init__(self, system: RunningSystem) -> None:
        self.system = system
        self._sts: dict[str, Any] = {}
        self._operator: dict[str, Any] = {}

    @cached_property
    def names(self) -> dict[str, str]:
        """Physical names by logical id, nested stacks included."""
        found: dict[str, str] = {}
        cloudformation = self.operator("cloudformation")
        stacks = [self.system.stack.options.stack_name]
        while stacks:
            resources = cloudformation.describe_stack_resources(StackName=stacks.pop())
            for resource in resources["StackResources"]:
                if resource["ResourceType"] == "AWS::CloudFormation::Stack":
                    stacks.append(resource["PhysicalResourceId"])
                elif resource["ResourceType"] == "AWS::IAM::Role":
                    found[resource["LogicalResourceId"]] = resource["PhysicalResourceId"]
        return found

    def arn(self, logical_id: str) -> str:
        return f"arn:aws:iam::000000000000:role/{self.names[logical_id]}"

    def session(self, logical_id: str) -> boto3.Session:
        """Act as the role, which for a moment lets the account's root do so too."""
        iam, name = self.operator("iam"), self.names[logical_id]
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        root = {"AWS": "arn:aws:iam::000000000000:root"}
        statement = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
        opened = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=opened)
        try:
            made = self.operator("sts").assume_role(
                RoleArn=self.arn(logical_id), RoleSessionName="test-of-permissions"
            )["Credentials"]
        finally:
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
        return boto3.Session(
            made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], REGION
        )

    def sts(self, logical_id: str) -> Any:
        if logical_id not in self._sts:
            self._sts[logical_id] = self.session(logical_id).client(
                "sts", endpoint_url=self.system.stack.endpoint, config=PATIENT
            )
        return self._sts[logical_id]

    def close(self) -> None:
        for client in (*self._sts.values(), *self._operator.values()):
            client.close()

    def operator(self, service: str) -> Any:
        """Return a client of the account's root user."""
        if service not in self._operator:
            self._operator[service] = self.system.stack.client(service)
        return self._operator[service]


@dataclass
class Tenant:
    """The product's own parts and bare clients, with what `manage` or the trainer has."""

    session: boto3.Session
    system: RunningSystem

    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a client, the same one each time; `close` ends its connections."""
        if service not in self.clients:
            self.clients[service] = self.session.client(  # type: ignore[call-overload]
                service, endpoint_url=self.system.stack.endpoint, region_name=REGION, config=PATIENT
            )
        return self.clients[service]

    def close(self) -> None:
        for client in self.clients.values():
            client.close()
        if "table" in self.__dict__:
            self.table._resource.meta.client.close()

    @cached_property
    def table(self) -> Table:
        resource = self.session.resource(
            "dynamodb",
            endpoint_url=self.system.stack.endpoint,
            region_name=REGION,
            config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )
        return Table(resource, self.system.deployment.outputs["TableName"])

    @cached_property
    def originals(self) -> BucketOriginals:
        return BucketOriginals(self.client("s3"), self.system.deployment.bucket)


@pytest.fixture(scope="module")
def roles(system: RunningSystem) -> Iterator[Roles]:
    with closing(Roles(system)) as made:
        yield made


@pytest.fixture(scope="module")
def manage(system: RunningSystem, roles: Roles) -> Iterator[Tenant]:
    with closing(_tenant(system, roles, "ManageFunctionRole", "ManageTenantRole")) as made:
        yield made


@pytest.fixture(scope="module")
def trainer(system: RunningSystem, roles: Roles) -> Iterator[Tenant]:
    with closing(_tenant(system, roles, "TrainerRole", "TrainerTenantRole")) as made:
        yield made


def _tenant(system: RunningSystem, roles: Roles, role: str, tenant_role: str) -> Tenant:
    sessions = TenantSessions(roles.sts(role), roles.arn(tenant_role))
    return Tenant(tenant_session(sessions), system)


@pytest.fixture(scope="module", autouse=True)
def _something_of_both(system: RunningSystem, roles: Roles) -> None:
    for tenant in (MINATO, HOSHINO):
        system.put(tenant, NAME, "合言葉は月に一度変える。誰にも教えない。")
        put = _items(system.deployment.outputs["TableName"], tenant)["put_item"]
        updated = {"version": {"S": "1"}, "updated_at": {"S": "2026-11-27T00:00:00.000Z"}}
        roles.operator("dynamodb").put_item(**put | {"Item": put["Item"] | updated})


@contextmanager
def refused() -> Iterator[None]:
    """Expect that AWS refuses the body, by whichever error it comes."""
    with pytest.raises((ClientError, StoreUnavailable)) as found:
        yield
    error = found.value
    if isinstance(error, ClientError):
        assert error.response["Error"]["Code"] in REFUSALS, error
    else:
        assert "refused (AccessDenied" in str(error), error


PRODUCT: dict[str, Callable[[Tenant, TenantId], Any]] = {
    "record of a document": lambda of, t: TableLedger(of.table).get(t, document_id(NAME)),
    "list of documents": lambda of, t: TableLedger(of.table).page(t),
    "manifest pointer": lambda of, t: TablePointers(of.table).get(t),
    "staged changes": lambda of, t: TableStagedChanges(of.table).all(t),
    "trainings": lambda of, t: TableTrainings(of.table).newest(t),
    "synonyms": lambda of, t: TableTexts(of.table, SYNONYMS).get(t),
    "new synonyms": lambda of, t: TableTexts(of.table, SYNONYMS).put(t, ""),
}


@pytest.mark.parametrize("who", ["manage", "trainer"])
@pytest.mark.parametrize("what", PRODUCT)
def test_the_products_own_parts_reach_no_other_tenant_whatever_they_are_told(
    what: str, who: str, request: pytest.FixtureRequest
) -> None:
    parts: Tenant = request.getfixturevalue(who)
    with acting_for(MINATO):
        PRODUCT[what](parts, MINATO)
        with refused():
            PRODUCT[what](parts, HOSHINO)


def _objects(bucket: str, key: str, own: str) -> dict[str, dict[str, Any]]:
    """Every way to an object that S3's API knows, by the name of boto3's method."""
    source = {"Bucket": bucket, "Key": key}
    there = {"Bucket": bucket, "Key": key}
    return {
        "get_object": there,
        "head_object": there,
        "get_object_tagging": there,
        "get_object_attributes": {**there, "ObjectAttributes": ["ETag"]},
        "put_object": {**there, "Body": b"changed"},
        "put_object_tagging": {**there, "Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}},
        "delete_object": there,
        "delete_objects": {"Bucket": bucket, "Delete": {"Objects": [{"Key": key}]}},
        "create_multipart_upload": there,
        "copy_object": {"Bucket": bucket, "Key": own, "CopySource": source},
        "list_objects_v2": {"Bucket": bucket, "Prefix": key},
        "list_object_versions": {"Bucket": bucket, "Prefix": key},
        "list_multipart_uploads": {"Bucket": bucket},
    }


@pytest.mark.parametrize("who", ["manage", "trainer"])
@pytest.mark.parametrize("operation", _objects("", "", ""))
def test_no_way_leads_to_another_tenants_object(
    operation: str, who: str, system: RunningSystem, request: pytest.FixtureRequest
) -> None:
    s3 = request.getfixturevalue(who).client("s3")
    others, own = document_key(HOSHINO, NAME), document_key(MINATO, "copy.txt")
    before = system.deployment.s3.head_object(Bucket=system.deployment.bucket, Key=others)
    with acting_for(MINATO), refused():
        getattr(s3, operation)(**_objects(system.deployment.bucket, others, own)[operation])
    after = system.deployment.s3.head_object(Bucket=system.deployment.bucket, Key=others)
    assert after["VersionId"] == before["VersionId"]


@pytest.mark.parametrize("prefix", ["", f"{HOSHINO}/", f"{MINATO[:3]}"])
def test_no_list_shows_another_tenants_objects(
    prefix: str, manage: Tenant, trainer: Tenant, system: RunningSystem
) -> None:
    for who in (manage, trainer):
        with acting_for(MINATO), refused():
            who.client("s3").list_objects_v2(Bucket=system.deployment.bucket, Prefix=prefix)


@pytest.mark.parametrize(("tenant", "status"), [(MINATO, 200), (HOSHINO, 403)])
def test_a_url_for_another_tenants_object_opens_nothing(
    tenant: TenantId, status: int, manage: Tenant
) -> None:
    data = "合言葉は三か月に一度変える。".encode()
    with acting_for(MINATO):
        url = manage.originals.upload_url(tenant, "from-a-url.txt", len(data))
    assert urllib3.request("PUT", url, body=data).status == status


def _items(table: str, tenant: TenantId) -> dict[str, dict[str, Any]]:
    """Every way to an item that DynamoDB's API knows, by the name of boto3's method."""
    key = {"pk": {"S": partition(tenant)}, "sk": {"S": "SYNONYMS"}}
    own = {**key, "pk": {"S": partition(MINATO)}}
    of = {"TableName": table}
    values = {":v": {"S": "changed"}}
    statement = f"""SELECT * FROM "{table}" WHERE pk = '{partition(tenant)}'"""  # noqa: S608
    one = f"{statement} AND sk = 'SYNONYMS'"
    writes = [{"PutRequest": {"Item": own}}, {"DeleteRequest": {"Key": key}}]
    return {
        "get_item": {**of, "Key": key},
        "put_item": {**of, "Item": {**key, "text": {"S": "changed, altered"}}},
        "update_item": {
            **of,
            "Key": key,
            "UpdateExpression": "SET a = :v",
            "ExpressionAttributeValues": values,
        },
        "delete_item": {**of, "Key": key},
        "query": {
            **of,
            "KeyConditionExpression": "pk = :v",
            "ExpressionAttributeValues": {":v": key["pk"]},
        },
        "batch_get_item": {"RequestItems": {table: {"Keys": [own, key]}}},
        "batch_write_item": {"RequestItems": {table: writes}},
        "transact_get_items": {"TransactItems": [{"Get": {**of, "Key": key}}]},
        "transact_write_items": {
            "TransactItems": [{"Put": {**of, "Item": own}}, {"Delete": {**of, "Key": key}}]
        },
        "scan": of,
        "execute_statement": {"Statement": statement},
        "batch_execute_statement": {"Statements": [{"Statement": one}]},
    }


@pytest.mark.parametrize("who", ["manage", "trainer"])
@pytest.mark.parametrize("operation", _items("", MINATO))
def test_no_way_leads_to_another_tenants_item(
    operation: str, who: str, system: RunningSystem, request: pytest.FixtureRequest
) -> None:
    items = request.getfixturevalue(who).client("dynamodb")
    table = system.deployment.outputs["TableName"]
    with acting_for(MINATO), refused():
        getattr(items, operation)(**_items(table, HOSHINO)[operation])


def test_who_acts_for_tenants_reaches_none_with_a_role_of_its_own(
    roles: Roles, system: RunningSystem
) -> None:
    table = system.deployment.outputs["TableName"]
    for role in ("ManageFunctionRole", "TrainerRole"):
        with closing(Tenant(roles.session(role), system)) as own:
            with refused():
                own.client("s3").get_object(
                    Bucket=system.deployment.bucket, Key=document_key(MINATO, NAME)
                )
            with refused():
                own.client("dynamodb").get_item(**_items(table, MINATO)["get_item"])


@pytest.mark.parametrize(
    "asked",
    [
        {"RoleSessionName": MINATO},
        {"RoleSessionName": HOSHINO, "Tags": [{"Key": "TenantId", "Value": MINATO}]},
        {"RoleSessionName": MINATO, "Tags": [{"Key": "Other", "Value": MINATO}]},
        {
            "RoleSessionName": MINATO,
            "Tags": [{"Key": "TenantId", "Value": MINATO}, {"Key": "Other", "Value": "x"}],
        },
    ],
    ids=["no tag", "another name", "another tag", "one tag more"],
)
def test_a_session_without_its_tenants_name_and_tag_is_refused(
    asked: dict[str, Any], roles: Roles
) -> None:
    with refused():
        roles.sts("ManageFunctionRole").assume_role(RoleArn=roles.arn("ManageTenantRole"), **asked)


@pytest.mark.parametrize("role", ["SearchFunctionRole", "IngestFunctionRole", "TrainerRole"])
def test_nobody_else_acts_for_tenants_as_manage_does(role: str, roles: Roles) -> None:
    tags = [{"Key": "TenantId", "Value": MINATO}]
    with refused():
        roles.sts(role).assume_role(
            RoleArn=roles.arn("ManageTenantRole"), RoleSessionName=MINATO, Tags=tags
        )


def test_nothing_that_the_product_needs_is_refused(system: RunningSystem, roles: Roles) -> None:
    log = system.stack.folder.logs / "authorizations.jsonl"
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    asking = {name: logical_id for logical_id, name in roles.names.items()}
    assert {asking.get(line["role"]) for line in lines} >= {
        *("IngestFunctionRole", "TokenizeFunctionRole", "CommitFunctionRole", "SearchFunctionRole"),
        *("ManageFunctionRole", "ManageTenantRole", "TrainerRole", "TrainerTenantRole"),
    }
    # The tests above ask as one role or another by a name of their own, and for MINATO alone.
    of_tests = {"test-of-permissions", MINATO}
    assert [line for line in lines if not line["allowed"] and line["session"] not in of_tests] == []


def test_a_role_without_its_condition_would_be_noticed(roles: Roles, manage: Tenant) -> None:
    iam = roles.operator("iam")
    name = {"RoleName": roles.names["ManageTenantRole"], "PolicyName": "own-documents-and-items"}
    document = iam.get_role_policy(**name)["PolicyDocument"]
    policy = json.loads(document) if isinstance(document, str) else document
    careless = json.loads(json.dumps(policy).replace("${aws:PrincipalTag/TenantId}", "*"))
    for statement in careless["Statement"]:
        statement.pop("Condition", None)
    read = partial(TableTexts(manage.table, SYNONYMS).get, HOSHINO)
    with acting_for(MINATO), refused():
        read()
    try:
        iam.put_role_policy(**name, PolicyDocument=json.dumps(careless))
        with acting_for(MINATO):
            assert read().text == "changed, altered"
    finally:
        iam.put_role_policy(**name, PolicyDocument=json.dumps(policy))
    with acting_for(MINATO), refused():
        read()
