"""The HTTP API in memory: a WSGI application over the handlers of both functions.

It does what API Gateway does between a client and a function, as far as a request can tell: routes
by method and path, joins repeated parameters by commas, and answers `{"message": …}` where no route
fits. It checks no token: the claims are the tenant's own.
"""

import base64
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from kotogura.documents.identity import document_key
from kotogura.platform.executions import Executions
from kotogura.platform.http import api_handler
from kotogura.platform.manage_api import Managed, manage_api
from kotogura.platform.model_workflow import ModelWorkflow
from kotogura.platform.reindex_workflow import DictionaryWorkflow
from kotogura.platform.search_api import search_api
from kotogura.platform.telemetry import Handler, Telemetry
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.platform.uploads import BucketUploads
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRecord
from tests.memory.functions import UpkeepOf
from tests.memory.library import Library
from tests.memory.multipart import MemoryMultipart
from tests.memory.sentences import sudachi_sentences
from tests.memory.tenants import MemoryTenants, MemoryTrainings
from tests.memory.texts import MemoryTexts
from tests.memory.usage import MemoryUsage


@dataclass
class Context:
    """What Lambda tells a handler about the call."""

    function_name: str = "kotogura"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:kotogura"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"


class _Workflows:
    """Stands for Step Functions: what is started runs for ever."""

    def start_execution(self, **named: Any) -> dict[str, str]:
        return {"executionArn": f"arn:aws:states:us-east-1:123456789012:execution:{named['name']}"}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 — boto3's name
        name = executionArn.rpartition(":")[2]
        return {"status": "RUNNING", "name": name, "startDate": datetime.now(UTC), "input": "{}"}

    def list_executions(self, **_: Any) -> dict[str, Any]:
        return {"executions": []}


class _Bucket:
    """Stands for the documents bucket where `manage` needs it; what it removes stays."""

    def upload_url(self, tenant: TenantId, name: str, size_bytes: int, *_: Any, **__: Any) -> str:
        return f"https://example.com/{document_key(tenant, name)}?length={size_bytes}"

    def exists(self, *_: Any) -> bool:
        return True

    def download_url(self, tenant: TenantId, name: str) -> str:
        return f"https://example.com/{tenant}/documents/{name}"

    def remove(self, tenant: TenantId, name: str) -> None:
        """Do nothing."""


def _pattern(path: str) -> re.Pattern[str]:
    """Return what matches a path whose parameters stand in braces."""
    literals = re.split(r"{\w+}", path)
    return re.compile("[^/]+".join(re.escape(literal) for literal in literals))


class Gateway:
    """The API over one library."""

    def __init__(self, library: Library, role: str | None = "admin") -> None:
        self.claims = {"tenant": library.tenant, "role": role}
        self.context = Context()
        telemetry = Telemetry()
        tenants = MemoryTenants()
        tenants.create(TenantRecord(library.tenant, "港商事"))
        workflow: Any = _Workflows()
        trainings = TrainingWorkflow(MemoryTrainings(), tenants, workflow, "arn:workflow")
        arn = "arn:aws:states:us-east-1:123456789012:stateMachine:reindex"
        dictionaries = DictionaryWorkflow(MemoryTexts(), workflow, arn)
        bucket: Any = _Bucket()
        parts: Any = MemoryMultipart()
        apps = (
            search_api(library.service(), sudachi_sentences(), telemetry),
            manage_api(
                Managed(
                    originals=bucket,
                    uploads=BucketUploads(parts, "kotogura-documents"),
                    ledger=library.ledger,
                    trainings=trainings,
                    synonyms=MemoryTexts(),
                    dictionaries=dictionaries,
                    models=ModelWorkflow(UpkeepOf(library), "upkeep", workflow, "arn:compact"),
                    usage=MemoryUsage(),
                    tenants=tenants,
                    executions=Executions(workflow, {"reindex": arn}),
                ),
                telemetry,
            ),
        )
        self._routes: dict[tuple[str, re.Pattern[str]], Handler] = {
            (method.upper(), _pattern(path)): api_handler(app, telemetry)
            for app in apps
            for path, item in json.loads(app.get_openapi_json_schema())["paths"].items()
            for method in item
        }

    def request(
        self,
        method: str,
        path: str,
        query: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return what the function, or the gateway itself, answers."""
        for (verb, pattern), handler in self._routes.items():
            if verb == method and pattern.fullmatch(path):
                event = self._event(method, path, query, body, headers or {})
                return handler(event, self.context)  # type: ignore[arg-type]
        return {
            "statusCode": 404,
            "headers": {"content-type": "application/json"},
            "body": '{"message":"Not Found"}',
        }

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        """Answer a WSGI request."""
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        answer = self.request(environ["REQUEST_METHOD"], path, query, body, headers)
        status = HTTPStatus(answer["statusCode"])
        start(f"{status.value} {status.phrase}", [*answer["headers"].items()])
        return [(answer.get("body") or "").encode()]

    def _event(
        self,
        method: str,
        path: str,
        query: Iterable[tuple[str, str]],
        body: bytes,
        headers: Mapping[str, str],
    ) -> dict[str, Any]:
        query = list(query)
        parameters: dict[str, list[str]] = {}
        for name, value in query:
            parameters.setdefault(name, []).append(value)
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": urlencode(query, errors="surrogatepass"),
            "headers": dict(headers),
            "requestContext": {
                "accountId": "123456789012",
                "authorizer": {"jwt": {"claims": self.claims, "scopes": None}},
                "domainName": "api.example.com",
                "http": {"method": method, "path": path, "sourceIp": "192.0.2.10"},
                "requestId": "JKJaXmPLvHcESHA=",
                "stage": "$default",
                "timeEpoch": int(time.time() * 1000),
            },
            "isBase64Encoded": False,
        }
        if parameters:
            event["queryStringParameters"] = {
                name: ",".join(values) for name, values in parameters.items()
            }
        if body:
            try:
                event["body"] = body.decode()
            except UnicodeDecodeError:
                event["body"] = base64.b64encode(body).decode()
                event["isBase64Encoded"] = True
        return event
