"""HTTP: one resolver for each function, its errors as problems, its tenant from the token alone."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any
from urllib.parse import quote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.utilities.typing import LambdaContext

from kotogura.errors import (
    Internal,
    InvalidArgument,
    InvalidTenantId,
    Kind,
    KotoguraError,
    NotFound,
    PermissionDenied,
    Unauthenticated,
)
from kotogura.platform.metrics import REQUEST_FAILURES
from kotogura.platform.problems import problem
from kotogura.platform.request_body import with_json_body
from kotogura.platform.telemetry import Event, Handler, Telemetry, where_raised
from kotogura.platform.tenant_session import acting_for
from kotogura.tenants.identity import TenantId
from kotogura.tenants.roles import Role

Limit = Annotated[int, Query(ge=1, le=100, description="how many hits, 1 to 100")]
DocumentIdInPath = Annotated[str, Path(description="a document's id", pattern="^[a-z2-7]{26}$")]

_OURS = (Kind.INTERNAL, Kind.UNAVAILABLE, Kind.TIMEOUT)


def _to_json(body: Any) -> str:
    """Return JSON that people can read, and half as large as with every kanji escaped."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def refused(error: KotoguraError, telemetry: Telemetry) -> Response[str]:
    """Return the answer that tells about `error`, which is logged, and counted if it is ours."""
    log = telemetry.logger.error if error.kind is Kind.INTERNAL else telemetry.logger.info
    log("request refused", extra={"code": error.code, "kind": error.kind})
    if error.kind in _OURS:
        telemetry.add(REQUEST_FAILURES, 1, code=error.code)
    return problem(error)


def make_resolver(telemetry: Telemetry) -> APIGatewayHttpResolver:
    """Return a resolver that validates input and answers every failure as a problem."""
    app = APIGatewayHttpResolver(enable_validation=True, serializer=_to_json)

    def refuse(error: KotoguraError) -> Response[str]:
        return refused(error, telemetry)

    def refuse_invalid(error: RequestValidationError) -> Response[str]:
        return refuse(InvalidArgument(f"correct these parameters: {_wrong_places(error)}"))

    def refuse_unknown(_: Exception) -> Response[str]:
        return refuse(NotFound("there is no such route"))

    def fail(error: Exception) -> Response[str]:
        telemetry.logger.error("request failed", extra={"raised": where_raised(error)})
        telemetry.add(REQUEST_FAILURES, 1, code=Internal.code)
        return problem(KotoguraError("something broke on our side; the log has it"))

    app.exception_handler(KotoguraError)(refuse)
    app.exception_handler(RequestValidationError)(refuse_invalid)
    app.exception_handler(Exception)(fail)
    app.not_found(refuse_unknown)
    return app


def _wrong_places(error: RequestValidationError) -> str:
    """Return where the input is wrong and why, each place once; nothing of what was sent."""
    told: dict[str, str] = {}
    for entry in error.errors():
        told.setdefault(".".join(str(part) for part in entry["loc"]), entry["msg"])
    return ", ".join(f"{place} ({told[place]})" for place in sorted(told))


def current_tenant(app: APIGatewayHttpResolver) -> TenantId:
    """Return the tenant that the request's verified token names.

    API Gateway has checked signature, issuer, audience and expiry before a function runs, and puts
    the claims beside the request; nothing in path, body or headers is looked at.

    Raises:
        Unauthenticated: when the token names no tenant.
    """
    return claimed_tenant(_claims(app))


def claimed_tenant(claims: Mapping[str, Any]) -> TenantId:
    """Return the tenant that a verified token's claims name.

    Raises:
        Unauthenticated: when they name none.
    """
    tenant = claims.get("tenant")
    if not tenant:
        raise Unauthenticated("the token names no tenant; sign in as a tenant's user")
    return TenantId(tenant)


def admins_only(app: APIGatewayHttpResolver, go_on: NextMiddleware) -> Response[Any]:
    """Let a request through whose verified token names an admin.

    Raises:
        PermissionDenied: for every other.
    """
    if Role.of(_claims(app).get("role")) is not Role.ADMIN:
        raise PermissionDenied("only an admin of the tenant may do this; ask one")
    return go_on(app)


def verified_claims(event: Event) -> dict[str, Any]:
    """Return the claims that API Gateway put beside a request; none where it put none."""
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    claims: dict[str, Any] = (authorizer.get("jwt") or {}).get("claims") or {}
    return claims


def _claims(app: APIGatewayHttpResolver) -> dict[str, Any]:
    authorizer: Any = app.current_event.request_context.authorizer
    return (authorizer.jwt_claim or {}) if authorizer else {}


def _acting_for_claimed(claims: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Return what lets a request act for the tenant of its verified token, and for no other.

    A request without one, or with a wrong one, can act for nobody; `current_tenant` refuses it
    wherever a tenant is needed.
    """
    try:
        return acting_for(TenantId(claims.get("tenant", "")))
    except InvalidTenantId:
        return nullcontext()


def _hold_to_environment(event: Event, context: LambdaContext) -> None:
    """Refuse a request in an execution environment that Lambda keeps for another tenant.

    Raises:
        PermissionDenied: whoever invoked the function named one tenant, the token another.
    """
    kept_for = getattr(context, "tenant_id", None)
    if kept_for is not None and kept_for != verified_claims(event).get("tenant"):
        raise PermissionDenied("this environment is kept for another tenant")


def _with_plain_path(event: Event) -> Event:
    """Return the event with its path percent-encoded, as far as it isn't.

    Powertools matches no route by a path that holds a sign outside its own list: the similar words
    of 東京・大阪 would be an unknown route. Routes decode what they are given.
    """
    if "rawPath" not in event:
        return event
    path = event["rawPath"].encode("utf-8", "replace")
    return {**event, "rawPath": quote(path, safe="/%")}


def lambda_answer(response: Response[str]) -> dict[str, Any]:
    """Return what Lambda hands to API Gateway, for an answer that no resolver gives."""
    headers = {"Content-Type": response.content_type or "", **response.headers}
    return {
        "statusCode": response.status_code,
        "headers": {name: str(value) for name, value in headers.items()},
        "body": response.body,
        "isBase64Encoded": False,
    }


def api_handler(app: APIGatewayHttpResolver, telemetry: Telemetry) -> Handler:
    """Return the Lambda handler that serves `app`, logged and measured.

    The query string is not logged: it holds what people search for.
    """

    def handle(event: Event, context: LambdaContext) -> dict[str, Any]:
        try:
            _hold_to_environment(event, context)
            readable = with_json_body(_with_plain_path(event))
        except KotoguraError as error:
            return lambda_answer(refused(error, telemetry))
        claims = verified_claims(event)
        telemetry.identify(claims)
        with _acting_for_claimed(claims):
            return app.resolve(readable, context)

    return telemetry.observed(handle)
