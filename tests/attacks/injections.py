"""Searches that are something else besides: SQL, paths, patterns, and questions that never end."""

from collections.abc import Callable
from typing import Any

from tests.attacks.attack import ANY, Attack, request
from tests.attacks.world import World

_FILES = "$store/tenants/minato-shoji"
TEXTS = {
    "a quote": "kanaria' OR '1'='1",
    "a union": "x' UNION ALL SELECT title FROM read_parquet('$store/tenants/*/segments/*/*') --",
    "a beginning with a quote": "kanaria'*",
    "a beginning with a statement": "x')UNION/**/SELECT/**/title/**/FROM/**/read_parquet('**')--*",
    "a semicolon": "x'; COPY (SELECT 1) TO '$store/tenants/minato-shoji/a.csv'; --",
    "an attached database": "x'; ATTACH '$store/a.db'; --",
    "an extension": "x'; INSTALL httpfs; LOAD httpfs; --",
    "a setting": "x'; SET enable_external_access = true; --",
    "a parameter": "$files $terms $document_id ?1 %s {}",
    "a double quote": 'kanaria" OR "1"="1',
    "a comment": "kanaria/**/--",
    "a Parquet file": f"{_FILES}/segments/$segment/documents.parquet",
    "all Parquet files": f"{_FILES}/segments/**/*.parquet",
    "the way up to files": "../../minato-shoji/segments/$segment/texts.parquet",
    "the way up to a manifest": "../../minato-shoji/$manifest",
    "a file's address": f"file://{_FILES}/segments",
    "a bucket's address": "s3://kotogura-documents/minato-shoji/documents/*",
    "any sign": ".*kanaria.*",
    "a pattern that never ends": "(a+)+$" + "a" * 40,
    "a class of signs": "[\\s\\S]{1,1000}",
    "a star": "*",
    "many stars": "k*a*n*a*r*i*a*",
    "any value": "*:*",
    "another tenant's field": "tenant:minato-shoji",
    "a partition": "TENANT#minato-shoji",
    "JSON": '{"query": {"match_all": {}}, "index": "minato-shoji"}',
    "a template": "{{7*7}}${7*7}#{7*7}",
    "a nought": "kanaria\x00minato-shoji",
    "half a character": "kanaria\ud800",
    "wide quotes": "kanaria＇ OR ＇1＇＝＇1",
    "a term's marks": "kanaria\ufffe\uffff\x1f",
}


def _bombs() -> dict[str, str]:
    """Return questions that take long, if nobody stops them."""
    return {
        "parentheses": "(" * 400 + "kanaria" + ")" * 400,
        "open parentheses": "(" * 900,
        "alternatives": " OR ".join(["kanaria"] * 200),
        "beginnings": " ".join(f"{sign}*" for sign in "abcdefghijklmnopqrstuvwxyz"),
        "denials": "NOT " * 200 + "kanaria",
        "quotes": '"' * 999,
        "a phrase far apart": '"kanaria himitsu"~1000000',
        "boosts": "kanaria^1e308 kyuuka^-1 ryohi^nan",
        "fields": "title:" * 150 + "kanaria",
        "ranges": "size:>=1 " * 100,
        "one sign": "㍿" * 1000,
        "combining marks": "a" + "\u0301" * 999,
        "the longest": "kanaria " * 125,
    }


PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "query": lambda text: {"path": "/search", "query": [("q", text), ("mode", "words")]},
    "filter": lambda text: {"path": "/search", "query": [("filter", f"busho:{text}")]},
    "filter's field": lambda text: {"path": "/search", "query": [("filter", f"{text}:x")]},
    "facet": lambda text: {"path": "/search", "query": [("facet", text)]},
    "order": lambda text: {"path": "/search", "query": [("q", "ryohi"), ("sort", text)]},
    "fields": lambda text: {"path": "/search", "query": [("q", "ryohi"), ("fields", text)]},
    "cursor": lambda text: {"path": "/search", "query": [("q", "ryohi"), ("cursor", text)]},
    "suggestion": lambda text: {"path": "/suggest", "query": [("q", text)]},
}


def _at(place: str, name: str, text: str) -> Attack:
    made = PLACES[place](text)
    return request(f"{name} in the {place}", "GET", made["path"], made["query"], answers=ANY)


def _word(text: str) -> Callable[[World], None]:
    def carry_out(world: World) -> None:
        word = text.replace("/", "")
        assert world.ask("GET", f"/words/{word}/similar").status in ANY

    return carry_out


ATTACKS = (
    *(_at(place, name, text) for place in PLACES for name, text in TEXTS.items()),
    *(_at("query", name, text) for name, text in _bombs().items()),
    *(Attack(f"{name} in a word", _word(text)) for name, text in TEXTS.items()),
    *(
        request(f"{name} in a text", "POST", "/similar", body={"text": text}, answers=ANY)
        for name, text in TEXTS.items()
        if name != "half a character"
    ),
    *(
        request(f"filters: {name}", "POST", "/similar", body={"text": "a", "filter": filters},
                answers=ANY)
        for name, filters in {
            "SQL": ["busho:x' OR 1=1 --"],
            "an object": [{"$ne": None}],
            "a thousand": ["tag:a"] * 1000,
            "a tenant": ["tenant:minato-shoji"],
        }.items()
    ),
)  # fmt: skip
