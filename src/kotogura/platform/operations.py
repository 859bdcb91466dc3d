"""How a route describes itself for the OpenAPI document, in the call that declares it."""

from typing import Any

from kotogura.errors import KotoguraError, PermissionDenied
from kotogura.platform.http import admins_only
from kotogura.tenants.roles import Role

PROBLEMS = "x-problems"
"""Codes of the problems that an operation answers beside those that every operation may."""
ROLE = "x-role"
"""The role that an operation wants, where not every user of the tenant may ask for it."""


def operation(
    operation_id: str,
    tag: str,
    summary: str,
    *problems: type[KotoguraError],
    description: str | None = None,
    answer: str = "Done.",
    status: int = 200,
    body: dict[str, Any] | None = None,
    role: Role = Role.MEMBER,
) -> dict[str, Any]:
    """Return keywords for Powertools' `app.get` and its like.

    Args:
        operation_id: the operation's name for generated clients, in camel case.
        tag: one of `kotogura.platform.openapi.TAGS`.
        summary: one line.
        problems: errors that only some operations answer; those of every operation go unsaid.
        description: more, as Markdown.
        answer: what a success brings.
        status: the success's HTTP status.
        body: the request's body, as OpenAPI describes it, where it is no JSON of a model.
        role: the least role that may ask for it; a member is refused what wants an admin.

    >>> operation("listThings", "Things", "List things", answer="A page.")["status_code"]
    200
    """
    extensions: dict[str, Any] = {PROBLEMS: [error.code for error in problems]}
    if body:
        extensions["requestBody"] = body
    if role is Role.ADMIN:
        extensions[ROLE] = role.value
        extensions[PROBLEMS].append(PermissionDenied.code)
    return {
        "operation_id": operation_id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "response_description": answer,
        "status_code": status,
        "openapi_extensions": extensions,
        "middlewares": [admins_only] if role is Role.ADMIN else [],
    }
