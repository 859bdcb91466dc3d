"""Brings the built page into its bucket, with the addresses of the deployment beside it."""

import hashlib
import json
import mimetypes
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kotogura.delivery.account import Account
from kotogura.delivery.errors import StackMissing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NAMED_BY_CONTENT = "assets/"
_KEEP = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


def configuration(outputs: Mapping[str, str]) -> dict[str, str]:
    """Return `config.json`: what the page must know of its deployment.

    Raises:
        StackMissing: when the stack lacks an output for it.
    """
    return {
        "apiUrl": "/api",  # of the page's own origin, which CloudFront leads to the API
        "signInUrl": _output(outputs, "SignInUrl"),
        "clientId": _output(outputs, "UserPoolClientId"),
        "stage": _output(outputs, "Stage"),
    }


def publish(
    account: Account,
    outputs: Mapping[str, str],
    folder: Path,
    note: Callable[[str], None] = lambda _: None,
) -> tuple[int, int]:
    """Bring `folder` into the page's bucket and have CloudFront forget the old one.

    Files are put before those are removed that the new page doesn't have, and `index.html` goes
    last: whoever loads the page meanwhile gets the old one or the new one, whole.

    Returns:
        how many files were put, and how many removed; what is there already counts as neither.

    Raises:
        StackMissing: when the stack lacks an output for it.
    """
    bucket = _output(outputs, "PageBucketName")
    told = json.dumps(configuration(outputs), indent=2).encode() + b"\n"
    contents = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    if "index.html" not in contents:
        raise StackMissing(f"{folder} holds no page: run `make page`")
    contents["config.json"] = told
    there = dict(_there(account.objects, bucket))
    changed = [name for name, content in contents.items() if there.get(name) != _etag(content)]
    changed.sort(key=lambda name: name == "index.html")
    for name in changed:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        account.objects.put_object(
            Bucket=bucket,
            Key=name,
            Body=contents[name],
            ContentType=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            CacheControl=_KEEP if name.startswith(_NAMED_BY_CONTENT) else _ASK_AGAIN,
        )
        note(f"put {name}")
    removed = sorted(set(there) - set(contents))
    for name in removed:
        account.objects.delete_object(Bucket=bucket, Key=name)
    if changed or removed:
        account.client("cloudfront").create_invalidation(
            DistributionId=_output(outputs, "DistributionId"),
            InvalidationBatch={
                "Paths": {"Quantity": 1, "Items": ["/*"]},
                "CallerReference": f"kotogura-{time.time_ns()}",
            },
        )
        note("CloudFront forgets the old page within a few minutes")
    return len(changed), len(removed)


def _output(outputs: Mapping[str, str], name: str) -> str:
    if name not in outputs:
        raise StackMissing(f"the stack has no output {name}: deploy the template of this release")
    return outputs[name]


def _there(objects: "S3Client", bucket: str) -> Iterator[tuple[str, str]]:
    for page in objects.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            yield found["Key"], found["ETag"].strip('"')


def _etag(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
