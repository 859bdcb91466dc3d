"""What AWS and the disk refuse becomes an error of ours, which says whether a retry helps."""

import errno
import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from kotogura.documents.originals import Original
from kotogura.errors import StoreUnavailable, TenantExists, Throttled
from kotogura.platform.bucket import BucketOriginals
from kotogura.platform.folder import FolderFiles
from kotogura.platform.table import ConditionFailed, Table
from kotogura.platform.tenants import TableTenants
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord

MINATO = TenantId("minato-shoji")


@pytest.fixture
def dynamodb() -> Iterator[Stubber]:
    with Stubber(resource.meta.client) if (resource := boto3.resource("dynamodb")) else None as s:
        s.resource = resource  # type: ignore[attr-defined]
        yield s


@pytest.fixture
def table(dynamodb: Stubber) -> Table:
    return Table(dynamodb.resource, "kotogura-table")  # type: ignore[attr-defined]


CALLS: dict[str, Callable[[Table], Any]] = {
    "get_item": lambda table: table.get("a", "b"),
    "batch_get_item": lambda table: table.get_many("a", ["b"]),
    "query": lambda table: list(table.query("a", "b")),
    "put_item": lambda table: table.put({"pk": "a", "sk": "b"}),
    "update_item": lambda table: table.update("a", "b", {"c": 1}, "attribute_exists(sk)"),
    "batch_write_item": lambda table: table.delete("a", ["b"]),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_a_throttled_table_says_so(dynamodb: Stubber, table: Table, call: str, code: str) -> None:
    dynamodb.add_client_error(call, code)
    with pytest.raises(Throttled):
        CALLS[call](table)


@pytest.mark.parametrize("call", CALLS)
def test_any_other_refusal_of_the_table_is_the_stores(
    dynamodb: Stubber, table: Table, call: str
) -> None:
    dynamodb.add_client_error(call, "InternalServerError")
    with pytest.raises(StoreUnavailable, match="InternalServerError"):
        CALLS[call](table)


def test_a_table_out_of_reach_is_the_stores_failure(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    monkeypatch.setattr(table._table, "get_item", fail)
    with pytest.raises(StoreUnavailable, match="can't be reached"):
        table.get("a", "b")


def test_a_failed_condition_is_told_apart_and_stays_within(dynamodb: Stubber, table: Table) -> None:
    for _ in range(2):
        dynamodb.add_client_error("put_item", "ConditionalCheckFailedException")
    with pytest.raises(ConditionFailed):
        table.put({"pk": "a", "sk": "b"}, "attribute_not_exists(sk)")
    dynamodb.add_response("get_item", {})
    with pytest.raises(TenantExists):
        TableTenants(table).create(TenantRecord(MINATO, "港商事"))


def test_what_one_batch_left_over_is_asked_for_again(dynamodb: Stubber, table: Table) -> None:
    def item(name: str) -> dict[str, Any]:
        return {"pk": {"S": "a"}, "sk": {"S": name}}

    keys = {"Keys": [{"pk": "a", "sk": "c"}], "ConsistentRead": True}
    dynamodb.add_response(
        "batch_get_item",
        {
            "Responses": {"kotogura-table": [item("b")]},
            "UnprocessedKeys": {"kotogura-table": {"Keys": [item("c")], "ConsistentRead": True}},
        },
    )
    dynamodb.add_response(
        "batch_get_item",
        {"Responses": {"kotogura-table": [item("c")]}, "UnprocessedKeys": {}},
        {"RequestItems": {"kotogura-table": keys}},
    )
    assert [found["sk"] for found in table.get_many("a", ["b", "c"])] == ["b", "c"]


BUCKET_CALLS: dict[str, Callable[[BucketOriginals], Any]] = {
    "get_object": lambda bucket: bucket.fetch(MINATO, "a.txt", None, 10),
    "list_objects_v2": lambda bucket: bucket.exists(MINATO, "a.txt"),
    "delete_object": lambda bucket: bucket.remove(MINATO, "a.txt"),
}


@pytest.mark.parametrize("call", BUCKET_CALLS)
@pytest.mark.parametrize("code", ["AccessDenied", "SlowDown", "InternalError"])
def test_a_bucket_that_refuses_is_the_stores_failure(call: str, code: str) -> None:
    with Stubber(boto3.client("s3")) as stubber:
        stubber.add_client_error(call, code)
        with pytest.raises(StoreUnavailable, match=code):
            BUCKET_CALLS[call](BucketOriginals(stubber.client, "kotogura-documents"))


@pytest.mark.parametrize("call", BUCKET_CALLS)
def test_a_bucket_out_of_reach_is_the_stores_failure(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://s3")

    client = boto3.client("s3")
    monkeypatch.setattr(client, "_make_api_call", fail)
    with pytest.raises(StoreUnavailable, match="can't be reached"):
        BUCKET_CALLS[call](BucketOriginals(client, "kotogura-documents"))


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"])
def test_what_is_not_in_the_bucket_is_none(code: str) -> None:
    with Stubber(boto3.client("s3")) as stubber:
        stubber.add_client_error("get_object", code)
        bucket = BucketOriginals(stubber.client, "kotogura-documents")
        assert bucket.read(MINATO, "a.txt", "v1", 10) is None


def test_tags_are_asked_for_only_where_there_are_some_and_of_the_same_version() -> None:
    where = {"Bucket": "kotogura-documents", "Key": "minato-shoji/documents/a.txt"}
    with Stubber(boto3.client("s3")) as stubber:
        for version, count in (("v1", 1), (None, 1), ("v2", 0)):
            asked = where | ({"VersionId": version} if version else {})
            body = {"Body": BytesIO(b"data"), "Metadata": {"author": "=?UTF-8?B?5riv?="}}
            stubber.add_response("get_object", body | ({"TagCount": 1} if count else {}), asked)
            if count:
                tags = {"TagSet": [{"Key": "dept", "Value": "総務"}]}
                stubber.add_response("get_object_tagging", tags, asked)
        bucket = BucketOriginals(stubber.client, "kotogura-documents")
        tagged = Original(b"data", {"author": "港"}, {"dept": "総務"})
        assert bucket.fetch(MINATO, "a.txt", "v1", 10) == tagged
        assert bucket.fetch(MINATO, "a.txt", None, 10) == tagged
        assert bucket.fetch(MINATO, "a.txt", "v2", 10) == Original(b"data", {"author": "港"})
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        ("plain", "plain"),
        ("=?UTF-8?Q?=E6=B8=AF?=", "港"),
        ("=?x-none?B?AA==?=", "=?x-none?B?AA==?="),
    ],
)
def test_metadata_that_is_not_ascii_is_decoded_as_s3_tells_it(value: str, decoded: str) -> None:
    with Stubber(boto3.client("s3")) as stubber:
        answer = {"Body": BytesIO(b""), "Metadata": {"a": value}}
        stubber.add_response("get_object", answer)
        found = BucketOriginals(stubber.client, "kotogura-documents").fetch(MINATO, "a", None, 1)
        assert found == Original(b"", {"a": decoded})


def test_a_write_that_fails_leaves_the_old_file_and_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = FolderFiles(tmp_path)
    files.write(MINATO, "manifests/a", b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable, match="No space left"):
            files.write(MINATO, "manifests/a", b"new")
    assert files.read(MINATO, "manifests/a") == b"old"
    assert list(files.names(MINATO, "")) == ["manifests/a"]


def test_a_removal_that_fails_says_that_a_retry_may_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = FolderFiles(tmp_path)
    files.write(MINATO, "manifests/a", b"old")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        with pytest.raises(StoreUnavailable, match="Input/output"):
            files.remove(MINATO, "manifests/a")
    assert files.read(MINATO, "manifests/a") == b"old"


def test_a_write_that_was_interrupted_shows_as_a_leftover_for_the_janitor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = FolderFiles(tmp_path)

    def die(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", die)
        with pytest.raises(KeyboardInterrupt):
            files.write(MINATO, "manifests/a", b"new")
    (leftover,) = files.names(MINATO, "manifests")
    assert leftover.endswith(".writing")
    with pytest.raises(StoreUnavailable):
        files.read(MINATO, "manifests/a")


def test_a_file_grows_older(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    files.write(MINATO, "manifests/a", b"")
    path = files.path(MINATO, "manifests/a")
    written = path.stat().st_mtime - 7_200
    os.utime(path, (written, written))
    assert files.age_seconds(MINATO, "manifests/a") == pytest.approx(7_200, abs=60)
