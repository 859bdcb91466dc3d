"""Every error has one HTTP status, one shape, and says whether a retry helps."""

import json

import pytest

from kotogura import errors
from kotogura.errors import Kind, KotoguraError
from kotogura.platform.problems import problem

STATUS = {
    "invalid-argument": 400,
    "unauthenticated": 401,
    "permission-denied": 403,
    "not-found": 404,
    "conflict": 409,
    "too-large": 413,
    "unsupported-media-type": 415,
    "unprocessable": 422,
    "rate-limited": 429,
    "internal": 500,
    "unavailable": 503,
    "timeout": 504,
}


def classes() -> list[type[KotoguraError]]:
    found = [KotoguraError]
    for one in found:
        found += one.__subclasses__()
    return found


def of_kind(kind: Kind) -> KotoguraError:
    error = KotoguraError("do this")
    error.kind = kind
    return error


def test_every_kind_has_its_status() -> None:
    assert {kind.value: problem(of_kind(kind)).status_code for kind in Kind} == STATUS


@pytest.mark.parametrize("kind", list(Kind))
def test_only_where_a_retry_helps_the_answer_says_when(kind: Kind) -> None:
    headers = problem(of_kind(kind)).headers
    helps = kind in {Kind.RATE_LIMITED, Kind.UNAVAILABLE}
    assert ("Retry-After" in headers) == helps
    if helps:
        assert int(headers["Retry-After"]) > 0


@pytest.mark.parametrize("error", classes(), ids=lambda error: error.__name__)
def test_every_error_has_one_shape(error: type[KotoguraError]) -> None:
    answer = problem(error("言われたとおりに"))
    body = json.loads(answer.body or "")
    members = {"type", "title", "status", "detail", "code"}
    assert set(body) == members | set(error().members)
    assert body["status"] == answer.status_code == STATUS[error.kind]
    assert body["detail"] == "言われたとおりに"
    assert body["code"] == error.code
    assert body["type"] == f"urn:kotogura:problem:{error.code}"
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_error_without_a_sentence_tells_its_code() -> None:
    assert json.loads(problem(errors.NotFound()).body or "")["detail"] == "not-found"


def test_a_query_that_is_broken_is_shown_where() -> None:
    answer = problem(errors.QuerySyntaxError("column 7: say what to exclude", 7))
    assert (answer.status_code, json.loads(answer.body or "")["column"]) == (400, 7)
