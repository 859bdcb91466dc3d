"""How a route describes itself for the OpenAPI document, in the call that declares it."""

from typing import Any

from kotogura.errors import KotoguraError

PROBLEMS = "x-problems"
"""Codes of the problems that an operation answers beside those that every operation may."""


def operation(
    operation_id: str,
    tag: str,
    summary: str,
    *problems: type[KotoguraError],
    description: str | None = None,
    answer: str = "Done.",
    status: int = 200,
    body: dict[str, Any] | None = None,
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

    >>> operation("listThings", "Things", "List things", answer="A page.")["status_code"]
    200
    """
    return {
        "operation_id": operation_id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "response_description": answer,
        "status_code": status,
        "openapi_extensions": {PROBLEMS: [error.code for error in problems]}
        | ({"requestBody": body} if body else {}),
    }
