"""Presigned URLs turned against another prefix, another object, another deed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.attacks.attack import Attack
from tests.attacks.signatures import fits
from tests.attacks.world import World

SIZE_BYTES = 12


@dataclass(frozen=True)
class Use:
    """How a URL is used."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


def upload(world: World) -> Use:
    """Return the right use of a URL for one file."""
    seen = world.ask("POST", "/documents", body={"name": "a.txt", "size_bytes": SIZE_BYTES})
    return Use("PUT", seen.json["url"], {"content-length": str(SIZE_BYTES)})


def part(world: World) -> Use:
    """Return the right use of a URL for the first part of a file."""
    seen = world.ask("POST", "/uploads", body={"name": "a.txt", "size_bytes": SIZE_BYTES})
    return Use("PUT", seen.json["parts"][0]["url"], {"content-length": str(SIZE_BYTES)})


def download(world: World) -> Use:
    """Return the right use of a URL for reading a file."""
    found = world.ask("GET", "/documents", "limit=1").json["documents"][0]["document_id"]
    return Use("GET", world.ask("GET", f"/documents/{found}/original").json["url"])


RIGHT = {"upload": upload, "part": part, "download": download}


def _at(old: str, new: str) -> Callable[[Use], Use]:
    def change(use: Use) -> Use:
        assert old in use.url
        return Use(use.method, use.url.replace(old, new, 1), use.headers)

    return change


def _as(method: str) -> Callable[[Use], Use]:
    return lambda use: Use(method, use.url, use.headers)


def _with(text: str) -> Callable[[Use], Use]:
    return lambda use: Use(use.method, use.url + text, use.headers)


def _with_length(length: str) -> Callable[[Use], Use]:
    return lambda use: Use(use.method, use.url, {"content-length": length})


ANYWHERE: dict[str, Callable[[Use], Use]] = {
    "another prefix": _at("/minato/", "/minato-shoji/"),
    "a longer prefix": _at("/minato/documents/", "/minato-shoji/documents/"),
    "the way up": _at("/minato/", "/minato/../minato-shoji/"),
    "the way up, encoded": _at("/minato/", "/minato/%2e%2e/minato-shoji/"),
    "the way up, encoded twice": _at("/minato/", "/minato/%252e%252e/minato-shoji/"),
    "backslashes": _at("/minato/", "/minato\\..\\minato-shoji/"),
    "an encoded slash": _at("/minato/", "/minato-shoji%2f"),
    "another slash": _at("/minato/", "//minato-shoji/"),
    "another bucket": _at("kotogura-documents.", "kotogura-other."),
    "another host": _at("s3.", "s3.eu-west-1."),
    "another region": _at("us-east-1", "eu-west-1"),
    "the whole bucket": _at("minato/documents/", ""),
    "a day more": _at("X-Amz-Expires=", f"X-Amz-Expires={'86400'}"),
    "another day": _at("X-Amz-Date=2", "X-Amz-Date=3"),
    "no expiry": _at("X-Amz-Expires", "X-Amz-Ignored"),
    "another version": _with("&versionId=1"),
    "its access list": _with("&acl"),
    "a list of all": _with(f"&list-type=2&prefix={quote('minato-shoji/')}"),
    "a key twice": _with("&X-Amz-Expires=86400"),
    "another algorithm": _at("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
    "no signature": _at("X-Amz-Signature=", "X-Amz-Nothing="),
    "deletion": _as("DELETE"),
    "its head": _as("HEAD"),
    "a form": _as("POST"),
}
LENGTHS = {"a longer file": "20000000", "an empty file": "0", "no length": ""}


def _turned(right: Callable[[World], Use], change: Callable[[Use], Use]) -> Callable[[World], None]:
    def carry_out(world: World) -> None:
        use = right(world)
        assert fits(use.method, use.url, use.headers), "the right use must be right"
        wrong = change(use)
        assert wrong != use
        assert not fits(wrong.method, wrong.url, wrong.headers), "the URL is good for more"

    return carry_out


ATTACKS = (
    *(
        Attack(f"{kind} turned to {name}", _turned(right, change))
        for kind, right in RIGHT.items()
        for name, change in ANYWHERE.items()
    ),
    *(
        Attack(f"{kind} turned to {name}", _turned(RIGHT[kind], _with_length(length)))
        for kind in ("upload", "part")
        for name, length in LENGTHS.items()
    ),
    Attack("upload turned to a download", _turned(upload, _as("GET"))),
    Attack("download turned to an upload", _turned(download, _as("PUT"))),
    Attack("part turned to another part", _turned(part, _at("partNumber=1", "partNumber=2"))),
    Attack("part turned to another upload", _turned(part, _at("uploadId=", "uploadId=x"))),
    Attack("download turned to a page", _turned(download, _at("octet-stream", "html"))),
)
