"""One OpenAPI 3.1 document of the whole API, generated from the typed routes of both functions.

What it makes is committed as `openapi.json` beside this module, so that the function that serves it
needs neither the routes of the other one nor what those import.
"""

import json
from pathlib import Path
from typing import Any, cast

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

import kotogura
from kotogura import errors
from kotogura.platform.manage_api import Managed, manage_api
from kotogura.platform.operations import PROBLEMS
from kotogura.platform.problems import MEDIA_TYPE, RETRY_AFTER_SECONDS, Problem, status_of
from kotogura.platform.search_api import search_api
from kotogura.platform.telemetry import Telemetry

COMMITTED = Path(__file__).with_name("openapi.json")
REMEDY = "run `make openapi` and commit src/kotogura/platform/openapi.json"
TAGS = {
    "Search": "Find documents and words, by word and by meaning.",
    "Documents": "Upload, list and delete documents.",
    "Settings": "What a tenant decides about its search.",
    "Trainings": "Fine-tune the tenant's own model.",
    "Operations": "What the workflows did, for admins.",
    "Documentation": "This document. Needs no token.",
}
_ANY = (
    errors.InvalidArgument,
    errors.InvalidTenantId,
    errors.Unauthenticated,
    errors.TenantErased,
    errors.Throttled,
    errors.Unavailable,
    errors.StoreUnavailable,
    errors.IndexLost,
    errors.ModelLost,
    errors.CommitConflict,
    errors.Internal,
    errors.CorruptIndex,
    errors.CorruptModel,
    errors.AnalyzerMismatch,
)
_DESCRIPTION = """\
Every route but the documentation's wants an access token of the user pool. The token's claim
`tenant` decides whose documents are meant; nothing in path, query or body does.

Answers are JSON. Every failure of a function is `application/problem+json` (RFC 9457), and its
`code` is stable. What the gateway refuses by itself has its own form, `{"message": …}`: 401 without
a valid token, 404 for an unknown path, 429 above the rate limit.

Offsets count Unicode code points of the document's body or title, `[start, end)`."""
_SERVERS = [
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com",
        "description": "In an AWS account: the stack's output `ApiUrl`",
        "variables": {
            "api": {"default": "api", "description": "the API's id"},
            "region": {"default": "ap-northeast-1"},
        },
    },
    {
        "url": "http://127.0.0.1:{port}/_aws/execute-api/{api}",
        "description": "The local stack: what `kotogura status` shows",
        "variables": {
            "api": {"default": "api", "description": "the API's id"},
            "port": {"default": "4566"},
        },
    },
]
_TOKEN = "TenantToken"  # noqa: S105 — the scheme's name
_MESSAGE = {
    "title": "GatewayMessage",
    "description": "What the gateway refuses by itself.",
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": ["string", "null"], "title": "Message"}},
}
_REFUSED_BY_GATEWAY = (400, 401, 403, 404, 429, 503)
_SCHEMAS = "#/components/schemas/"
_Errors = tuple[type[errors.KotoguraError], ...]


def document() -> dict[str, Any]:
    """Return the document; equal code gives equal documents, in the same order.

    Raises:
        ValueError: when two routes, or two models of one name, differ.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {
        "GatewayMessage": _MESSAGE,
        "Problem": Problem.model_json_schema(),
    }
    for resolver, more in _resolvers():
        made = _schema_of(resolver)
        for path, item in made["paths"].items():
            for method, described in item.items():
                _add(paths.setdefault(path, {}), method, _finished(described, more), path)
        for name, schema in made.get("components", {}).get("schemas", {}).items():
            _add(schemas, name, schema, "the models")
    used = _reached(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kotogura",
            "summary": "Search Japanese documents by word and by meaning",
            "description": _DESCRIPTION,
            "version": kotogura.__version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": _SERVERS,
        "security": [{_TOKEN: []}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "schemas": {name: schemas[name] for name in sorted(used)},
            "securitySchemes": {
                _TOKEN: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of the user pool; `kotogura token` prints one.",
                }
            },
        },
    }


def rendered() -> str:
    """Return the document as it is committed."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def _resolvers() -> list[tuple[APIGatewayHttpResolver, _Errors]]:
    """Return both functions' routes, and what all of either may answer beside `_ANY`.

    Nothing is called, so nothing needs to be there.
    """
    nothing = cast("Any", None)
    telemetry = Telemetry()
    return [
        (search_api(nothing, nothing, telemetry), (errors.TooManySearches,)),
        (manage_api(Managed(**dict.fromkeys(Managed.__slots__, nothing)), telemetry), ()),
    ]


def _schema_of(resolver: APIGatewayHttpResolver) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(
        resolver.get_openapi_json_schema(title="Kotogura", openapi_version="3.1.0")
    )
    return made


def _add(place: dict[str, Any], name: str, value: Any, where: str) -> None:
    if place.setdefault(name, value) != value:
        raise ValueError(f"{name} of {where} is declared twice, and differently; rename one")


def _reached(paths: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    """Return the models that the operations name, and those that these name in turn.

    Powertools adds its own shape of a refusal, which no answer of ours has.
    """
    found: set[str] = set()
    waiting: list[Any] = [paths]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix(_SCHEMAS)
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting.extend(node.values())
    return found


def _finished(described: dict[str, Any], more: _Errors) -> dict[str, Any]:
    """Return an operation with the problems it may answer in place of Powertools' own 422."""
    made = {key: value for key, value in described.items() if key != PROBLEMS}
    if PROBLEMS not in described:
        raise ValueError(f"describe {made['summary']} by `kotogura.platform.operations.operation`")
    is_open = made.get("security") == []
    by_code = {error.code: error for error in _tree(errors.KotoguraError)}
    raised = [by_code[code] for code in described[PROBLEMS]]
    is_below = any(one["in"] == "path" for one in made.get("parameters", ()))
    raised += [errors.NotFound] if is_below else []
    answers = {status: answer for status, answer in made["responses"].items() if int(status) < 400}
    made["responses"] = answers if is_open else answers | _problems([*_ANY, *more, *raised])
    if "requestBody" in made and not is_open:
        made["responses"] |= _problems([errors.UnsupportedMediaType, *raised], {415})
    return made


def _problems(
    raised: list[type[errors.KotoguraError]], only: set[int] | None = None
) -> dict[str, Any]:
    """Return the answers that tell of the errors in `raised`, by status."""
    codes: dict[int, set[str]] = {}
    for error in raised:
        codes.setdefault(status_of(error.kind), set()).add(error.code)
    return {
        str(status): _answer(status, sorted(codes[status]))
        for status in sorted(codes)
        if only is None or status in only
    }


def _answer(status: int, codes: list[str]) -> dict[str, Any]:
    content: dict[str, Any] = {
        MEDIA_TYPE: {
            "schema": {
                "allOf": [
                    {"$ref": _SCHEMAS + "Problem"},
                    {"properties": {"code": {"enum": codes}, "status": {"const": status}}},
                ]
            }
        }
    }
    if status in _REFUSED_BY_GATEWAY:
        content["application/json"] = {"schema": {"$ref": _SCHEMAS + "GatewayMessage"}}
    made: dict[str, Any] = {
        "description": "Problem: " + ", ".join(f"`{code}`" for code in codes),
        "content": content,
    }
    if status in RETRY_AFTER_SECONDS:
        made["headers"] = {
            "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}
        }
    return made


def _tree(error: type[errors.KotoguraError]) -> list[type[errors.KotoguraError]]:
    return [error, *(below for one in error.__subclasses__() for below in _tree(one))]
