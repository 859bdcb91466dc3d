"""Files that come in parts, straight into the bucket: S3's own multipart uploads.

Nothing is kept of them on our side. An upload's id holds what the browser said of the file and S3's
own id, unsigned, since nothing of it is believed: the key is made of the verified tenant and the
name, S3 knows its id under that key alone, and each part's URL takes exactly so many bytes.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kotogura.documents.extraction import check_admissible
from kotogura.documents.identity import document_key
from kotogura.errors import UploadNotFound, UploadUnfinished
from kotogura.platform.refusals import translating
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART_BYTES = 5 * 1024 * 1024
"""The least that S3 allows for any part but the last: what is lost when a connection breaks."""
PART_SECONDS = 900
"""For how long a part's URL is valid, less than the session that signs it lasts; an upload may be
asked for new ones as long as it lives."""
_GONE = {"NoSuchUpload", "404", "NoSuchKey"}
_translated = translating(
    "the bucket",
    dict.fromkeys(
        _GONE, lambda: UploadNotFound("there is no such upload, or it has come to its end")
    ),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file: bytes from `start` on, and where to PUT them if they aren't there yet."""

    number: int
    start: int
    size_bytes: int
    url: str | None


@dataclass(frozen=True, slots=True)
class FileUpload:
    """An upload that has begun, as its id tells it."""

    name: str
    size_bytes: int
    s3_id: str

    @property
    def upload_id(self) -> str:
        """The id, of letters, digits, `-` and `_`.

        >>> FileUpload.of(FileUpload("規程.txt", 12, "abc").upload_id).name
        '規程.txt'
        """
        told = json.dumps([self.name, self.size_bytes, self.s3_id], ensure_ascii=False)
        return base64.urlsafe_b64encode(told.encode("utf-8", "surrogatepass")).decode().rstrip("=")

    @classmethod
    def of(cls, upload_id: str) -> "FileUpload":
        """Return what an id tells, checked as if the browser had just said it.

        Raises:
            UploadNotFound: when it is no id of ours.
            DocumentError: when it tells of a file that isn't taken.
        """
        try:
            told = json.loads(base64.urlsafe_b64decode(upload_id + "=" * (-len(upload_id) % 4)))
            name, size_bytes, s3_id = told
        except (ValueError, binascii.Error, TypeError, RecursionError):
            raise UploadNotFound("there is no such upload") from None
        is_whole = isinstance(size_bytes, int) and not isinstance(size_bytes, bool)
        is_id = isinstance(s3_id, str) and s3_id.isascii() and s3_id.isprintable() and s3_id != ""
        if not (isinstance(name, str) and is_whole and is_id):
            raise UploadNotFound("there is no such upload")
        check_admissible(name, size_bytes)
        return cls(name, size_bytes, s3_id)

    @property
    def spans(self) -> list[tuple[int, int, int]]:
        """Number, first byte and length of each part.

        >>> FileUpload("a.txt", PART_BYTES + 1, "x").spans
        [(1, 0, 5242880), (2, 5242880, 1)]
        """
        starts = range(0, self.size_bytes, PART_BYTES)
        return [
            (number, start, min(PART_BYTES, self.size_bytes - start))
            for number, start in enumerate(starts, start=1)
        ]


class BucketUploads:
    """Uploads in parts into the documents bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def begin(self, tenant: TenantId, name: str, size_bytes: int) -> FileUpload:
        """Begin an upload; S3 removes it seven days later unless it is completed.

        Raises:
            DocumentError: when a file of this name or size isn't taken.
        """
        check_admissible(name, size_bytes)
        with _translated():
            made = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=document_key(tenant, name)
            )
        return FileUpload(name, size_bytes, made["UploadId"])

    def parts(self, tenant: TenantId, upload: FileUpload) -> list[Part]:
        """Return all parts; those that aren't there, or not as long as they must be, have a URL.

        Raises:
            UploadNotFound: when the tenant has no such upload, or it has come to its end.
        """
        present = self._present(tenant, upload)
        return [
            Part(
                number,
                start,
                length,
                None
                if present.get(number, ("", 0))[1] == length
                else self._part_url(tenant, upload, number, length),
            )
            for number, start, length in upload.spans
        ]

    def complete(self, tenant: TenantId, upload: FileUpload) -> None:
        """Make a file of the parts; its event then brings it into the index.

        Raises:
            UploadUnfinished: when a part is missing.
            UploadNotFound: as `parts` does; also where the same was asked before.
        """
        present = self._present(tenant, upload)
        spans = upload.spans
        missing = [number for number, _, size in spans if present.get(number, ("", 0))[1] != size]
        if missing:
            raise UploadUnfinished(
                f"{len(missing)} of {len(spans)} parts are missing; send them and ask again"
            )
        with _translated():
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=document_key(tenant, upload.name),
                UploadId=upload.s3_id,
                MultipartUpload={
                    "Parts": [
                        {"PartNumber": number, "ETag": present[number][0]} for number, _, _ in spans
                    ]
                },
            )

    def abort(self, tenant: TenantId, upload: FileUpload) -> None:
        """Throw away what was sent. Raises UploadNotFound as `parts` does."""
        with _translated():
            self._client.abort_multipart_upload(
                Bucket=self._bucket, Key=document_key(tenant, upload.name), UploadId=upload.s3_id
            )

    def _present(self, tenant: TenantId, upload: FileUpload) -> dict[int, tuple[str, int]]:
        """Return ETag and length of each part that is there. A file has few parts: one page."""
        with _translated():
            answer = self._client.list_parts(
                Bucket=self._bucket, Key=document_key(tenant, upload.name), UploadId=upload.s3_id
            )
        return {
            part["PartNumber"]: (part["ETag"], part["Size"]) for part in answer.get("Parts", [])
        }

    def _part_url(self, tenant: TenantId, upload: FileUpload, number: int, length: int) -> str:
        return self._client.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self._bucket,
                "Key": document_key(tenant, upload.name),
                "UploadId": upload.s3_id,
                "PartNumber": number,
                "ContentLength": length,
            },
            ExpiresIn=PART_SECONDS,
        )
