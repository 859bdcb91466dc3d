"""The committed OpenAPI document is the routes' own, and describes all of them completely."""

import json
import re

import pytest

from kotogura.platform.documentation import committed
from kotogura.platform.documentation_page import page
from kotogura.platform.openapi import COMMITTED, REMEDY, TAGS, document, rendered
from tests.contract.conftest import ROOT


@pytest.fixture(scope="module")
def described():
    return document()


def operations(described):
    return {
        f"{method.upper()} {path}": operation
        for path, item in described["paths"].items()
        for method, operation in item.items()
    }


def references(node):
    """Every `$ref` at any depth."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_committed_document_is_the_generated_one():
    assert COMMITTED.read_text("utf-8") == rendered(), f"the routes have changed: {REMEDY}"


def test_it_is_what_is_served_and_what_the_documentation_links_to():
    assert committed() == COMMITTED.read_text("utf-8")
    assert (ROOT / "docs" / "openapi.json").resolve() == COMMITTED


def test_its_operations_are_the_templates_routes(described, template):
    def nameless(route):
        return re.sub(r"{\w+}", "{}", route)

    assert {nameless(route) for route in operations(described)} == {
        nameless(route) for route in template.routes
    }


def test_every_operation_has_a_name_a_tag_a_line_and_an_answer(described):
    found = operations(described)
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)
    for route, operation in found.items():
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", operation["operationId"]), route
        assert set(operation["tags"]) <= set(TAGS), route
        assert not operation["summary"].endswith("."), route
        assert operation["summary"] != route, route
        [success] = [status for status in operation["responses"] if int(status) < 400]
        for content in operation["responses"][success]["content"].values():
            assert content["schema"], route


def test_every_parameter_says_what_it_means(described):
    for route, operation in operations(described).items():
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), f"{route}: {parameter['name']}"


def test_every_operation_that_wants_a_token_may_refuse_by_a_problem(described):
    for route, operation in operations(described).items():
        refusals = {
            status: answer
            for status, answer in operation["responses"].items()
            if int(status) >= 400
        }
        if operation.get("security") == []:
            assert operation["tags"] == ["Documentation"], route
            continue
        assert {"400", "401", "429", "500", "503"} <= set(refusals), route
        for answer in refusals.values():
            assert "application/problem+json" in answer["content"], route


def test_a_body_of_another_type_is_refused_where_there_is_a_body(described):
    found = operations(described).items()
    with_body = {route for route, operation in found if "requestBody" in operation}
    refusing = {
        route
        for route, operation in found
        if "unsupported-media-type" in operation["responses"].get("415", {}).get("description", "")
    }
    assert with_body == refusing
    assert with_body


def test_every_model_that_is_named_is_there_and_the_other_way_round(described):
    prefix = "#/components/schemas/"
    named = {reference.removeprefix(prefix) for reference in references(described)}
    assert named == set(described["components"]["schemas"])


def test_the_page_shows_every_operation_and_every_model(described):
    html = page(described)
    for operation in operations(described).values():
        assert f'id="{operation["operationId"]}"' in html
    targets = set(re.findall(r'href="#([^"]+)"', html))
    anchors = re.findall(r'id="([^"]+)"', html)
    assert targets <= set(anchors)
    assert len(anchors) == len(set(anchors))
    assert set(described["components"]["schemas"]) <= set(anchors)


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(described):
    html = page(described)
    assert "<script" not in html
    assert " style=" not in html
    assert re.findall(r'(?:src|href)="(?!#)([^"]*)"', html) == ["openapi.json"]


def test_the_page_shows_text_as_text():
    made = json.loads(rendered())
    made["info"]["summary"] = "<b onclick=x>&"
    assert "&lt;b onclick=x&gt;&amp;" in page(made)
