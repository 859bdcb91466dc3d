"""The AWS account and region that a deployment goes to, and clients for them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from kotogura.delivery.errors import AccountUnknown

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

_SIGN_IN = "sign in (`aws sso login`) or set AWS_PROFILE"
_QUICK = Config(connect_timeout=10, retries={"total_max_attempts": 4, "mode": "standard"})


@dataclass(frozen=True)
class Account:
    """An account by number, a region, and clients; `AWS_ENDPOINT_URL` is heeded as everywhere."""

    number: str
    region: str
    session: boto3.Session

    @classmethod
    def find(cls) -> "Account":
        """Return the account that the environment's credentials belong to.

        Raises:
            AccountUnknown: without a region or credentials, or with ones that don't hold any more.
        """
        session = boto3.Session()
        region = session.region_name
        if region is None:
            raise AccountUnknown("no AWS region: set AWS_REGION, such as ap-northeast-1")
        try:
            identity = session.client("sts", config=_QUICK).get_caller_identity()
        except NoCredentialsError:
            raise AccountUnknown(f"no AWS credentials: {_SIGN_IN}") from None
        except ClientError as refused:
            code = refused.response.get("Error", {}).get("Code", "refused")
            raise AccountUnknown(
                f"AWS doesn't accept the credentials ({code}): {_SIGN_IN}"
            ) from None
        except BotoCoreError as error:
            raise AccountUnknown(
                f"AWS can't be reached in {region} ({type(error).__name__}): check the region's "
                "name and the network"
            ) from None
        return cls(identity["Account"], region, session)

    @property
    def cloudformation(self) -> "CloudFormationClient":
        """A client for stacks."""
        made: CloudFormationClient = self.client("cloudformation")
        return made

    @property
    def objects(self) -> "S3Client":
        """A client for buckets."""
        made: S3Client = self.client("s3")
        return made

    def client(self, service: str) -> Any:
        """Return a client for any service."""
        return self.session.client(service, config=_QUICK)  # type: ignore[call-overload]
