"""Paths, ids and cursors that are the victim's, or made up to lead to it."""

import base64
import json
from collections.abc import Callable
from typing import Any

from kotogura.documents.identity import document_id
from kotogura.platform.uploads import FileUpload
from tests.attacks.attack import REFUSED, Attack, request
from tests.attacks.world import VICTIM, World

_SHARED = document_id("rules/yakusoku.txt")
"""Both tenants have a document of this name, and so of this id."""
_QUESTION = [("q", "ryohi kyuuka"), ("limit", "1")]


def _with_cursor(change: Callable[[list[Any]], Any]) -> Callable[[World], None]:
    """Return what asks with the victim's cursor, its parts changed."""

    def carry_out(world: World) -> None:
        cursor = world.facts["cursor"]
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        data = json.dumps(change(parts)).encode()
        made = base64.urlsafe_b64encode(data).decode().rstrip("=")
        seen = world.ask("GET", "/search", [*_QUESTION, ("cursor", made)])
        assert seen.status == 400, f"{seen.status}: {seen.body[:300]}"

    return carry_out


def _own_digest(world: World) -> None:
    """Put the attacker's own digest before the victim's place: it is a place and no more."""
    own = world.ask("GET", "/search", _QUESTION).json["cursor"]
    victims = world.facts["cursor"]
    parts = [
        json.loads(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4))) for one in (own, victims)
    ]
    data = json.dumps([parts[0][0], *parts[1][1:]]).encode()
    made = base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert world.ask("GET", "/search", [*_QUESTION, ("cursor", made)]).status == 200


def _shared_document(world: World) -> None:
    seen = world.ask("GET", f"/documents/{_SHARED}")
    assert seen.status == 200
    assert "mamoru" in seen.body


def _opening(world: World) -> None:
    """Let one's model learn from openings, and tell that one opened the victim's document."""
    wanted = {"cadence": "off", "learns_from_openings": True}
    assert world.ask("PUT", "/schedule", body=wanted).status in {200, 403}
    told = world.ask("POST", f"/documents/{world.facts['only']}/opened", body={"q": "ryohi"})
    assert told.status == 404 or told.json == {"noted": False}, f"{told.status}: {told.body[:300]}"


def _upload(method: str, name: str, tail: str = "") -> Callable[[World], None]:
    """Return what takes the victim's upload by its number at S3, under a name made up."""

    def carry_out(world: World) -> None:
        made = FileUpload(name, 6_000_000, world.facts["upload_s3"]).upload_id
        seen = world.ask(method, f"/uploads/{made}{tail}")
        assert seen.status in REFUSED, f"{seen.status}: {seen.body[:300]}"

    return carry_out


_NO_IDS = (
    "..",
    "../..",
    "%2e%2e",
    "*",
    "TENANT#minato-shoji",
    "' OR 1=1 --",
    "$only\n",
    "$only/..",
)
_EXECUTIONS = (
    "$execution",
    "train.20260101T000000000Z-minato-shoji",
    "train.*",
    "train.x:execution:train:$training",
    "reindex.$training",
    "ingest.$training",
    "$execution_arn",
    "train.",
    "train.../$training",
)
_UPLOADS = ("zqvxupload.txt", "../../minato-shoji/documents/a.txt", "a.txt", "/a.txt")
_PATHS = (
    "/tenants/$victim/documents",
    "/$victim/documents",
    "/documents/../../$victim/documents",
    "/documents/$only/../$only",
    "//documents",
    "/documents//",
    "/documents/$only%2foriginal",
    "/search/../documents/$only",
    "/documents;tenant=$victim",
    "/documents\x00",
    "/static/../../etc/passwd",
    "/openapi.json/../documents",
)

ATTACKS = (
    request("the victim's document", "GET", "/documents/$only", answers={404}),
    request("like the victim's document", "GET", "/documents/$only/similar", answers={404}),
    Attack("an opening of the victim's document", _opening),
    request("the victim's original", "GET", "/documents/$only/original", answers={404}),
    request("the victim's document deleted", "DELETE", "/documents/$only", answers={404}),
    request("the victim's documents by id", "GET", "/documents", "ids=$only&ids=$document",
            answers={200}),
    Attack("a document of the same id", _shared_document),
    request("a document of the same id: similar", "GET", f"/documents/{_SHARED}/similar",
            answers={200}),
    request("a document of the same id: original", "GET", f"/documents/{_SHARED}/original",
            answers={200}),
    *(
        request(f"an id that is none: {one}", "GET", f"/documents/{one}{tail}")
        for one in _NO_IDS
        for tail in ("", "/similar", "/original")
    ),
    request("the victim's page of documents", "GET", "/documents", "cursor=$list_cursor",
            answers={200}),
    request("a page behind a partition", "GET", "/documents",
            [("cursor", "TENANT#minato-shoji")]),
    *(
        request(f"names that begin with {prefix}", "GET", "/documents", [("prefix", prefix)],
                answers={200})
        for prefix in ("../", "-shoji/documents/", "../../$victim/documents/", "%", "_", "\u0000")
    ),
    request("the victim's cursor", "GET", "/search", [*_QUESTION, ("cursor", "$cursor")],
            answers={400}),
    Attack("the victim's place with an own digest", _own_digest),
    Attack("a cursor without a digest", _with_cursor(lambda parts: ["", *parts[1:]])),
    Attack("a cursor whose digest is a list", _with_cursor(lambda parts: [[], *parts[1:]])),
    Attack("a cursor with a tenant", _with_cursor(lambda parts: [*parts, VICTIM])),
    Attack("a cursor that is an object",
           _with_cursor(lambda parts: {"tenant": VICTIM, "digest": parts[0]})),
    Attack("a cursor nested deeply", _with_cursor(lambda _: json.loads("[" * 300 + "]" * 300))),
    Attack("a cursor with SQL for an id",
           _with_cursor(lambda parts: [*parts[:3], "' OR 1=1 --", *parts[4:]])),
    *(
        request(f"the victim's upload: {method} {tail}", method, f"/uploads/$upload{tail}",
                answers={404})
        for method, tail in (("GET", ""), ("DELETE", ""), ("POST", "/complete"))
    ),
    *(
        Attack(f"the victim's upload as {name}: {method} {tail}", _upload(method, name, tail))
        for name in _UPLOADS
        for method, tail in (("GET", ""), ("DELETE", ""), ("POST", "/complete"))
    ),
    *(
        request(f"an execution that is {one}", "GET", f"/executions/{one}", answers={400, 404})
        for one in _EXECUTIONS
    ),
    request("all executions", "GET", "/executions", "limit=100", answers={200}),
    request("all trainings", "GET", "/trainings", "limit=100", answers={200}),
    request("the victim's use", "GET", "/usage", "tenant=$victim", answers={200}),
    *(request(f"path {path}", "GET", path) for path in _PATHS),
)  # fmt: skip
