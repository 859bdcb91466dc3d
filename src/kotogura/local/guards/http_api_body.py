"""Guard: an HTTP API's routes, integrations, authorizers and CORS are made from its `Body`.

SAM writes an HTTP API as one OpenAPI document in `Body`, which MiniStack ignores: every path
answered 404.
"""

import json
from typing import Any

from ministack.services import apigateway

from kotogura.local.guards.private_names import private, resource_handler

_METHOD_OF_ANY = "x-amazon-apigateway-any-method"
_AUTHORIZER_TYPES = {"jwt": ("JWT", "JWT"), "request": ("REQUEST", "CUSTOM")}


def install() -> None:
    """Import the body after each creation and update of an `AWS::ApiGatewayV2::Api`."""
    for name in (
        "_apis",
        "_routes",
        "_integrations",
        "_authorizers",
        "_create_authorizer",
        "_create_integration",
        "_create_route",
    ):
        private(apigateway, name)
    handler = resource_handler("AWS::ApiGatewayV2::Api")
    create, update = handler["create"], handler["update"]

    def create_with_body(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        created = create(logical_id, properties, stack_name)
        _import_body(created[0], properties)
        return created

    def update_with_body(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], *names: str
    ) -> Any:
        updated = update(physical_id, old, new, *names)
        _import_body(updated[0], new)
        return updated

    handler["create"], handler["update"] = create_with_body, update_with_body


def _import_body(api_id: str, properties: dict[str, Any]) -> None:
    body = properties.get("Body")
    if not isinstance(body, dict):
        return
    for store in (apigateway._routes, apigateway._integrations, apigateway._authorizers):
        store[api_id] = {}
    if cors := body.get("x-amazon-apigateway-cors"):
        apigateway._apis[api_id]["corsConfiguration"] = cors
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    authorizers = {name: _authorizer(api_id, name, scheme) for name, scheme in schemes.items()}
    for path, methods in (body.get("paths") or {}).items():
        for method, operation in methods.items():
            if "x-amazon-apigateway-integration" in operation:
                _route(api_id, path, method, operation, authorizers)


def _authorizer(api_id: str, name: str, scheme: dict[str, Any]) -> tuple[str, str]:
    declared = scheme.get("x-amazon-apigateway-authorizer") or {}
    authorizer_type, route_type = _AUTHORIZER_TYPES[declared.get("type", "jwt")]
    source = declared.get("identitySource", "$request.header.Authorization")
    created = _created(
        apigateway._create_authorizer(
            api_id,
            {
                **declared,
                "name": name,
                "authorizerType": authorizer_type,
                "identitySource": [source] if isinstance(source, str) else source,
            },
        )
    )
    return created["authorizerId"], route_type


def _route(
    api_id: str,
    path: str,
    method: str,
    operation: dict[str, Any],
    authorizers: dict[str, tuple[str, str]],
) -> None:
    declared = operation["x-amazon-apigateway-integration"]
    integration = _created(
        apigateway._create_integration(
            api_id,
            {
                "integrationType": declared.get("type", "aws_proxy").upper(),
                "integrationUri": _function_arn(declared.get("uri", "")),
                "payloadFormatVersion": declared.get("payloadFormatVersion", "2.0"),
            },
        )
    )
    verb = "ANY" if method == _METHOD_OF_ANY else method.upper()
    route: dict[str, Any] = {
        "routeKey": "$default" if path.strip("/") == "$default" else f"{verb} {path}",
        "target": f"integrations/{integration['integrationId']}",
    }
    for requirement in operation.get("security") or []:
        for name, scopes in requirement.items():
            if name in authorizers:
                authorizer_id, route_type = authorizers[name]
                route["authorizerId"], route["authorizationType"] = authorizer_id, route_type
                route["authorizationScopes"] = scopes
    _created(apigateway._create_route(api_id, route))


def _function_arn(uri: str) -> str:
    """The function's own ARN out of API Gateway's invocation path."""
    if "/functions/" not in uri:
        return uri
    return uri.split("/functions/", 1)[1].removesuffix("/invocations")


def _created(answer: tuple[int, Any, bytes]) -> dict[str, Any]:
    status, _, body = answer
    if status >= 400:
        raise ValueError(f"the API's Body cannot be imported: {body.decode()}")
    made: dict[str, Any] = json.loads(body)
    return made
