"""The handler that stands before searches whose execution environments are each one tenant's.

An HTTP API can't tell Lambda whose a call is, so this light function takes the requests and invokes
the isolated one with the tenant of the verified token.
"""

import json
import os
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from kotogura.errors import Internal, KotoguraError
from kotogura.platform.http import claimed_tenant, lambda_answer, refused, verified_claims
from kotogura.platform.refusals import translating
from kotogura.platform.settings import Settings, required
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# Longer than the isolated function may take, and never asked twice: that would search twice.
_CLIENT = Config(connect_timeout=3, read_timeout=30, retries={"total_max_attempts": 1})
_translated = translating("the isolated search", {})


def isolated_search_handler() -> Handler:
    """Return the handler that has each search answered in its tenant's own environments."""
    settings = Settings.from_environment(os.environ)
    name = required(settings.isolated_search, "KOTOGURA_ISOLATED_SEARCH")
    functions = boto3.client("lambda", config=_CLIENT)
    telemetry = Telemetry()

    def handle(event: Event, _: LambdaContext) -> dict[str, Any]:
        claims = verified_claims(event)
        telemetry.identify(claims)
        try:
            return _search_as(claimed_tenant(claims), event, functions, name)
        except KotoguraError as error:
            return lambda_answer(refused(error, telemetry))

    return telemetry.observed(handle)


def _search_as(
    tenant: TenantId, event: Event, functions: "LambdaClient", name: str
) -> dict[str, Any]:
    """Return what the isolated function answers, which is an HTTP answer already.

    Raises:
        StoreUnavailable: when Lambda takes no call now. A retry helps.
        Internal: when the function broke, or ran out of time.
    """
    with _translated():
        response = functions.invoke(
            FunctionName=name, TenantId=tenant, Payload=json.dumps(event).encode()
        )
    if "FunctionError" in response:
        raise Internal("the search broke on our side; the log of the isolated function has it")
    answered: dict[str, Any] = json.loads(response["Payload"].read())
    return answered
