"""Every platform answers as the OpenAPI document says, whatever it is asked."""

import json
from typing import Any

import pytest
import schemathesis
import urllib3
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kotogura.platform.documentation import committed
from tests.integration.conftest import HOSHINO, RunningSystem

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

EXAMPLES = 8
schema = schemathesis.openapi.from_dict(
    json.loads(committed()),
    config=SchemathesisConfig.from_dict(
        {
            "generation": {"deterministic": True, "with-security-parameters": False},
            "phases": {"coverage": {"enabled": False}},
        }
    ),
)


@pytest.fixture(scope="module")
def token(system: RunningSystem) -> str:
    return system.accounts.token(HOSHINO)


@pytest.fixture(scope="module")
def takes_any_bytes() -> bool:
    """Tell whether the platform hands on a body that is no UTF-8."""
    return True


# Workflows are not started here: one that ran would be in the way of the other tests.
@(
    schema.exclude(method="POST", path="/trainings")
    .exclude(method="POST", path="/reindex")
    .exclude(method="PUT", path="/schedule")
    .exclude(method="PUT", path="/dictionary")
    .exclude(method="POST", path="/model/rollback")
    .parametrize()
)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_document_knows(
    case: Any, platform: str, token: str, takes_any_bytes: bool
) -> None:
    assume(takes_any_bytes or not isinstance(case.body, bytes))
    case.call_and_validate(
        base_url=platform,
        headers={"Authorization": f"Bearer {token}"},
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_headers_conformance,
            response_schema_conformance,
            negative_data_rejection,
        ],
    )


def test_only_the_documentation_is_open(platform: str) -> None:
    for path, operations in json.loads(committed())["paths"].items():
        for method, operation in operations.items():
            url = platform + path.replace("{", "").replace("}", "")
            answer = urllib3.request(method.upper(), url, retries=False)
            is_open = operation.get("security") == []
            assert answer.status == (200 if is_open else 401), f"{method} {path}"


def test_the_document_that_is_served_is_the_committed_one(platform: str) -> None:
    answer = urllib3.request("GET", f"{platform}/openapi.json")
    assert answer.data.decode() == committed()
    page = urllib3.request("GET", f"{platform}/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
