"""Before isolated searches: each is made for the tenant of the verified token, and no other."""

import io
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from kotogura.platform.handlers.isolated_search import isolated_search_handler

ANSWER = {"statusCode": 200, "headers": {}, "body": '{"hits": []}', "isBase64Encoded": False}


class Lambda:
    """Takes calls of one function, and answers as it is told to."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.payload: Any = ANSWER
        self.error: Exception | None = None
        self.broke = False

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.calls.append(call)
        if self.error is not None:
            raise self.error
        response: dict[str, Any] = {"Payload": io.BytesIO(json.dumps(self.payload).encode())}
        return response | ({"FunctionError": "Unhandled"} if self.broke else {})


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Lambda:
    stand_in = Lambda()
    monkeypatch.setattr(boto3, "client", lambda *_, **__: stand_in)
    monkeypatch.setenv("KOTOGURA_TABLE", "table")
    monkeypatch.setenv("KOTOGURA_ISOLATED_SEARCH", "isolated:live")
    return stand_in


def request(**claims: str) -> dict[str, Any]:
    return {
        "rawPath": "/search",
        "rawQueryString": "q=%E7%A9%BA%E6%B8%AF",
        "headers": {"x-amz-tenant-id": "hoshino-denki"},
        "requestContext": {"authorizer": {"jwt": {"claims": claims}}},
    }


def test_a_search_is_passed_on_as_it_is_for_the_tokens_tenant(
    functions: Lambda, context: Any
) -> None:
    asked = request(tenant="minato-shoji")
    assert isolated_search_handler()(asked, context) == ANSWER
    [call] = functions.calls
    assert call["TenantId"] == "minato-shoji"
    assert call["FunctionName"] == "isolated:live"
    assert json.loads(call["Payload"]) == asked


@pytest.mark.parametrize("claims", [{}, {"tenant": ""}, {"tenant": "../hoshino"}], ids=str)
def test_without_a_tenant_nothing_is_called(
    functions: Lambda, context: Any, claims: dict[str, str]
) -> None:
    answered = isolated_search_handler()(request(**claims), context)
    assert answered["statusCode"] in (400, 401)
    assert answered["headers"]["Content-Type"] == "application/problem+json"
    assert not functions.calls


def test_what_lambda_refuses_may_be_tried_again(functions: Lambda, context: Any) -> None:
    refusal = {"Error": {"Code": "TooManyRequestsException"}}
    for error in (
        ClientError(refusal, "Invoke"),
        ReadTimeoutError(endpoint_url="https://lambda.us-east-1.amazonaws.com"),
    ):
        functions.error = error
        answered = isolated_search_handler()(request(tenant="minato-shoji"), context)
        assert answered["statusCode"] == 503
        assert answered["headers"]["Retry-After"]


def test_a_function_that_broke_shows_nothing_of_why(functions: Lambda, context: Any) -> None:
    functions.broke = True
    functions.payload = {"errorType": "KeyError", "errorMessage": "空港の日当"}
    answered = isolated_search_handler()(request(tenant="minato-shoji"), context)
    assert answered["statusCode"] == 500
    assert "空港" not in json.dumps(answered, ensure_ascii=False)
