"""S3's multipart uploads in memory, as far as `BucketUploads` asks for them."""

from typing import Any

from botocore.exceptions import ClientError


class MemoryMultipart:
    """Stands for the S3 client: an upload is known under its own key alone."""

    def __init__(self) -> None:
        self.parts: dict[tuple[str, str], dict[int, bytes]] = {}
        self.objects: dict[str, bytes] = {}

    def create_multipart_upload(self, **named: Any) -> dict[str, str]:
        upload_id = f"upload-{len(self.parts) + 1}"
        self.parts[named["Key"], upload_id] = {}
        return {"UploadId": upload_id}

    def send(self, key: str, upload_id: str, number: int, data: bytes) -> None:
        """Do what a PUT to a part's URL does."""
        self.parts[key, upload_id][number] = data

    def list_parts(self, **named: Any) -> dict[str, Any]:
        found = self._found(named["Key"], named["UploadId"])
        return {
            "Parts": [
                {"PartNumber": number, "ETag": f'"{number}"', "Size": len(data)}
                for number, data in sorted(found.items())
            ]
        }

    def complete_multipart_upload(self, **named: Any) -> None:
        found = self._found(named["Key"], named["UploadId"])
        numbers = [part["PartNumber"] for part in named["MultipartUpload"]["Parts"]]
        self.objects[named["Key"]] = b"".join(found[number] for number in numbers)
        del self.parts[named["Key"], named["UploadId"]]

    def abort_multipart_upload(self, **named: Any) -> None:
        self._found(named["Key"], named["UploadId"])
        del self.parts[named["Key"], named["UploadId"]]

    def generate_presigned_url(self, operation: str, **named: Any) -> str:
        told = named["Params"]
        return f"https://example.com/{told['Key']}?{operation}={told['PartNumber']}"

    def _found(self, key: str, upload_id: str) -> dict[int, bytes]:
        try:
            return self.parts[key, upload_id]
        except KeyError:
            raise ClientError({"Error": {"Code": "NoSuchUpload"}}, "ListParts") from None
