"""Names and keys in S3 that mean another tenant's folder to somebody on the way."""

import posixpath
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from kotogura.errors import InvalidEvent, InvalidTenantId, KotoguraError
from tests.attacks.attack import ANY, Attack
from tests.attacks.world import ATTACKER, VICTIM, World

_TARGET = "minato-shoji/documents/rules/yakusoku.txt"
NAMES = {
    "the way up": f"../../{_TARGET}",
    "the way up from a folder": f"a/b/../../../../{_TARGET}",
    "the way up in the middle": f"rules/../../../{_TARGET}",
    "here and up": f"./.././../{_TARGET}",
    "the way up, encoded": f"%2e%2e/%2e%2e/{_TARGET}",
    "the way up, encoded in part": f".%2e/.%2E/{_TARGET}",
    "slashes encoded": f"..%2f..%2f{_TARGET}",
    "encoded twice": f"%252e%252e%252f%252e%252e%252f{_TARGET}",
    "overlong UTF-8": f"%c0%ae%c0%ae/%c0%ae%c0%ae/{_TARGET}",
    "backslashes": "..\\..\\minato-shoji\\documents\\rules\\yakusoku.txt",
    "backslashes encoded": "..%5c..%5cminato-shoji%5cdocuments%5crules%5cyakusoku.txt",
    "wide full stops": f"．．/．．/{_TARGET}",
    "wide slashes": "../..／minato-shoji／documents／rules／yakusoku.txt",
    "a leader of two dots": f"‥/‥/{_TARGET}",
    "division slashes": "..∕..∕minato-shoji∕documents∕rules∕yakusoku.txt",
    "fraction slashes": "..⁄..⁄minato-shoji⁄documents⁄rules⁄yakusoku.txt",
    "small full stops": f"﹒﹒/﹒﹒/{_TARGET}",
    "a root": f"/{_TARGET}",
    "two roots": f"//{_TARGET}",
    "an address of S3": f"s3://kotogura-documents/{_TARGET}",
    "an address of a file": f"file:///mnt/kotogura/tenants/{VICTIM}/a.txt",
    "a folder's end": f"{_TARGET}/",
    "a nought": f"a.txt\x00../../{_TARGET}",
    "a line end": f"a.txt\r\n../../{_TARGET}",
    "an escape": f"\x1b[2K../../{_TARGET}",
    "a mark from right to left": f"\u202e../../{_TARGET}",
    "no width": f".\u200b./.\u200b./{_TARGET}",
    "a soft hyphen": f"..\u00ad/..\u00ad/{_TARGET}",
    "half a character": f"\ud800../../{_TARGET}",
    "very long": "../" * 290 + "a.txt",
    "too long": "a" * 896 + ".txt" + "x",
    "a query": f"a.txt?versionId=1&key=../../{_TARGET}",
    "a fragment": f"a.txt#/../../{_TARGET}",
    "a drive": "C:\\tenants\\minato-shoji\\a.txt",
    "a device": "../../../../dev/null.txt",
    "a template": "{{tenant}}/../${tenant}/a.txt",
    "a star": "../*/documents/*.txt",
    "blanks about dots": f" .. / .. /{_TARGET}",
    "dots at the end": f".../.../{_TARGET}",
}

KEYS = {
    "a tenant's beginning": "minato-/documents/a.txt",
    "no tenant": "/documents/a.txt",
    "no documents": f"{VICTIM}/a.txt",
    "beside the documents": f"{VICTIM}/models/a.txt",
    "documents in capitals": f"{VICTIM}/Documents/a.txt",
    "the way up": f"{ATTACKER}/../{VICTIM}/documents/a.txt",
    "the way up, encoded": f"{ATTACKER}%2f..%2f{VICTIM}/documents/a.txt",
    "a tenant encoded": "minato%2dshoji/documents/a.txt",
    "a tenant in capitals": "MINATO-SHOJI/documents/a.txt",
    "a tenant in wide letters": "ｍｉｎａｔｏ－ｓｈｏｊｉ/documents/a.txt",
    "a Cyrillic letter": "minato-sh\u043eji/documents/a.txt",
    "another hyphen": "minato\u2010shoji/documents/a.txt",
    "no width": "minato-shoji\u200b/documents/a.txt",
    "a line end": "minato-shoji\n/documents/a.txt",
    "a nought": "minato-shoji\x00/documents/a.txt",
    "a combining mark": "minato-shoji\u0301/documents/a.txt",
    "a blank": " minato-shoji/documents/a.txt",
    "a dot": "./minato-shoji/documents/a.txt",
    "two dots": "../documents/a.txt",
    "a number sign": "TENANT#minato-shoji/documents/a.txt",
    "a nested tenant": f"{ATTACKER}/{VICTIM}/documents/a.txt",
    "too long": f"{'m' * 33}/documents/a.txt",
}


def _normal(url: str) -> str:
    """Return the key of a URL as browsers and other clients send it: dots are walked along."""
    path = urlsplit(url).path.replace("%2e", ".").replace("%2E", ".")
    return unquote(posixpath.normpath(path)).lstrip("/")


def _named(path: str, name: str) -> Callable[[World], None]:
    def carry_out(world: World) -> None:
        seen = world.ask("POST", path, body={"name": name, "size_bytes": 5})
        assert seen.status in ANY
        if seen.status != 201:
            return
        urls = [seen.json["url"]] if path == "/documents" else [seen.json["parts"][0]["url"]]
        for url in urls:
            assert unquote(urlsplit(url).path) == f"/minato/documents/{name}"
            assert _normal(url).startswith("minato/documents/"), "a client walks out of the folder"

    return carry_out


def _put(name: str) -> Callable[[World], None]:
    """Return what puts a file of that name where the attacker may, as S3 itself allows."""

    def carry_out(world: World) -> None:
        key = f"{ATTACKER}/documents/{name}"
        world.objects.objects[key] = b"kanaria"
        try:
            world.ingest(ATTACKER, world.event(ATTACKER, key, 7))
        except KotoguraError:
            pass  # it is quarantined
        finally:
            del world.objects.objects[key]
        world.ask("GET", "/documents", "limit=100")
        world.ask("GET", "/search", [("q", "kanaria")])

    return carry_out


def _strange_key(key: str) -> Callable[[World], None]:
    def carry_out(world: World) -> None:
        items = dict(world.table.items)
        event: Any = world.event(ATTACKER, key, 7)
        with pytest.raises((InvalidEvent, InvalidTenantId)):
            world.ingest(ATTACKER, event)
        assert world.table.items == items

    return carry_out


ATTACKS = (
    *(Attack(f"upload of {name}", _named("/documents", text)) for name, text in NAMES.items()),
    *(Attack(f"parts of {name}", _named("/uploads", text)) for name, text in NAMES.items()),
    *(
        Attack(f"object by {name}", _put(text))
        for name, text in NAMES.items()
        if name != "half a character"  # S3 itself has no such keys
    ),
    *(Attack(f"key by {name}", _strange_key(key)) for name, key in KEYS.items()),
)
