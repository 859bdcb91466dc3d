"""Guards of Cognito and of SAM's parameters; each test fails without its guard."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from kotogura.local import clients

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

PAGE = "http://127.0.0.1:8000/signed-in"
PASSWORD = "Himitsu-no-kotoba-1"

TRIGGER = """
def handler(event, context):
    tenant = event["request"]["userAttributes"].get("custom:tenant")
    added = {"claimsToAddOrOverride": {"tenant": tenant} if tenant else {}}
    return {
        **event,
        "response": {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": added}},
    }
"""


def _deployed(endpoint: str, template: dict[str, Any], until: Callable[..., Any]) -> str:
    """Create the stack `sam` with another origin than the template's own; return its status."""
    cloudformation = clients.cloudformation(endpoint)
    cloudformation.create_stack(
        StackName="sam",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "Origin", "ParameterValue": "http://127.0.0.1:8000"}],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )

    def settled() -> Any:
        [stack] = cloudformation.describe_stacks(StackName="sam")["Stacks"]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack["StackStatus"]

    status: str = until(settled)
    return status


def test_sam_sees_the_parameters_that_are_given(
    guarded: Any, bare: Any, until: Callable[..., Any], no_longer_needed: Callable[[str], str]
) -> None:
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Origin": {"Type": "String", "Default": "http://localhost:5173"}},
        "Resources": {
            "Api": {
                "Type": "AWS::Serverless::HttpApi",
                "Properties": {
                    "DefinitionBody": {"openapi": "3.0.1", "paths": {}},
                    "CorsConfiguration": {"AllowOrigins": [{"Ref": "Origin"}]},
                },
            }
        },
    }

    def origins(endpoint: str) -> Any:
        assert _deployed(endpoint, template, until) == "CREATE_COMPLETE"
        made = clients.cloudformation(endpoint).get_template(
            StackName="sam", TemplateStage="Processed"
        )["TemplateBody"]
        body: Any = made if isinstance(made, dict) else json.loads(made)
        cors = body["Resources"]["Api"]["Properties"]["Body"]["x-amazon-apigateway-cors"]
        return cors["allowOrigins"]

    assert origins(guarded.endpoint) == ["http://127.0.0.1:8000"]
    assert origins(bare.endpoint) == ["http://localhost:5173"], no_longer_needed("sam_parameters")


def _trigger(endpoint: str) -> str:
    """Make a function that writes the user's tenant into the access token; return its ARN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", TRIGGER)
    made = clients.client("lambda", endpoint).create_function(
        FunctionName="claims",
        Runtime="python3.12",
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
        Role="arn:aws:iam::000000000000:role/function",
    )
    arn: str = made["FunctionArn"]
    return arn


def _pool(endpoint: str, trigger: str) -> str:
    """Make a user pool whose tokens go through `trigger`, with one user; return its client."""
    cognito = clients.client("cognito-idp", endpoint)
    pool = cognito.create_user_pool(
        PoolName="sign-in",
        Schema=[{"Name": "tenant", "AttributeDataType": "String", "Mutable": True}],
        LambdaConfig={"PreTokenGenerationConfig": {"LambdaArn": trigger, "LambdaVersion": "V2_0"}},
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="page",
        AllowedOAuthFlows=["code"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["openid"],
        CallbackURLs=[PAGE],
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(
        UserPoolId=pool,
        Username="a@example.com",
        UserAttributes=[{"Name": "custom:tenant", "Value": "minato-shoji"}],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="a@example.com", Password=PASSWORD, Permanent=True
    )
    name: str = client
    return name


def test_a_refreshed_token_is_its_users(
    guarded: Any,
    bare: Any,
    fetch: Callable[..., Any],
    no_longer_needed: Callable[[str], str],
) -> None:
    def refreshed(process: Any) -> Any:
        endpoint = process.endpoint
        client = _pool(endpoint, _trigger(endpoint))
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        request = {
            "client_id": client,
            "redirect_uri": PAGE,
            "response_type": "code",
            "scope": "openid",
            "username": "a@example.com",
            "password": PASSWORD,
        }
        led = fetch(f"{endpoint}/login", "POST", urlencode(request).encode(), form)
        assert led.status == 302
        [code] = parse_qs(urlsplit(led.headers["location"]).query)["code"]
        tokens = fetch(
            f"{endpoint}/oauth2/token",
            "POST",
            urlencode(
                {
                    "grant_type": "authorization_code",
                    "client_id": client,
                    "redirect_uri": PAGE,
                    "code": code,
                }
            ).encode(),
            form,
        ).json
        again = {
            "grant_type": "refresh_token",
            "client_id": client,
            "refresh_token": tokens["refresh_token"],
        }
        answer = fetch(f"{endpoint}/oauth2/token", "POST", urlencode(again).encode(), form)
        assert answer.status == 200
        payload = answer.json["access_token"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=="))

    assert refreshed(guarded)["tenant"] == "minato-shoji"
    assert "tenant" not in refreshed(bare), no_longer_needed("refreshed_tokens")
