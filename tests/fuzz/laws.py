"""What holds of every answer, whatever was indexed and asked."""

import json
import math
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

REFUSALS = {400, 409, 413, 415, 422}
_PROBLEM = {"type", "title", "status", "detail", "code"}


def broken_laws(answer: dict[str, Any], body_of: Callable[[str], dict[str, Any]]) -> Iterator[str]:
    """Yield what does not hold of one answer to a search.

    Args:
        answer: as Lambda hands it to API Gateway.
        body_of: the answer to `GET /documents/{id}` by id.
    """
    status = answer["statusCode"]
    text = answer["body"]
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        yield "the answer is no Unicode"
    content = json.loads(text)
    if status != 200:
        yield from _refusal(status, content)
        return
    scores = [hit["score"] for hit in content["hits"]]
    if not all(math.isfinite(score) for score in scores):
        yield "a score is no number"
    if scores != sorted(scores, reverse=True):
        yield "the hits are not in the order of their scores"
    if content["total"] < len(content["hits"]):
        yield "there are more hits than the total tells"
    for hit in content["hits"]:
        document = body_of(hit["document_id"])
        yield from (f"snippet: {law}" for law in _snippet(hit["snippet"], document["body"]))
        title = document["title"]
        yield from (f"title: {law}" for law in _spans(hit["title_highlights"] or [], 0, len(title)))


def _refusal(status: int, content: dict[str, Any]) -> Iterator[str]:
    if status not in REFUSALS:
        yield f"status {status}, code {content.get('code')}"
    if set(content) < _PROBLEM:
        yield "a refusal is no problem"


def _snippet(snippet: dict[str, Any], body: str) -> Iterator[str]:
    start, text = snippet["start"], snippet["text"]
    end = start + len(text)
    if body[start:end] != text:
        yield "its text is not what stands there in the body"
    yield from _spans(snippet["highlights"], start, end)
    if "html" in snippet:
        yield from _html(snippet["html"], text)


def _html(html: str, text: str) -> Iterator[str]:
    plain = re.sub(r"</?(?:mark|em)>", "", html)
    if "<" in plain or ">" in plain:
        yield "its HTML holds another tag"
    if unescape(plain) != text:
        yield "its HTML tells another text"


def _spans(spans: list[list[int]], low: int, high: int) -> Iterator[str]:
    reached = low
    for start, end in spans:
        if start >= end:
            yield "a highlight is empty"
        if start < low or end > high:
            yield "a highlight lies outside"
        if start < reached:
            yield "highlights overlap, or do not ascend"
        reached = end
