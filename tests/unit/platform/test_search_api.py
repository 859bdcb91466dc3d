"""Searching over HTTP: what is answered, what is refused, and whose documents they are."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from kotogura.documents.identity import document_id
from kotogura.errors import CommitConflict, StoreUnavailable, Throttled, TooManySearches
from kotogura.platform.http import api_handler
from kotogura.platform.search_api import search_api
from kotogura.platform.telemetry import Handler, Telemetry
from kotogura.tenants.identity import TenantId
from tests.memory.library import Library
from tests.memory.sentences import sudachi_sentences
from tests.unit.platform.conftest import Answer

Ask = Callable[[Handler, dict[str, Any]], Answer]
Event = Callable[..., dict[str, Any]]
TRAVEL = document_id("rules/旅費規程.txt")
LEAVE = document_id("rules/休暇規程.txt")


@pytest.fixture
def filled(library: Library) -> Library:
    library.upload("rules/旅費規程.txt", "空港 まで の 日当 は 精算 する", "旅費規程")
    library.upload("rules/休暇規程.txt", "有給 休暇 は 前日 まで に 申請 する", "休暇規程")
    return library


@pytest.fixture
def trained(filled: Library) -> Library:
    filled.promote("first")
    return filled


def test_a_search_by_word_answers_hits(
    filled: Library, search: Handler, ask: Ask, event: Event
) -> None:
    answer = ask(search, event("search-words"))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert (answer.body["mode"], answer.body["generation"]) == ("words", 2)
    (hit,) = answer.body["hits"]
    assert (hit["document_id"], hit["name"]) == (TRAVEL, "rules/旅費規程.txt")
    assert hit["snippet"]["highlights"] == [[0, 2], [8, 10]]
    assert hit["title_highlights"] == []


def test_a_search_by_meaning_answers_hits(
    trained: Library, search: Handler, ask: Ask, event: Event
) -> None:
    answer = ask(search, event("search-meaning", query={"q": "有給 申請", "mode": "meaning"}))
    assert answer.status == 200
    assert answer.body["hits"][0]["document_id"] == LEAVE


def test_a_document_is_answered_whole(
    filled: Library, search: Handler, ask: Ask, event: Event
) -> None:
    answer = ask(search, event("search-document", path=f"/documents/{TRAVEL}"))
    assert answer.status == 200
    assert answer.body["body"] == "空港 まで の 日当 は 精算 する"
    assert answer.body["generation"] == 2


def test_similar_documents_are_answered(
    trained: Library, search: Handler, ask: Ask, event: Event
) -> None:
    path = f"/documents/{TRAVEL}/similar"
    answer = ask(search, event("search-similar-documents", path=path))
    assert answer.status == 200
    assert [hit["document_id"] for hit in answer.body["hits"]] == [LEAVE]


@pytest.mark.parametrize("word", ["有給", quote("有給")])
def test_similar_words_are_answered_for_a_word_encoded_or_not(
    trained: Library, search: Handler, ask: Ask, event: Event, word: str
) -> None:
    answer = ask(search, event("search-similar-words", path=f"/words/{word}/similar"))
    assert answer.status == 200
    assert answer.body["word"] == "有給"
    assert {"word", "similarity", "document_frequency"} == set(answer.body["hits"][0])


REFUSED = [
    ("no route", {"path": "/nothing"}, 404, "not-found"),
    ("no method", {"method": "DELETE"}, 404, "not-found"),
    ("no query", {"query": {}}, 400, "invalid-query"),
    ("a bad filter", {"query": {"filter": "tag"}}, 400, "invalid-filter"),
    ("a bad facet", {"query": {"q": "x", "facet": "tag:weekly"}}, 400, "invalid-filter"),
    ("a bad order", {"query": {"q": "x", "sort": "-"}}, 400, "invalid-filter"),
    ("an unknown part", {"query": {"q": "x", "fields": "body"}}, 400, "invalid-query"),
    ("a bad cursor", {"query": {"q": "x", "cursor": "e30"}}, 400, "invalid-cursor"),
    ("a long cursor", {"query": {"q": "x", "cursor": "A" * 2_001}}, 400, "invalid-argument"),
    ("a blank query", {"query": {"q": " "}}, 400, "invalid-query"),
    ("a long query", {"query": {"q": "x" * 1001}}, 400, "invalid-query"),
    ("a mode nobody knows", {"query": {"q": "a", "mode": "magic"}}, 400, "invalid-argument"),
    ("no hits", {"query": {"q": "a", "limit": "0"}}, 400, "invalid-argument"),
    ("too many hits", {"query": {"q": "a", "limit": "101"}}, 400, "invalid-argument"),
    ("words for a number", {"query": {"q": "a", "limit": "ten"}}, 400, "invalid-argument"),
    ("no tenant", {"tenant": None}, 401, "unauthenticated"),
    ("no tenant's id", {"tenant": "../minato-shoji"}, 400, "invalid-tenant-id"),
    ("no model", {"query": {"q": "a", "mode": "meaning"}}, 409, "model-not-ready"),
    ("no model for both", {"query": {"q": "a", "mode": "both"}}, 409, "model-not-ready"),
    ("no document's id", {"path": "/documents/UPPER"}, 400, "invalid-argument"),
    ("no such document", {"path": f"/documents/{'a' * 26}"}, 404, "document-not-found"),
    ("nothing like it", {"path": f"/documents/{'a' * 26}/similar"}, 404, "document-not-found"),
    ("no model for words", {"path": "/words/x/similar"}, 409, "model-not-ready"),
]


@pytest.mark.parametrize(
    ("changes", "status", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_every_refusal_has_one_shape(
    filled: Library,
    search: Handler,
    ask: Ask,
    event: Event,
    changes: dict[str, Any],
    status: int,
    code: str,
) -> None:
    answer = ask(search, event("search-words", **changes))
    assert (answer.status, answer.body["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.body) == {"type", "title", "status", "detail", "code"}
    assert answer.body["status"] == status
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(
    ("query", "remedies"),
    [
        ({"q": "a", "limit": "101"}, ["query.limit", "100"]),
        ({"q": "a", "limit": "ten"}, ["query.limit", "integer"]),
        ({"q": "a", "mode": "magic"}, ["query.mode", "words", "meaning", "both"]),
    ],
)
def test_a_wrong_parameter_is_told_with_what_it_may_be(
    filled: Library, search: Handler, ask: Ask, event: Event, query: Any, remedies: list[str]
) -> None:
    detail = ask(search, event("search-words", query=query)).body["detail"]
    assert all(remedy in detail for remedy in remedies), detail
    assert not {"ten", "magic"} & set(detail.replace("'", " ").split()), "nothing that was sent"


def test_a_refusal_names_the_parameter_and_does_not_quote_it(
    filled: Library, search: Handler, ask: Ask, event: Event
) -> None:
    answer = ask(search, event("search-words", query={"q": "x", "limit": "himitsu"}))
    assert "limit" in answer.body["detail"]
    assert "himitsu" not in json.dumps(answer.body)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreUnavailable("the store can't be read"), 503),
        (CommitConflict("again"), 503),
        (Throttled("the table is throttled"), 429),
    ],
)
def test_what_a_retry_helps_says_when(
    filled: Library,
    search: Handler,
    ask: Ask,
    event: Event,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(filled.pointers, "get", fail)
    answer = ask(search, event("search-words"))
    assert answer.status == status
    assert int(answer.headers["retry-after"]) > 0


def test_an_unknown_failure_tells_nothing(
    filled: Library,
    search: Handler,
    ask: Ask,
    event: Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(text: str) -> None:
        raise ValueError(f"could not analyse {text!r} in /var/task/secret.py")

    monkeypatch.setattr(filled.words, "analyze", fail)
    answer = ask(search, event("search-words"))
    assert (answer.status, answer.body["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"
    text = json.dumps(answer.body, ensure_ascii=False)
    assert not any(word in text for word in ("空港", "secret", "ValueError", "analyse"))


def test_an_altered_index_tells_nothing_but_that(
    filled: Library, search: Handler, ask: Ask, event: Event
) -> None:
    pointer = filled.pointers.get(filled.tenant)
    assert pointer is not None
    filled.files.write(filled.tenant, pointer.manifest, b"{}")
    answer = ask(search, event("search-words"))
    assert (answer.status, answer.body["code"]) == (500, "corrupt-index")


def test_another_tenants_document_is_not_found(
    trained: Library, search: Handler, ask: Ask, event: Event
) -> None:
    stranger = trained.of(TenantId("tsubame"))
    stranger.upload("own.txt", "空港 の 話")
    for path in (f"/documents/{TRAVEL}", f"/documents/{TRAVEL}/similar"):
        answer = ask(search, event("search-document", path=path, tenant="tsubame"))
        assert (answer.status, answer.body["code"]) == (404, "document-not-found")
    answer = ask(search, event("search-words", tenant="tsubame"))
    assert [hit["name"] for hit in answer.body["hits"]] == ["own.txt"]


def test_the_tenant_is_the_tokens_and_nobody_elses_word_counts(
    filled: Library, search: Handler, ask: Ask, event: Event
) -> None:
    stranger = event(
        "search-words",
        query={"q": "空港", "tenant": "minato-shoji", "mode": "words"},
        body={"tenant": "minato-shoji"},
        tenant="tsubame",
    )
    stranger["headers"] |= {
        "tenant": "minato-shoji",
        "x-tenant": "minato-shoji",
        "x-amzn-oidc-data": base64.b64encode(b'{"tenant": "minato-shoji"}').decode(),
    }
    stranger["pathParameters"] = {"tenant": "minato-shoji"}
    stranger["stageVariables"] = {"tenant": "minato-shoji"}
    answer = ask(search, stranger)
    assert (answer.status, answer.body["hits"]) == (200, [])


@pytest.mark.parametrize("without", ["authorizer", "jwt", "claims"])
def test_without_verified_claims_nobody_is_anybody(
    filled: Library, search: Handler, ask: Ask, event: Event, without: str
) -> None:
    request = event("search-words")
    context = request["requestContext"]
    if without == "authorizer":
        del context["authorizer"]
    elif without == "jwt":
        context["authorizer"] = {"lambda": {"tenant": "minato-shoji"}}
    else:
        context["authorizer"]["jwt"] = {"scopes": None}
    answer = ask(search, request)
    assert (answer.status, answer.body["code"]) == (401, "unauthenticated")


def test_an_environment_that_lambda_keeps_for_another_tenant_answers_nothing(
    filled: Library, search: Handler, ask: Ask, event: Event, context: Any
) -> None:
    context.tenant_id = "hoshino-denki"
    answer = ask(search, event("search-words"))
    assert (answer.status, answer.body["code"]) == (403, "permission-denied")
    context.tenant_id = "minato-shoji"
    assert ask(search, event("search-words")).body["hits"]


def test_repeated_filters_and_facets_are_told_apart_from_commas_in_them(
    library: Library, search: Handler, ask: Ask, event: Event
) -> None:
    library.described = {"a.txt": {"tag": ["a,b"], "year": [2026]}, "b.txt": {"tag": ["a"]}}
    library.upload("a.txt", "規程", "一")
    library.upload("b.txt", "規程", "二")
    sent = [("filter", 'tag:"a,b",c'), ("filter", "year:2025..2027"), ("fields", "title,metadata")]
    sent += [("facet", "tag"), ("facet", "year:5")]
    made = event("search-words")
    made["rawQueryString"] = urlencode(sent)
    names = dict.fromkeys(name for name, _ in sent)
    made["queryStringParameters"] = {
        name: ",".join(value for one, value in sent if one == name) for name in names
    }
    answer = ask(search, made)
    assert answer.status == 200
    (hit,) = answer.body["hits"]
    assert (hit["title"], hit["metadata"]) == ("一", {"tag": ["a,b"], "year": [2026]})
    assert hit["snippet"] is None
    assert answer.body["facets"] == [
        {
            "field": "tag",
            "values": [{"value": "a,b", "count": 1}],
            "other_count": 0,
            "missing_count": 0,
        },
        {
            "field": "year",
            "values": [{"value": 2026, "count": 1}],
            "other_count": 0,
            "missing_count": 0,
        },
    ]


def test_a_cursor_leads_to_the_next_page(
    filled: Library, search: Handler, ask: Ask, event: Event
) -> None:
    query = {"sort": "-name", "limit": "1", "fields": "name"}
    first = ask(search, event("search-words", query=query)).body
    assert (first["total"], first["hits"][0]["name"]) == (2, "rules/旅費規程.txt")
    second = ask(search, event("search-words", query=query | {"cursor": first["cursor"]})).body
    assert (second["total"], second["hits"][0]["name"]) == (2, "rules/休暇規程.txt")
    assert second["cursor"] is None


def test_fields_are_listed_with_their_kinds(
    filled: Library, search: Handler, ask: Ask, event: Event
) -> None:
    filled.described["写し.txt"] = {"year": [2026]}
    filled.upload("写し.txt", "日当", "写し")
    answer = ask(search, event("search-fields"))
    assert (answer.status, answer.body["document_count"]) == (200, 3)
    assert answer.body["fields"][-1] == {
        "name": "year",
        "is_metadata": True,
        "kinds": [{"kind": "number", "document_count": 1}],
    }


def test_suggestions_complete_what_is_typed(
    search: Handler, library: Library, ask: Ask, event: Event
) -> None:
    library.upload("出張.txt", "とうきょうえき で 会う")
    answer = ask(search, event("search-suggest"))
    assert answer.status == 200
    assert answer.body == {
        "generation": 1,
        "suggestions": [
            {
                "text": "とうきょうえき",
                "word": "とうきょうえき",
                "reading": "とうきょうえき",
                "document_frequency": 1,
            }
        ],
    }


def test_what_is_similar_to_a_text_is_answered(
    trained: Library, search: Handler, ask: Ask, event: Event
) -> None:
    def answered(**body: Any) -> Answer:
        return ask(search, event("search-similar", body=json.dumps(body)))

    answer = answered(text="有給 休暇 の 申請", limit=1)
    assert answer.status == 200
    (hit,) = answer.body["hits"]
    assert (hit["document_id"], hit["name"]) == (LEAVE, "rules/休暇規程.txt")
    assert hit["snippet"]["text"]
    assert answer.body["generation"] == trained.manifest.generation
    for blank in ("", "\u3000\n"):
        assert answered(text=blank).body["hits"] == []
    refused = answered(text="有給", filter=["folder:nowhere"])
    assert (refused.status, refused.body["hits"]) == (200, [])
    for body in ({}, {"text": None}, {"text": "x" * 10_001}, {"text": "x", "limit": 0}):
        refused = answered(**body)
        assert (refused.status, refused.body["code"]) == (400, "invalid-argument")
    assert answered(text="有給", filter=["tag"]).body["code"] == "invalid-filter"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("search-words", None),
        ("search-words", "/suggest"),
        ("search-words", "/fields"),
        ("search-document", f"/documents/{TRAVEL}"),
        ("search-similar-documents", f"/documents/{TRAVEL}/similar"),
        ("search-similar-words", None),
    ],
)
def test_who_searches_too_fast_is_told_when_to_come_back(
    filled: Library, telemetry: Telemetry, ask: Ask, event: Event, name: str, path: str | None
) -> None:
    asked: list[TenantId] = []

    def refuse(tenant: TenantId) -> None:
        asked.append(tenant)
        raise TooManySearches("wait", 3)

    app = search_api(filled.service(), sudachi_sentences(), telemetry, refuse)
    answer = ask(api_handler(app, telemetry), event(name, path=path))
    assert (answer.status, answer.body["code"]) == (429, "too-many-searches")
    assert answer.headers["retry-after"] == "3"
    assert asked == ["minato-shoji"]


def test_without_a_tenant_nobody_is_asked_how_fast_it_may_search(
    filled: Library, telemetry: Telemetry, ask: Ask, event: Event
) -> None:
    asked: list[TenantId] = []
    app = search_api(filled.service(), sudachi_sentences(), telemetry, asked.append)
    answer = ask(api_handler(app, telemetry), event("search-words", tenant=None))
    assert (answer.status, asked) == (401, [])
