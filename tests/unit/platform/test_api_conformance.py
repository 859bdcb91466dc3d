"""Whatever a request looks like, the API answers as its OpenAPI document says, and never 5xx."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
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
from kotogura.platform.service.wsgi import wsgi_application
from tests.memory.gateway import Gateway
from tests.memory.library import Library

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


schema = schemathesis.openapi.from_dict(
    json.loads(committed()),
    config=SchemathesisConfig.from_dict(
        {
            "generation": {"deterministic": True, "with-security-parameters": False},
            "phases": {"coverage": {"unexpected-methods": []}},
        }
    ),
)

served: list[Gateway] = []


def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer by the gateway that the module's fixture makes; it comes after the collection."""
    return wsgi_application(served[0].service)(environ, start)


schema.app = answer


@pytest.fixture(scope="module", autouse=True)
def _api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Put the functions behind the document, over a library with two documents and a model."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"):
            patch.setenv(name, "test")
        library = Library(tmp_path_factory.mktemp("api"))
        library.upload("rules/旅費規程.txt", "空港 まで の 日当 は 精算 する", "旅費規程")
        library.upload("rules/休暇規程.txt", "有給 休暇 は 前日 まで に 申請 する", "休暇規程")
        library.promote("first")
        served[:] = [Gateway(library)]
        yield


@schema.parametrize()
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_document_knows(case: Any) -> None:
    case.call_and_validate(checks=CHECKS)
