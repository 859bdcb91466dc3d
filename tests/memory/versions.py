"""A versioned bucket in memory: as much of S3's client as a tenant's leaving asks for."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

MOMENT = datetime(2026, 11, 27, 9, tzinfo=UTC)


class MemoryVersions:
    """Stands for the S3 client. `entries` are (key, version, bytes or None for a delete marker)."""

    def __init__(self, page_size: int = 1_000) -> None:
        self.entries: list[tuple[str, str, bytes | None]] = []
        self.uploads: list[tuple[str, str]] = []
        self.refused: set[str] = set()
        self._page_size = page_size
        self._numbers = count(1)

    def put(self, key: str, data: bytes | None) -> str:
        """Add a version, or a delete marker, and return its id."""
        version_id = f"v{next(self._numbers)}"
        self.entries.append((key, version_id, data))
        return version_id

    def get_paginator(self, operation: str) -> "_Pages":
        return _Pages(getattr(self, f"_{operation}"))

    def _list_object_versions(self, **named: Any) -> Iterator[dict[str, Any]]:
        latest = {key: version_id for key, version_id, _ in self.entries}
        found = [one for one in sorted(self.entries) if one[0].startswith(named["Prefix"])]
        for first in range(0, len(found) or 1, self._page_size):
            page: dict[str, Any] = {}
            for key, version_id, data in found[first : first + self._page_size]:
                kind = "DeleteMarkers" if data is None else "Versions"
                entry = {
                    "Key": key,
                    "VersionId": version_id,
                    "IsLatest": latest[key] == version_id,
                    "LastModified": MOMENT,
                    **({} if data is None else {"Size": len(data)}),
                }
                page.setdefault(kind, []).append(entry)
            yield page

    def _list_multipart_uploads(self, **named: Any) -> Iterator[dict[str, Any]]:
        found = [one for one in self.uploads if one[0].startswith(named["Prefix"])]
        yield {"Uploads": [{"Key": key, "UploadId": number} for key, number in found]}

    def get_object(self, **named: Any) -> dict[str, Any]:
        for key, version_id, data in self.entries:
            if (key, version_id) == (named["Key"], named["VersionId"]) and data is not None:
                body = _Body(data)
                return {"Body": body, "ContentLength": len(data), "TagCount": 1, "Metadata": {}}
        raise ClientError({"Error": {"Code": "NoSuchVersion"}}, "GetObject")

    def get_object_tagging(self, **_: Any) -> dict[str, Any]:
        return {"TagSet": [{"Key": "部署", "Value": "総務"}]}

    def delete_objects(self, **named: Any) -> dict[str, Any]:
        gone = {(one["Key"], one["VersionId"]) for one in named["Delete"]["Objects"]}
        kept = [one for one in self.entries if one[:2] not in gone or one[0] in self.refused]
        errors = [{"Code": "AccessDenied"} for one in kept if one[:2] in gone]
        self.entries = kept
        return {"Errors": errors} if errors else {}

    def abort_multipart_upload(self, **named: Any) -> None:
        self.uploads.remove((named["Key"], named["UploadId"]))


class _Pages:
    def __init__(self, pages: Any) -> None:
        self.paginate = pages


class _Body(io.BytesIO):
    def iter_chunks(self, size: int) -> Iterator[bytes]:
        while piece := self.read(size):
            yield piece
