"""An OpenAPI document as one page of HTML: no script, nothing from elsewhere."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

_STYLE = """\
:root{color-scheme:light dark}
body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h2{border-bottom:1px solid #8886;margin-top:3rem}
h3{margin-top:2rem}
code,pre{font:14px/1.5 ui-monospace,monospace;background:#8882;border-radius:4px;padding:.1em .3em}
pre{padding:1em;overflow:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3em .6em;border-bottom:1px solid #8884}
.method{font-weight:bold;text-transform:uppercase}
nav li{display:inline-block;margin-right:1em}
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_REFERENCE = "#/components/schemas/"


def page(document: dict[str, Any]) -> str:
    """Return the page that shows `document`, in its order."""
    title = escape(document["info"]["title"])
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title} API</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(_body(document))
        + "\n</body></html>\n"
    )


def _body(document: dict[str, Any]) -> Iterator[str]:
    info = document["info"]
    yield f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
    yield f"<p>{_text(info.get('summary', ''))}</p>"
    for paragraph in info.get("description", "").split("\n\n"):
        yield f"<p>{_text(paragraph)}</p>"
    yield '<p>For programs: <a href="openapi.json">openapi.json</a>.</p>'
    yield "<h2>Servers</h2><ul>"
    for server in document["servers"]:
        told = _text(server.get("description", ""))
        yield f"<li><code>{escape(server['url'])}</code> {told}</li>"
    yield "</ul>"
    for tag in document["tags"]:
        operations = [
            (method, path, described)
            for path, item in document["paths"].items()
            for method, described in item.items()
            if tag["name"] in described.get("tags", ())
        ]
        if operations:
            yield f"<h2>{escape(tag['name'])}</h2><p>{_text(tag['description'])}</p>"
            for method, path, described in operations:
                yield from _operation(method, path, described)
    yield "<h2>Models</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield from _model(name, schema)


def _operation(method: str, path: str, described: dict[str, Any]) -> Iterator[str]:
    yield (
        f'<h3 id="{escape(described["operationId"])}"><span class="method">{escape(method)}</span> '
        f"<code>{escape(path)}</code></h3><p>{_text(described['summary'])}.</p>"
    )
    if "description" in described:
        yield f"<p>{_text(described['description'])}</p>"
    parameters = described.get("parameters", [])
    if parameters:
        yield "<table><tr><th>parameter</th><th>type</th><th>meaning</th></tr>"
        for one in parameters:
            needed = "required, " if one.get("required") else ""
            yield (
                f"<tr><td><code>{escape(one['name'])}</code> in {escape(one['in'])}</td>"
                f"<td>{needed}{_type(one['schema'])}</td>"
                f"<td>{_text(one.get('description', ''))}</td></tr>"
            )
        yield "</table>"
    for content in described.get("requestBody", {}).get("content", {}).values():
        yield f"<p>Body: {_type(content['schema'])} as JSON.</p>"
    yield "<table><tr><th>status</th><th>answer</th></tr>"
    for status, answer in described["responses"].items():
        shown = ""
        if int(status) < 400:
            schemas = [one["schema"] for one in answer.get("content", {}).values()]
            shown = " " + ", ".join(_type(schema) for schema in schemas)
        yield f"<tr><td>{status}</td><td>{_text(answer['description'])}{shown}</td></tr>"
    yield "</table>"


def _model(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f'<h3 id="{escape(name)}">{escape(name)}</h3>'
    for paragraph in schema.get("description", "").split("\n\n"):
        yield f"<p>{_text(' '.join(paragraph.split()))}</p>"
    if "properties" not in schema:
        yield f"<p>{_type(schema)}</p>"
        return
    needed = schema.get("required", ())
    yield "<table><tr><th>field</th><th>type</th><th>meaning</th></tr>"
    for field, one in schema["properties"].items():
        mark = "" if field in needed else " (optional)"
        yield (
            f"<tr><td><code>{escape(field)}</code>{mark}</td><td>{_type(one)}</td>"
            f"<td>{_text(one.get('description', ''))}</td></tr>"
        )
    yield "</table>"


def _type(schema: dict[str, Any]) -> str:
    """Return a schema in a few words of HTML."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_REFERENCE))
        return f'<a href="#{name}">{name}</a>'
    for words, key in ((" or ", "anyOf"), (" or ", "oneOf"), (" and ", "allOf")):
        if key in schema:
            return words.join(_type(one) for one in schema[key])
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if values:
        return " or ".join(f"<code>{escape(str(one))}</code>" for one in values)
    kind = schema.get("type", "anything")
    shown = escape(" or ".join(kind) if isinstance(kind, list) else kind)
    items = schema.get("prefixItems") or [
        inner for inner in (schema.get("items"), schema.get("additionalProperties")) if inner
    ]
    if items and items != [True]:
        shown += " of " + ", ".join(_type(one) for one in items)
    return shown + _bounds(schema)


def _bounds(schema: dict[str, Any]) -> str:
    names = {
        "minimum": "at least",
        "maximum": "at most",
        "minLength": "characters at least",
        "maxLength": "characters at most",
        "pattern": "like",
        "format": "",
        "default": "default",
    }
    told = [
        f"{words} <code>{escape(json.dumps(schema[key], ensure_ascii=False).strip(chr(34)))}</code>"
        for key, words in names.items()
        if schema.get(key) is not None
    ]
    return "".join(f", {one.strip()}" for one in told)


def _text(markdown: str) -> str:
    """Return text with `code` marked; all else of Markdown stands as it is."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(markdown))
