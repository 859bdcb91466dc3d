"""Snippets: the piece of a document that shows why it was found, with what to highlight in it."""

import re
from collections.abc import Iterable, Sequence

from pydantic import BaseModel

SNIPPET_CHARACTERS = 140
_BREAK = re.compile(r"[。．!?！？\n]")


class Snippet(BaseModel):
    """A cut of a document's body.

    Attributes:
        text: the cut, line feeds and all.
        start: where it begins in the body, in code points.
        highlights: [start, end) pairs in the body, ascending and disjoint, all within the cut.
    """

    text: str
    start: int
    highlights: list[tuple[int, int]]


def join_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return `spans` in order, those that touch or overlap as one.

    >>> join_spans([(4, 6), (0, 6), (9, 11)])
    [(0, 6), (9, 11)]
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def make_snippet(
    body: str,
    spans: Sequence[tuple[int, int]],
    passage: tuple[int, int] | None = None,
    limit: int = SNIPPET_CHARACTERS,
) -> Snippet:
    """Return the best cut of `body`, at most `limit` characters.

    It is the cut that shows the most of `spans`, the first of equals, begun at a sentence where
    that leaves them in; within `passage` if one is given; else the body's beginning.
    """
    joined = join_spans(spans)
    low, high = passage or (0, len(body))
    inside = [span for span in joined if low <= span[0] and span[1] <= high]
    if not inside:
        start = low
    else:
        start = _sentence_start(body, _best_start(inside, limit), inside, low, limit)
    text = body[start : min(high, start + limit)].rstrip()
    end = start + len(text)
    # Of `spans`, not of `joined`: a run that is longer than the cut is shown as far as it fits.
    shown = (span for span in spans if start <= span[0] and span[1] <= end)
    return Snippet(text=text, start=start, highlights=join_spans(shown))


def _best_start(spans: Sequence[tuple[int, int]], limit: int) -> int:
    """Return where the cut that holds the most of `spans` begins; they ascend and are disjoint."""
    best, best_count = spans[0][0], 0
    behind = 0  # the first span that the cut begun at `start` doesn't hold
    for first, (start, _) in enumerate(spans):
        behind = max(behind, first)
        while behind < len(spans) and spans[behind][1] <= start + limit:
            behind += 1
        if behind - first > best_count:
            best, best_count = start, behind - first
    return best


def _sentence_start(
    body: str, first: int, spans: Sequence[tuple[int, int]], low: int, limit: int
) -> int:
    """Move back to the start of the sentence as far as the last highlight stays in."""
    last = max((end for _, end in spans if first < end <= first + limit), default=first)
    earliest = max(low, min(first, last - limit))
    breaks = [match.end() for match in _BREAK.finditer(body, earliest, first)]
    if breaks:
        return breaks[-1]
    return earliest if earliest == low else max(earliest, first - limit // 4)
