"""All that the bucket holds of a tenant: every version of every object, and delete markers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from kotogura.leaving.archive import Archive, fits_a_path
from kotogura.leaving.errors import ErasureIncomplete, ExportIncomplete
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PIECE_BYTES = 1 << 20
_WORKER_COUNT = 8
_ATTEMPT_COUNT = 3
_GONE = {"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405"}
_SUFFIX_LETTERS = 8


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of an object, or a delete marker. `name` is the key below `<tenant>/`."""

    name: str
    version_id: str
    is_latest: bool
    is_delete_marker: bool
    last_modified: str
    size_bytes: int


class TenantObjects:
    """One tenant's objects in the bucket."""

    def __init__(self, s3: "S3Client", bucket: str, tenant: TenantId) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._prefix = f"{tenant}/"

    @property
    def place(self) -> str:
        """Where they lie, for people."""
        return f"s3://{self._bucket}/{self._prefix}"

    def pages(self) -> Iterator[list[ObjectVersion]]:
        """Yield all versions and delete markers, up to a thousand at a time."""
        listed = self._s3.get_paginator("list_object_versions").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        for page in listed:
            entries: list[tuple[Mapping[str, Any], bool]]
            entries = [(one, False) for one in page.get("Versions", [])]
            entries += [(one, True) for one in page.get("DeleteMarkers", [])]
            yield [self._version(one, is_marker) for one, is_marker in entries]

    def save(self, archive: Archive, saved: "Iterator[int]") -> Iterator[dict[str, Any]]:
        """Write all versions into `archive`; yield a record of each, in the bucket's order.

        A current version lies below `objects/` under its own name where every file system can have
        it so, anything else below `versions/` by number. `saved` counts.

        Raises:
            ExportIncomplete: when one can't be fetched or written.
        """
        numbers = count(1)
        for page in self.pages():
            with ThreadPoolExecutor(_WORKER_COUNT) as pool:
                asked = [(version, next(numbers)) for version in page]
                for record in pool.map(lambda one: self._save(archive, *one), asked):
                    next(saved)
                    yield record

    def _save(self, archive: Archive, version: ObjectVersion, number: int) -> dict[str, Any]:
        record = {
            "name": version.name,
            "version_id": version.version_id,
            "is_latest": version.is_latest,
            "is_delete_marker": version.is_delete_marker,
            "last_modified": version.last_modified,
        }
        if version.is_delete_marker:
            return record
        for path in _paths(version, number):
            for attempt in range(1, _ATTEMPT_COUNT + 1):
                try:
                    return record | self._fetch(archive, version, path)
                except (FileExistsError, NotADirectoryError):
                    break  # a file where another name has a folder, or one that differs by case
                except ClientError as error:
                    if error.response.get("Error", {}).get("Code") in _GONE:
                        return record | {"path": None}  # it has expired meanwhile
                    raise
                except BotoCoreError as error:
                    if attempt == _ATTEMPT_COUNT:
                        raise ExportIncomplete(
                            f"an object can't be fetched ({type(error).__name__}); "
                            "export into a new folder"
                        ) from error
        raise ExportIncomplete("something else writes into the folder; export into a new one")

    def _fetch(self, archive: Archive, version: ObjectVersion, path: str) -> dict[str, Any]:
        place = {"Bucket": self._bucket, "Key": self._prefix + version.name}
        answer = self._s3.get_object(**place, VersionId=version.version_id)  # type: ignore[arg-type]
        facts: dict[str, Any] = {
            "path": path,
            "size_bytes": answer["ContentLength"],
            "content_type": answer.get("ContentType", ""),
            "metadata": dict(answer.get("Metadata", {})),
        }
        with closing(answer["Body"]) as body:
            if answer.get("TagCount"):  # before the file is there: this may fail, and be repeated
                told = self._s3.get_object_tagging(**place, VersionId=version.version_id)  # type: ignore[arg-type]
                facts["tags"] = {tag["Key"]: tag["Value"] for tag in told["TagSet"]}
            facts["sha256"] = archive.write(path, body.iter_chunks(_PIECE_BYTES))
        return facts

    def unfinished(self) -> Iterator[tuple[str, str]]:
        """Yield key and id of each upload in parts that has not come to its end."""
        listed = self._s3.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        for page in listed:
            for upload in page.get("Uploads", []):
                yield upload["Key"], upload["UploadId"]

    def abort_unfinished(self) -> int:
        """End all uploads in parts; return how many."""
        ended = 0
        for key, upload_id in list(self.unfinished()):
            try:
                self._s3.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != "NoSuchUpload":
                    raise
            ended += 1
        return ended

    def remove(self, versions: Sequence[ObjectVersion]) -> None:
        """Remove versions and delete markers, up to a thousand, for good.

        Raises:
            ErasureIncomplete: when S3 refuses one.
        """
        answer: Mapping[str, Any] = self._s3.delete_objects(
            Bucket=self._bucket,
            Delete={
                "Objects": [
                    {"Key": self._prefix + one.name, "VersionId": one.version_id}
                    for one in versions
                ],
                "Quiet": True,
            },
        )
        if answer.get("Errors"):
            code = answer["Errors"][0].get("Code", "")
            raise ErasureIncomplete(f"the bucket refused to remove an object ({code})")

    def _version(self, entry: Mapping[str, Any], is_marker: bool) -> ObjectVersion:
        return ObjectVersion(
            name=entry["Key"].removeprefix(self._prefix),
            version_id=entry["VersionId"],
            is_latest=entry["IsLatest"],
            is_delete_marker=is_marker,
            last_modified=_told(entry["LastModified"]),
            size_bytes=entry.get("Size", 0),
        )


def _paths(version: ObjectVersion, number: int) -> Iterable[str]:
    """Yield where a version may be written, the best first.

    >>> told = dict(version_id="1", is_delete_marker=False, last_modified="", size_bytes=1)
    >>> list(_paths(ObjectVersion(name="documents/休暇.md", is_latest=True, **told), 7))
    ['objects/documents/休暇.md', 'versions/000007.md']
    >>> list(_paths(ObjectVersion(name="documents/../a", is_latest=True, **told), 8))
    ['versions/000008']
    """
    if version.is_latest and fits_a_path(version.name):
        yield f"objects/{version.name}"
    suffix = PurePosixPath(version.name).suffix
    known = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= _SUFFIX_LETTERS
    yield f"versions/{number:06d}{suffix if known else ''}"


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
