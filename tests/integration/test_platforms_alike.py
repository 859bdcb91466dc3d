"""Whoever moves from Lambda to a container or into Django gets the same answers."""

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import urllib3

from kotogura.documents.identity import document_id
from kotogura.tenants.identity import TenantId
from tests.integration.conftest import HOSHINO, MINATO, RunningSystem

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

JSON = {"Content-Type": "application/json"}
ALIKE = ("content-type", "cache-control", "retry-after", "content-security-policy")


def get(path: str, **query: Any) -> tuple[str, str, bytes, dict[str, str]]:
    return "GET", f"{path}?{urlencode(query, doseq=True)}" if query else path, b"", {}


def send(
    method: str, path: str, body: Any, headers: dict[str, str] | None = None
) -> tuple[str, str, bytes, dict[str, str]]:
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return method, path, data, JSON if headers is None else headers


A_DOCUMENT = f"/documents/{document_id('rules/旅費規程.txt')}"
CASES = {
    "a search by word": get("/search", q="空港 日当", mode="words"),
    "a search by meaning": get("/search", q="休みを取りたい", mode="meaning", limit=100),
    "a search by both, explained": get("/search", q="休暇", explain="true"),
    "repeated parameters": get("/search", facet=["type", "folder"], filter=["type:txt,md"]),
    "a comma in a parameter": get("/search", q="休暇,旅費", mode="words"),
    "a plus and a blank": ("GET", "/search?q=%E4%BC%91%E6%9A%87+a%2Bb&mode=words", b"", {}),
    "signs that are no utf-8": ("GET", "/search?q=%FF%FE&mode=words", b"", {}),
    "a broken escape": ("GET", "/search?q=%E4%BC%91%&mode=words", b"", {}),
    "an empty query": get("/search", q=""),
    "a query of the greatest length": get("/search", q="空" * 1000, mode="words"),
    "a query beyond it": get("/search", q="a" * 1001, mode="words"),
    "broken syntax": get("/search", q='"空港', mode="words"),
    "a limit that is none": get("/search", q="a", limit="x"),
    "a limit out of range": get("/search", q="a", limit=101),
    "suggestions": get("/suggest", q="きゅう"),
    "fields": get("/fields"),
    "a document": get(A_DOCUMENT),
    "similar documents": get(f"{A_DOCUMENT}/similar", limit=3),
    "a document that isn't there": get(f"/documents/{'a' * 26}"),
    "what is no document's id": get("/documents/nonsense"),
    "similar words": get(f"/words/{quote('休暇')}/similar"),
    "a word with signs of its own": get(f"/words/{quote('東京・大阪')}/similar"),
    "a word with a percent sign": get("/words/100%25/similar"),
    "a word that looks escaped": get("/words/%25E4%25BC%2591/similar"),
    "a text's similar documents": send("POST", "/similar", {"text": "休暇を取りたい。"}),
    "a text without its type": send("POST", "/similar", {"text": "休暇"}, {}),
    "a body that is no json": send("POST", "/similar", b"{"),
    "a body of another type": send("POST", "/similar", b"x", {"Content-Type": "text/plain"}),
    "a body with a wrong field": send("POST", "/similar", {"text": 1}),
    "no body": send("POST", "/similar", b""),
    "an upload that is refused": send("POST", "/documents", {"name": "a.exe", "size_bytes": 1}),
    "a list of documents": get("/documents", limit=5),
    "a list of all": get("/documents"),
    "trainings": get("/trainings"),
    "synonyms": get("/synonyms"),
    "a dictionary": get("/dictionary"),
    "a dictionary of another type": send("PUT", "/dictionary", b"{}"),
    "the api's description": get("/openapi.json"),
    "its page": get("/docs"),
}


def ask(
    base: str, token: str | None, case: tuple[str, str, bytes, dict[str, str]]
) -> tuple[int, dict[str, str], Any]:
    """Return status, headers that matter and body of one answer."""
    method, path, body, headers = case
    sent = headers | ({"Authorization": f"Bearer {token}"} if token is not None else {})
    answer = urllib3.request(
        method, base + path, body=body or None, headers=sent, retries=False, timeout=30
    )
    kept = {name: answer.headers[name] for name in ALIKE if name in answer.headers}
    return answer.status, kept, answer.data


@pytest.fixture(scope="module")
def token(system: RunningSystem) -> str:
    return system.accounts.token(MINATO)


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_that_of_the_function(
    name: str, system: RunningSystem, token: str, container_url: str, django_url: str
) -> None:
    expected = ask(system.deployment.api_url, token, CASES[name])
    assert expected[0] < 500
    for url in (container_url, django_url):
        assert ask(url, token, CASES[name]) == expected


def test_a_body_that_is_no_utf8_is_no_json(token: str, container_url: str, django_url: str) -> None:
    """The embedded AWS puts other signs in the place of such bytes, so it can't be compared."""
    for url in (container_url, django_url):
        status, _, data = ask(url, token, send("POST", "/similar", b'{"text": "\xff"}'))
        assert (status, json.loads(data)["code"]) == (400, "invalid-argument")


def test_an_upload_is_let_in_alike(system: RunningSystem, token: str, platform: str) -> None:
    name = f"新規-{document_id(platform)}.txt"
    case = send("POST", "/documents", {"name": name, "size_bytes": 3})
    status, _, data = ask(platform, token, case)
    made = json.loads(data)
    assert (status, made["document_id"]) == (201, document_id(name))
    put = urllib3.request("PUT", made["url"], body=b"abc", retries=False)
    assert put.status == 200
    system.settled(MINATO, name)
    status, _, _ = ask(platform, token, ("DELETE", f"/documents/{made['document_id']}", b"", {}))
    assert status == 202


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nowhere"), ("PATCH", "/search"), ("GET", "/words/a/b/similar")]
)
def test_an_unknown_route_is_not_found(platform: str, token: str, method: str, path: str) -> None:
    status, _, data = ask(platform, token, (method, path, b"", {}))
    assert status == 404
    told = json.loads(data)
    assert told.get("code", "not-found") == "not-found"


def tampered(token: str, **claims: Any) -> str:
    """Return the token with other claims and its old signature."""
    header, payload, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(payload + "==")) | claims
    changed = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


def test_a_token_that_can_not_be_trusted_opens_nothing(platform: str, token: str) -> None:
    _, payload, _ = token.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    for bad in (None, "", "nonsense", f"{unsigned}.{payload}.", tampered(token, tenant=HOSHINO)):
        for path in ("/search?q=a", "/documents", "/trainings"):
            status, _, data = ask(platform, bad, ("GET", path, b"", {}))
            assert (status, json.loads(data).get("code", "unauthenticated")) == (
                401,
                "unauthenticated",
            )


@pytest.mark.parametrize(("tenant", "other"), [(MINATO, HOSHINO), (HOSHINO, MINATO)])
def test_a_tenant_is_shown_its_own_documents_only(
    platform: str, system: RunningSystem, tenant: TenantId, other: TenantId
) -> None:
    def names(of: TenantId) -> set[str]:
        return {record.name for record in system.deployment.ledger.page(of).records}

    case = get("/search", q="修理 休暇 契約 会議 製品", tenant=other, limit=100)
    status, _, data = ask(platform, system.accounts.token(tenant), case)
    assert status == 200
    found = {hit["name"] for hit in json.loads(data)["hits"]}
    assert found
    assert not found & (names(other) - names(tenant))
