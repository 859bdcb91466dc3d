"""The API's description: `GET /openapi.json` for programs, `GET /docs` for people.

Both are the same for everybody and hold nothing of a tenant, so they need no token.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from kotogura.platform.documentation_page import CONTENT_SECURITY_POLICY, page
from kotogura.platform.operations import operation

_CACHED = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}


def add_documentation(app: APIGatewayHttpResolver) -> None:
    """Let `app` answer both routes."""

    @app.get("/openapi.json", **_open("getOpenApi", "Read this document", "application/json"))
    def openapi() -> Response[str]:
        return Response(200, "application/json", committed(), headers=dict(_CACHED))

    @app.get("/docs", **_open("getDocs", "Read this document as a page", "text/html"))
    def docs() -> Response[str]:
        headers = {**_CACHED, "Content-Security-Policy": CONTENT_SECURITY_POLICY}
        return Response(200, "text/html; charset=utf-8", _page(), headers=headers)


@cache
def committed() -> str:
    """Return the OpenAPI document that belongs to this code, as JSON."""
    return files("kotogura.platform").joinpath("openapi.json").read_text("utf-8")


@cache
def _page() -> str:
    return page(json.loads(committed()))


def _open(operation_id: str, summary: str, media_type: str) -> dict[str, Any]:
    """Describe a route that needs no token and answers a document as it is."""
    made = operation(operation_id, "Documentation", summary)
    schema = {"type": "object" if media_type == "application/json" else "string"}
    content = {media_type: {"schema": schema}}
    return made | {
        "responses": {200: {"description": "The document.", "content": content}},
        "openapi_extensions": {**made["openapi_extensions"], "security": []},
        "enable_validation": False,
    }
