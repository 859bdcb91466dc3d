"""Each protocol's implementations by name: in memory, in a folder, and on an embedded AWS."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore.config import Config

from kotogura.platform.bucket import BucketOriginals
from kotogura.platform.table import Table
from kotogura.tenants.identity import TenantId

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"


@pytest.fixture
def minato() -> TenantId:
    return TenantId("minato-shoji")


@pytest.fixture
def other() -> TenantId:
    return TenantId("minato")  # a prefix of the first one's id, which must not matter


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Return what makes boto3 clients and resources of a bare MiniStack."""
    named = os.environ.get("KOTOGURA_MINISTACK_PYTHON")
    python = Path(named) if named else ROOT / ".venv-aws" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{python} is missing: `make setup` makes MiniStack's virtual environment")
    folder = tmp_path_factory.mktemp("ministack")
    port = _free_port()
    log = folder / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(python), "-m", "ministack"],
            env={
                "BIND_HOST": "127.0.0.1",
                "GATEWAY_PORT": str(port),
                "HOME": str(folder),
                "PATH": os.environ["PATH"],
                "TMPDIR": str(folder),
            },
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        _wait(endpoint, process, log)

        def make(kind: str, service: str) -> Any:
            factory = boto3.resource if kind == "resource" else boto3.client
            return factory(
                service,
                endpoint_url=endpoint,
                region_name=REGION,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(proxies={}, s3={"addressing_style": "path"}),
            )

        yield make
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(endpoint: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 30
    while True:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        try:
            with opener.open(f"{endpoint}/_ministack/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)


_numbers = count(1)


@pytest.fixture
def table(aws: Callable[..., Any]) -> Table:
    """Return an empty table with the keys that `template.yaml` gives it."""
    name = f"table-{next(_numbers)}"
    resource = aws("resource", "dynamodb")
    resource.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return Table(resource, name)


@pytest.fixture
def bucket(aws: Callable[..., Any]) -> tuple[Any, str]:
    """Return an S3 client and the name of an empty versioned bucket."""
    client, name = aws("client", "s3"), f"documents-{next(_numbers)}"
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return client, name


class FilledBucket(BucketOriginals):
    """The bucket with a way to put files in, as tenants do by themselves."""

    def put(
        self,
        tenant: TenantId,
        name: str,
        data: bytes,
        metadata: dict[str, str] | None = None,
        tags: dict[str, str] | None = None,
    ) -> str:
        key = f"{tenant}/documents/{name}"
        answer = self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=data,
            Metadata=metadata or {},
            Tagging=urlencode(tags or {}),
        )
        return answer["VersionId"]


@pytest.fixture
def bucket_originals(bucket: tuple[Any, str]) -> FilledBucket:
    return FilledBucket(*bucket)


def choice(*names: str) -> list[Any]:
    """Return implementations as fixture parameters; those on AWS are marked `stack`."""
    on_aws = {"table", "bucket"}
    return [
        pytest.param(name, marks=pytest.mark.stack) if name in on_aws else name for name in names
    ]
