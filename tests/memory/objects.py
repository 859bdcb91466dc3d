"""S3 in memory, as far as the product asks for it; URLs are signed by the real client."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import boto3
from botocore.exceptions import ClientError

from kotogura.documents.lines import fingerprint
from kotogura.platform import wiring

BUCKET = "kotogura-documents"
WRITTEN_AT = datetime(2026, 1, 1, tzinfo=UTC)
ACCESS_KEY = "ASIA-of-the-tests"
SECRET_KEY = "secret-of-the-tests"


class MemoryObjects:
    """Stands for the S3 client; `touched` are the keys that anything was asked about."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.uploads: dict[tuple[str, str], dict[int, bytes]] = {}
        self.touched: list[str] = []
        self._numbers = count(1)
        self._signer = boto3.client(
            "s3",
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=wiring._OBJECTS,
        )

    def get_object(self, **named: Any) -> dict[str, Any]:
        data = self._found(named["Key"])
        metadata = self.metadata.get(named["Key"], {})
        return {"Body": io.BytesIO(data), "Metadata": metadata}

    def head_object(self, **named: Any) -> dict[str, Any]:
        return {"ContentLength": len(self._found(named["Key"]))}

    def put_object(self, **named: Any) -> None:
        self.touched.append(named["Key"])
        self.objects[named["Key"]] = named["Body"]

    def delete_object(self, **named: Any) -> None:
        self.touched.append(named["Key"])
        self.objects.pop(named["Key"], None)

    def delete_objects(self, **named: Any) -> dict[str, Any]:
        for entry in named["Delete"]["Objects"]:
            self.delete_object(**entry)
        return {}

    def list_objects_v2(self, **named: Any) -> dict[str, Any]:
        (page,) = self.paginate(**named)
        return page

    def get_paginator(self, _: str) -> "MemoryObjects":
        return self

    def paginate(self, **named: Any) -> Iterator[dict[str, Any]]:
        keys = sorted(key for key in self.objects if key.startswith(named["Prefix"]))
        self.touched += [named["Prefix"], *keys]
        yield {
            "Contents": [
                {
                    "Key": key,
                    "Size": len(data),
                    "ETag": f'"{fingerprint(data)}"',
                    "LastModified": WRITTEN_AT,
                }
                for key in keys
                for data in [self.objects[key]]
            ]
        }

    def create_multipart_upload(self, **named: Any) -> dict[str, str]:
        self.touched.append(named["Key"])
        upload_id = f"upload{next(self._numbers)}"
        self.uploads[named["Key"], upload_id] = {}
        return {"UploadId": upload_id}

    def list_parts(self, **named: Any) -> dict[str, Any]:
        parts = self._upload(named)
        return {
            "Parts": [
                {"PartNumber": number, "ETag": f'"{number}"', "Size": len(data)}
                for number, data in sorted(parts.items())
            ]
        }

    def complete_multipart_upload(self, **named: Any) -> None:
        self.objects[named["Key"]] = b"".join(self._upload(named).values())
        del self.uploads[named["Key"], named["UploadId"]]

    def abort_multipart_upload(self, **named: Any) -> None:
        self._upload(named)
        del self.uploads[named["Key"], named["UploadId"]]

    def generate_presigned_url(self, operation: str, **named: Any) -> str:
        self.touched.append(named["Params"]["Key"])
        url: str = self._signer.generate_presigned_url(operation, **named)
        return url

    def _found(self, key: str) -> bytes:
        self.touched.append(key)
        if key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return self.objects[key]

    def _upload(self, named: dict[str, Any]) -> dict[int, bytes]:
        self.touched.append(named["Key"])
        found = self.uploads.get((named["Key"], named["UploadId"]))
        if found is None:
            raise ClientError({"Error": {"Code": "NoSuchUpload"}}, "ListParts")
        return found
