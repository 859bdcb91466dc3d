"""The tenants' own files, in S3."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import TYPE_CHECKING
from urllib.parse import quote

from kotogura.documents.identity import document_key, documents_prefix
from kotogura.documents.moments import iso_8601
from kotogura.documents.originals import Original, OriginalFile
from kotogura.errors import StoreUnavailable
from kotogura.platform.refusals import translating
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_MISSING = {"404", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "405"}
UPLOAD_SECONDS = 900
DOWNLOAD_SECONDS = 60
_WRITER_COUNT = 8


class _Missing(Exception):
    """There is no such object, or a delete marker is all there is."""


_translated = translating("the bucket", dict.fromkeys(_MISSING, _Missing))


class BucketOriginals:
    """Implements `OriginalFolders` over the documents bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> bytes | None:
        """Return the object's bytes, or at most `limit_bytes` + 1; None when it isn't there."""
        try:
            with _translated():
                return self._get(tenant, name, version_id)["Body"].read(limit_bytes + 1)
        except _Missing:
            return None

    def read_beside(self, tenant: TenantId, name: str, limit_bytes: int) -> bytes | None:
        """Return an object beside the documents' folder, or `limit_bytes` + 1 of it, or None."""
        key = f"{tenant}/{name}"
        try:
            with _translated():
                if not self._is_listed(key):
                    return None
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return answer["Body"].read(limit_bytes + 1)
        except _Missing:
            return None

    def fetch(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> Original | None:
        """Return the object as `read` does, with its metadata and tags.

        Tags cost a request of their own, which is made only where there are some.
        """
        try:
            with _translated():
                answer = self._get(tenant, name, version_id)
                data = answer["Body"].read(limit_bytes + 1)
                tags = self._tags(tenant, name, version_id) if answer.get("TagCount") else {}
        except _Missing:
            return None
        metadata = {key: _decoded(value) for key, value in answer.get("Metadata", {}).items()}
        return Original(data, metadata, tags)

    def _get(self, tenant: TenantId, name: str, version_id: str | None) -> "GetObjectOutputTypeDef":
        key = _key(tenant, name)
        if version_id is None:
            return self._client.get_object(Bucket=self._bucket, Key=key)
        return self._client.get_object(Bucket=self._bucket, Key=key, VersionId=version_id)

    def _tags(self, tenant: TenantId, name: str, version_id: str | None) -> dict[str, str]:
        key = _key(tenant, name)
        if version_id is None:
            answer = self._client.get_object_tagging(Bucket=self._bucket, Key=key)
        else:
            answer = self._client.get_object_tagging(
                Bucket=self._bucket, Key=key, VersionId=version_id
            )
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def exists(self, tenant: TenantId, name: str) -> bool:
        """Return whether the name has a current version."""
        with _translated():
            return self._is_listed(_key(tenant, name))

    def _is_listed(self, key: str) -> bool:
        """Whether the key has a current version.

        By a list, where it would come first: who may list one prefix alone is told "forbidden", not
        "missing", when it asks for an object that isn't there.
        """
        listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        return any(entry["Key"] == key for entry in listed.get("Contents", []))

    def list(self, tenant: TenantId, below: str = "") -> Iterator[OriginalFile]:
        """Yield the current files of `tenant` whose names begin with `below`, without folders."""
        prefix = documents_prefix(tenant)
        pages = iter(
            self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix + below
            )
        )
        while True:
            with _translated():
                page = next(pages, None)
            if page is None:
                return
            for entry in page.get("Contents", []):
                name = entry["Key"].removeprefix(prefix)
                if name and not name.endswith("/"):
                    yield OriginalFile(
                        name,
                        entry["Size"],
                        entry["ETag"].strip('"'),
                        iso_8601(entry["LastModified"]),
                    )

    def write_many(self, tenant: TenantId, files: Mapping[str, bytes]) -> None:
        """Write the files of these names. When it raises, any of them may have been written."""

        def write(name: str) -> None:
            with _translated():
                self._client.put_object(
                    Bucket=self._bucket, Key=document_key(tenant, name), Body=files[name]
                )

        with ThreadPoolExecutor(_WRITER_COUNT) as pool:
            for _ in pool.map(write, files):
                pass

    def remove_many(self, tenant: TenantId, names: Sequence[str]) -> None:
        """Remove the files of these names, up to 1,000; those that aren't there don't matter."""
        with _translated():
            answer = self._client.delete_objects(
                Bucket=self._bucket,
                Delete={"Objects": [{"Key": _key(tenant, name)} for name in names], "Quiet": True},
            )
        if answer.get("Errors"):
            code = answer["Errors"][0].get("Code", "")
            raise StoreUnavailable(f"the bucket refused ({code})")

    def remove(self, tenant: TenantId, name: str) -> None:
        """Put a delete marker on the object; its event then removes it from the index."""
        with _translated():
            self._client.delete_object(Bucket=self._bucket, Key=_key(tenant, name))

    def upload_url(self, tenant: TenantId, name: str, size_bytes: int) -> str:
        """Return a URL that takes one PUT of exactly `size_bytes`, for fifteen minutes.

        Raises:
            InvalidDocumentName: when no document may have this name.
        """
        return self._client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self._bucket,
                "Key": document_key(tenant, name),
                "ContentLength": size_bytes,
            },
            ExpiresIn=UPLOAD_SECONDS,
        )

    def download_url(self, tenant: TenantId, name: str) -> str:
        """Return a URL from which a browser saves the file, whatever is in it, for a minute.

        The type keeps the bucket's own origin from ever showing a tenant's HTML.
        """
        file_name = quote(name.rpartition("/")[2], safe="", errors="replace")
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": _key(tenant, name),
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{file_name}",
                "ResponseContentType": "application/octet-stream",
            },
            ExpiresIn=DOWNLOAD_SECONDS,
        )


def _decoded(value: str) -> str:
    """Return a header's value: S3 tells what is not ASCII as mail does (RFC 2047)."""
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError):
        return value  # not of that form after all


def _key(tenant: TenantId, name: str) -> str:
    """Return the key of a file that is there already, whatever its owner called it.

    What no document may be called is quarantined, and can still be looked at and removed.
    """
    return documents_prefix(tenant) + name
