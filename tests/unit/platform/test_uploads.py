"""Files that come in parts: what the API says of them, and what S3 is asked for."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from kotogura.documents.identity import document_id
from kotogura.errors import DocumentTooLarge, UploadNotFound, UploadUnfinished
from kotogura.platform.uploads import PART_BYTES, BucketUploads, FileUpload
from kotogura.tenants.identity import TenantId
from tests.memory.gateway import Gateway
from tests.memory.library import Library
from tests.memory.multipart import MemoryMultipart

MINATO, HOSHINO = TenantId("minato-shoji"), TenantId("hoshino-denki")
NAME = "rules/旅費規程.pdf"
KEY = f"{MINATO}/documents/{NAME}"
SIZE = 2 * PART_BYTES + 7


@pytest.fixture
def bucket() -> MemoryMultipart:
    return MemoryMultipart()


@pytest.fixture
def uploads(bucket: MemoryMultipart) -> BucketUploads:
    client: Any = bucket
    return BucketUploads(client, "kotogura-documents")


def test_an_upload_goes_on_where_it_broke(uploads: BucketUploads, bucket: MemoryMultipart) -> None:
    begun = uploads.begin(MINATO, NAME, SIZE)
    assert [(one.start, one.size_bytes) for one in uploads.parts(MINATO, begun)] == [
        (0, PART_BYTES),
        (PART_BYTES, PART_BYTES),
        (2 * PART_BYTES, 7),
    ]
    bucket.send(KEY, begun.s3_id, 2, bytes(PART_BYTES))
    resumed = FileUpload.of(begun.upload_id)
    assert [one.url is None for one in uploads.parts(MINATO, resumed)] == [False, True, False]
    with pytest.raises(UploadUnfinished, match="2 of 3 parts"):
        uploads.complete(MINATO, resumed)
    bucket.send(KEY, begun.s3_id, 1, bytes(PART_BYTES))
    bucket.send(KEY, begun.s3_id, 3, b"the end")
    uploads.complete(MINATO, resumed)
    assert len(bucket.objects[KEY]) == SIZE
    assert bucket.objects[KEY].endswith(b"the end")


def test_a_part_of_another_length_counts_as_missing(
    uploads: BucketUploads, bucket: MemoryMultipart
) -> None:
    begun = uploads.begin(MINATO, NAME, 10)
    bucket.send(KEY, begun.s3_id, 1, b"nine byte")
    assert uploads.parts(MINATO, begun)[0].url
    with pytest.raises(UploadUnfinished):
        uploads.complete(MINATO, begun)


def test_an_upload_belongs_to_its_tenant(uploads: BucketUploads, bucket: MemoryMultipart) -> None:
    begun = uploads.begin(MINATO, NAME, 10)
    for act in (uploads.parts, uploads.complete, uploads.abort):
        with pytest.raises(UploadNotFound):
            act(HOSHINO, begun)
    assert (KEY, begun.s3_id) in bucket.parts


def test_an_upload_that_was_given_up_is_gone(
    uploads: BucketUploads, bucket: MemoryMultipart
) -> None:
    begun = uploads.begin(MINATO, NAME, 10)
    uploads.abort(MINATO, begun)
    assert not bucket.parts
    with pytest.raises(UploadNotFound):
        uploads.parts(MINATO, begun)


def test_an_id_that_tells_of_a_gigabyte_is_refused() -> None:
    with pytest.raises(DocumentTooLarge):
        FileUpload.of(FileUpload(NAME, 10**9, "x").upload_id)


@pytest.mark.parametrize(
    "upload_id",
    [
        *("", "a", "AAAA", "W10", "WzEsMiwzXQ", "-" * 4000),
        FileUpload(NAME, 5, "").upload_id,
        FileUpload(NAME, 5, "\udc80").upload_id,
        FileUpload(NAME, 5, "識別子").upload_id,
        FileUpload(NAME, 5, "a\n").upload_id,
    ],
)
def test_an_id_that_is_none_of_ours_is_not_found(upload_id: str) -> None:
    with pytest.raises(UploadNotFound):
        FileUpload.of(upload_id)


def test_a_parts_url_takes_exactly_its_bytes_for_this_tenant_alone() -> None:
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    with Stubber(client) as stubber:
        stubber.add_response(
            "list_parts", {}, {"Bucket": "kotogura-documents", "Key": KEY, "UploadId": "x"}
        )
        found = BucketUploads(client, "kotogura-documents").parts(
            MINATO, FileUpload(NAME, SIZE, "x")
        )
    urls = [urlsplit(one.url or "") for one in found]
    for number, url in enumerate(urls, start=1):
        query = parse_qs(url.query)
        assert query["X-Amz-SignedHeaders"] == ["content-length;host"]
        assert query["partNumber"] == [str(number)]
        assert query["uploadId"] == ["x"]
        assert "/minato-shoji/documents/rules/" in url.path


def test_the_api_leads_through_an_upload(library: Library) -> None:
    gateway = Gateway(library)

    def ask(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = json.dumps(body).encode() if body is not None else b""
        answer = gateway.request(method, path, body=sent)
        return answer["statusCode"], json.loads(answer["body"])

    status, begun = ask("POST", "/uploads", {"name": NAME, "size_bytes": SIZE})
    assert status == 201
    assert begun["document_id"] == document_id(NAME)
    assert [part["number"] for part in begun["parts"]] == [1, 2, 3]
    path = f"/uploads/{begun['upload_id']}"
    assert ask("GET", path) == (200, begun)
    status, problem = ask("POST", f"{path}/complete")
    assert (status, problem["code"]) == (409, "upload-unfinished")
    assert ask("DELETE", path) == (200, {"document_id": document_id(NAME), "name": NAME})
    status, problem = ask("GET", path)
    assert (status, problem["code"]) == (404, "upload-not-found")


@pytest.mark.parametrize(
    ("name", "size_bytes", "code"),
    [
        ("a.exe", 10, "unsupported-document"),
        ("a.txt", 20_000_001, "document-too-large"),
        ("a\n.txt", 10, "invalid-document-name"),
        ("a.txt", 0, "invalid-argument"),
    ],
)
def test_what_is_not_taken_is_refused_before_anything_is_sent(
    library: Library, name: str, size_bytes: int, code: str
) -> None:
    body = json.dumps({"name": name, "size_bytes": size_bytes}).encode()
    answer = Gateway(library).request("POST", "/uploads", body=body)
    assert json.loads(answer["body"])["code"] == code
