"""Who may ask for what: the guide's table, the OpenAPI document and the functions agree."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from kotogura.platform.documentation import committed
from tests.memory.gateway import Gateway
from tests.memory.library import Library
from tests.unit.platform.conftest import ROOT


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in json.loads(committed())["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def nameless(route: str) -> str:
    return re.sub(r"{\w+}", "{}", route)


def told_in_the_guide() -> dict[str, str]:
    """What each route wants, by the table under `### Roles`."""
    guide = (ROOT / "docs/guide.md").read_text("utf-8")
    section = guide.partition("### Roles\n")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| `(admin|member)` \|(.*)\|$", section, re.MULTILINE)
    routes: dict[str, str] = {}
    for role, row in rows:
        routes |= {nameless(route): role for route in re.findall(r"`([A-Z]+ /[^`]*)`", row)}
    return routes


ROUTES = {
    nameless(route): operation.get("x-role", "member")
    for route, operation in operations()
    if operation.get("security") != []
}


def asked(gateway: Gateway, route: str) -> dict[str, Any]:
    """The answer to the sample event that is meant for `route`."""
    for file in sorted((ROOT / "events").glob("*.json")):
        event = json.loads(file.read_text("utf-8"))
        if nameless(event.get("routeKey", "")) == route:
            http = event["requestContext"]["http"]
            query = event.get("queryStringParameters", {}).items()
            body = event.get("body", "").encode()
            return gateway.request(http["method"], http["path"], query, body, event["headers"])
    raise LookupError(route)


def test_the_guides_table_is_the_routes() -> None:
    assert told_in_the_guide() == ROUTES


@pytest.mark.parametrize("role", ["member", "nobody-knows", None])
@pytest.mark.parametrize("route", ROUTES)
def test_a_member_is_refused_what_an_admin_may(
    library: Library, route: str, role: str | None
) -> None:
    answer = asked(Gateway(library, role), route)
    if ROUTES[route] == "member":
        assert answer["statusCode"] != 403
    else:
        assert answer["statusCode"] == 403
        assert json.loads(answer["body"])["code"] == "permission-denied"


@pytest.mark.parametrize("route", ROUTES)
def test_an_admin_is_refused_nothing(library: Library, route: str) -> None:
    assert asked(Gateway(library, "admin"), route)["statusCode"] not in {401, 403}
