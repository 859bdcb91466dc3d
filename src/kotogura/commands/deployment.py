"""The deployment that a command talks to: the stack on this machine, or one in an AWS account."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from kotogura.commands.errors import NoDeployment
from kotogura.local import clients
from kotogura.local.ministack_process import CREDENTIALS, REGION
from kotogura.local.running import RunningStack
from kotogura.local.stack import LocalStack
from kotogura.platform.bucket import BucketOriginals
from kotogura.platform.ledger import TableLedger
from kotogura.platform.pointers import TablePointers
from kotogura.platform.table import Table
from kotogura.platform.tenants import TableTenants, TableTrainings

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

_BULK = Config(max_pool_connections=32, retries={"total_max_attempts": 8, "mode": "standard"})
_PATIENT = Config(read_timeout=910, retries={"total_max_attempts": 1, "mode": "standard"})


@dataclass(frozen=True)
class Deployment:
    """Addresses and names of one deployment, and clients for an operator's credentials."""

    endpoint: str | None
    api_url: str
    outputs: Mapping[str, str]

    @classmethod
    def find(cls, state: Path, stack_name: str | None) -> "Deployment":
        """Return the deployment called `stack_name` in AWS, or else the one that runs here.

        Raises:
            StackNotRunning: when none runs here; start it with `kotogura up`.
            NoDeployment: when the stack has no API.
        """
        if stack_name is None:
            running = RunningStack.find(state)
            return cls(running.endpoint, running.api_url, running.outputs)
        stacks = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
        outputs = {
            output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])
        }
        if "ApiUrl" not in outputs:
            raise NoDeployment(
                f"the stack {stack_name} is none of Kotogura's, or isn't deployed to its end: it "
                "has no output ApiUrl"
            )
        return cls(None, outputs["ApiUrl"], outputs)

    @classmethod
    def of(cls, stack: LocalStack) -> "Deployment":
        """Return the deployment that this process runs itself."""
        return cls(stack.endpoint, stack.api_url, stack.outputs)

    @property
    def bucket(self) -> str:
        """The documents bucket's name."""
        return self.outputs["DocumentsBucketName"]

    @cached_property
    def s3(self) -> "S3Client":
        """A client for the bucket."""
        made: S3Client = self._client("s3")
        return made

    @cached_property
    def bulk_s3(self) -> "S3Client":
        """A client for the bucket that many files go through at a time; it repeats patiently."""
        made: S3Client = self._client("s3", _BULK)
        return made

    @cached_property
    def workflows(self) -> "SFNClient":
        """A client for the workflows."""
        made: SFNClient = self._client("stepfunctions")
        return made

    @cached_property
    def functions(self) -> "LambdaClient":
        """A client for the functions; it waits as long as one may run, and never asks twice."""
        made: LambdaClient = self._client("lambda", _PATIENT)
        return made

    @cached_property
    def queues(self) -> Any:
        """A client for queues."""
        return self._client("sqs")

    @cached_property
    def users(self) -> "CognitoIdentityProviderClient":
        """A client for the user pool."""
        made: CognitoIdentityProviderClient = self._client("cognito-idp")
        return made

    @cached_property
    def originals(self) -> BucketOriginals:
        """The tenants' own files."""
        return BucketOriginals(self.s3, self.bucket)

    @cached_property
    def ledger(self) -> TableLedger:
        """The ledger of documents."""
        return TableLedger(self.table)

    @cached_property
    def pointers(self) -> TablePointers:
        """The manifest pointers."""
        return TablePointers(self.table)

    @cached_property
    def tenants(self) -> TableTenants:
        """The register of tenants."""
        return TableTenants(self.table)

    @cached_property
    def trainings(self) -> TableTrainings:
        """The log of trainings."""
        return TableTrainings(self.table)

    @cached_property
    def table(self) -> Table:
        """The table."""
        if self.endpoint is None:
            resource = boto3.resource("dynamodb")
        else:
            resource = boto3.resource(
                "dynamodb",
                endpoint_url=self.endpoint,
                region_name=REGION,
                aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                config=Config(proxies={}),
            )
        return Table(resource, self.outputs["TableName"])

    def _client(self, service: str, config: Config | None = None) -> Any:
        if self.endpoint is None:
            return boto3.client(service, config=config)  # type: ignore[call-overload]
        return clients.client(service, self.endpoint, config)
