"""Errors as HTTP answers: RFC 9457 `application/problem+json`, one shape for every failure."""

import json
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, Field

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
_RETRY_AFTER = {Kind.RATE_LIMITED: "5", Kind.UNAVAILABLE: "2"}
RETRY_AFTER_SECONDS = {int(_STATUS[kind]): seconds for kind, seconds in _RETRY_AFTER.items()}
"""Answers that tell when a retry helps, by status."""


class Problem(BaseModel):
    """Why a request failed (RFC 9457); `code` is stable, `detail` names the remedy."""

    type: str = Field(description="`urn:kotogura:problem:` and the code")
    title: str = Field(description="the status's name")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="one line for a person")
    code: str = Field(description="what programs decide by")
    column: int | None = Field(
        None, description="where a query's syntax is broken, in code points from 1"
    )


def status_of(kind: Kind) -> int:
    """Return the HTTP status of a kind of failure."""
    return int(_STATUS[kind])


def problem(error: KotoguraError) -> Response[str]:
    """Return the answer that tells a client about `error`, with Retry-After where a retry helps."""
    status = _STATUS[error.kind]
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif error.kind in _RETRY_AFTER:
        headers["Retry-After"] = _RETRY_AFTER[error.kind]
    body = {
        "type": f"urn:kotogura:problem:{error.code}",
        "title": status.phrase,
        "status": int(status),
        "detail": error.detail,
        "code": error.code,
        **error.members,
    }
    return Response(
        status_code=int(status),
        content_type=MEDIA_TYPE,
        body=json.dumps(body, ensure_ascii=False),
        headers=dict(headers),
    )
