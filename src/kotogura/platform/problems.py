"""Errors as HTTP answers: RFC 9457 `application/problem+json`, one shape for every failure."""

import json
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from kotogura.errors import Kind, KotoguraError

MEDIA_TYPE = "application/problem+json"

_STATUS = {
    Kind.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Kind.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Kind.UNPROCESSABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Kind.TIMEOUT: HTTPStatus.GATEWAY_TIMEOUT,
    Kind.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}
_RETRY_AFTER_SECONDS = {Kind.RATE_LIMITED: "5", Kind.UNAVAILABLE: "2"}


def problem(error: KotoguraError) -> Response[str]:
    """Return the answer that tells a client about `error`, with Retry-After where a retry helps."""
    status = _STATUS[error.kind]
    headers = {"Cache-Control": "no-store"}
    if error.kind in _RETRY_AFTER_SECONDS:
        headers["Retry-After"] = _RETRY_AFTER_SECONDS[error.kind]
    body = {
        "type": f"urn:kotogura:problem:{error.code}",
        "title": status.phrase,
        "status": int(status),
        "detail": error.detail,
        "code": error.code,
    }
    return Response(
        status_code=int(status),
        content_type=MEDIA_TYPE,
        body=json.dumps(body, ensure_ascii=False),
        headers=dict(headers),
    )
