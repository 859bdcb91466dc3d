"""boto3 clients for the local stack."""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from kotogura.local.ministack_process import CREDENTIALS, REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

_CONFIG = Config(
    region_name=REGION,
    proxies={},
    retries={"total_max_attempts": 3, "mode": "standard"},
    s3={"addressing_style": "path"},
    # Step Functions puts `sync-` before the host name of StartSyncExecution.
    inject_host_prefix=False,
)


def client(service: str, endpoint: str, config: Config | None = None) -> Any:
    """Return a client of any service of the stack at `endpoint`, with `config` besides ours."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=endpoint,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=_CONFIG.merge(config) if config else _CONFIG,
    )


def cloudformation(endpoint: str) -> "CloudFormationClient":
    """Return a CloudFormation client of the stack at `endpoint`."""
    made: CloudFormationClient = client("cloudformation", endpoint)
    return made


def functions(endpoint: str) -> "LambdaClient":
    """Return a Lambda client of the stack at `endpoint`."""
    made: LambdaClient = client("lambda", endpoint)
    return made


def objects(endpoint: str) -> "S3Client":
    """Return an S3 client of the stack at `endpoint`."""
    made: S3Client = client("s3", endpoint)
    return made
