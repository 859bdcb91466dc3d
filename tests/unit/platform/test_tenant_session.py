"""Whose credentials a request to AWS is signed with. Nobody is ever asked for anything."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from kotogura.errors import Internal
from kotogura.platform.bucket import DOWNLOAD_SECONDS, UPLOAD_SECONDS
from kotogura.platform.tenant_session import (
    LEAST_SECONDS,
    SESSION_SECONDS,
    TenantSessions,
    acting_for,
    tenant_session,
)
from kotogura.platform.uploads import PART_SECONDS
from kotogura.tenants.identity import TenantId

ROLE = "arn:aws:iam::123456789012:role/tenant"
MINATO, HOSHINO = TenantId("minato-shoji"), TenantId("hoshino-denki")
NOW = 1_800_000_000.0


class Sts:
    """A client that answers as told, and fails when asked otherwise or again."""

    def __init__(self) -> None:
        self.client = boto3.client("sts", region_name="us-east-1")
        self.stub = Stubber(self.client)
        self.stub.activate()

    def expect(self, tenant: TenantId, key: str, at: float = NOW) -> None:
        self.stub.add_response(
            "assume_role",
            {
                "Credentials": {
                    "AccessKeyId": key,
                    "SecretAccessKey": "secret",
                    "SessionToken": f"token-{key}",
                    "Expiration": datetime.fromtimestamp(at + SESSION_SECONDS, UTC),
                }
            },
            {
                "RoleArn": ROLE,
                "RoleSessionName": tenant,
                "DurationSeconds": SESSION_SECONDS,
                "Tags": [{"Key": "TenantId", "Value": tenant}],
            },
        )


@pytest.fixture
def sts() -> Iterator[Sts]:
    made = Sts()
    yield made
    made.stub.assert_no_pending_responses()


def test_a_url_is_signed_for_the_tenant_that_is_acted_for(sts: Sts) -> None:
    sts.expect(MINATO, "ASIAMINATO0000000")
    sts.expect(HOSHINO, "ASIAHOSHINO000000")
    session = tenant_session(TenantSessions(sts.client, ROLE, lambda: NOW))
    signature = Config(signature_version="s3v4")
    s3 = session.client("s3", region_name="us-east-1", config=signature)

    def signed_with() -> str:
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
        query = parse_qs(urlsplit(url).query)
        assert query["X-Amz-Security-Token"][0].startswith("token-")
        return query["X-Amz-Credential"][0].partition("/")[0]

    with acting_for(MINATO):
        assert signed_with() == "ASIAMINATO0000000"
    with acting_for(HOSHINO):
        assert signed_with() == "ASIAHOSHINO000000"
    with acting_for(MINATO):
        assert signed_with() == "ASIAMINATO0000000"


def test_who_acts_for_nobody_can_ask_for_nothing(sts: Sts) -> None:
    session = tenant_session(TenantSessions(sts.client, ROLE))
    s3 = session.client("s3", region_name="us-east-1")
    with pytest.raises(Internal, match="nobody is acted for"):
        s3.get_object(Bucket="b", Key="k")
    # A thread that a request starts acts for nobody either, until it is told.
    with acting_for(MINATO), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(s3.get_object, Bucket="b", Key="k")
        with pytest.raises(Internal, match="nobody is acted for"):
            asked.result()


def test_a_request_acts_for_one_tenant() -> None:
    with (
        acting_for(MINATO),
        acting_for(MINATO),
        pytest.raises(Internal, match="one tenant"),
        acting_for(HOSHINO),
    ):
        pytest.fail("it acts for another tenant")


def test_a_session_is_kept_until_it_could_end_before_a_url_that_it_signs(sts: Sts) -> None:
    at = NOW
    sessions = TenantSessions(sts.client, ROLE, lambda: at)
    sts.expect(MINATO, "ASIAFIRST00000000")
    assert sessions.credentials(MINATO).access_key == "ASIAFIRST00000000"
    at = NOW + SESSION_SECONDS - LEAST_SECONDS
    assert sessions.credentials(MINATO).access_key == "ASIAFIRST00000000"
    at += 1
    sts.expect(MINATO, "ASIASECOND0000000", at)
    assert sessions.credentials(MINATO).access_key == "ASIASECOND0000000"


def test_sessions_used_longest_ago_are_forgotten_first(
    sts: Sts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kotogura.platform.tenant_session._KEPT_SESSION_COUNT", 2)
    sessions = TenantSessions(sts.client, ROLE, lambda: NOW)
    third = TenantId("third-tenant")
    for tenant, key in ((MINATO, "ASIAMINATO0000000"), (HOSHINO, "ASIAHOSHINO000000")):
        sts.expect(tenant, key)
        sessions.credentials(tenant)
    sessions.credentials(MINATO)
    sts.expect(third, "ASIATHIRD00000000")
    sessions.credentials(third)
    sessions.credentials(MINATO)
    sts.expect(HOSHINO, "ASIAHOSHINO000001")
    assert sessions.credentials(HOSHINO).access_key == "ASIAHOSHINO000001"


def test_a_url_can_not_outlive_the_session_that_signed_it() -> None:
    longest_seconds = max(UPLOAD_SECONDS, PART_SECONDS, DOWNLOAD_SECONDS)
    assert longest_seconds < LEAST_SECONDS < SESSION_SECONDS
