"""Snippets: the piece of a document that shows why it was found, with what to highlight in it."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pydantic import BaseModel

SNIPPET_CHARACTERS = 140
FRAGMENT_COUNT = 3
"""A snippet and its further fragments."""
_BREAK = re.compile(r"[。．!?！？\n]")
_LONGEST_WORD = 16
_KINDS = [re.compile(kind) for kind in ("[一-鿿々〆]+", "[ぁ-ゖ]+", "[ァ-ヺー]+", "[0-9A-Za-z]+")]

Range = tuple[int, int]
_Group = tuple[int, int, frozenset[str]]
"""Spans that touch or overlap, as one, and the words that they are of."""


class Fragment(BaseModel):
    """A cut of a document's body.

    Attributes:
        text: the cut, line feeds and all.
        start: where it begins in the body, in code points.
        highlights: [start, end) pairs in the body, ascending and disjoint, all within the cut.
        html: the cut to be put into a page as it is: escaped, what is highlighted in `mark`.
    """

    text: str
    start: int
    highlights: list[Range]
    html: str = ""


class Snippet(Fragment):
    """The best cut, and in `more` others that show words of the query which it doesn't."""

    more: list[Fragment] = []


def join_spans(spans: Iterable[Range]) -> list[Range]:
    """Return `spans` in order, those that touch or overlap as one.

    >>> join_spans([(4, 6), (0, 6), (9, 11)])
    [(0, 6), (9, 11)]
    """
    joined: list[Range] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def marked(text: str, start: int, highlights: Iterable[Range]) -> str:
    """Return `text`, which begins at `start`, as HTML, with `highlights` in `mark` elements.

    >>> marked("a<b>c", 10, [(11, 14)])
    'a<mark>&lt;b&gt;</mark>c'
    """
    pieces: list[str] = []
    behind = start
    for first, last in highlights:
        pieces.append(html.escape(text[behind - start : first - start]))
        pieces.append(f"<mark>{html.escape(text[first - start : last - start])}</mark>")
        behind = last
    pieces.append(html.escape(text[behind - start :]))
    return "".join(pieces)


def make_snippet(
    body: str,
    spans: Sequence[Range],
    passage: Range | None = None,
    limit: int = SNIPPET_CHARACTERS,
    words: Sequence[str] | None = None,
) -> Snippet:
    """Return the best cut of `body`, at most `limit` characters, and what it leaves to be shown.

    It is the cut that shows the most of the words, then the most of `spans`, the first of equals,
    begun at a sentence where that leaves them in; within `passage` if one is given; else the body's
    beginning.

    Args:
        body: of the document.
        spans: what to highlight.
        passage: where the cut must lie.
        limit: in code points.
        words: beside `spans`, which word of the query each is; without them, each is its own.
    """
    low, high = passage or (0, len(body))
    groups = [one for one in _groups(spans, words) if low <= one[0] and one[1] <= high]
    if not groups:
        return Snippet(**_cut(body, spans, low, high, limit).model_dump())
    shown: set[str] = set()
    fragments: list[Fragment] = []
    while groups and len(fragments) < FRAGMENT_COUNT:
        start = _sentence_start(body, _best_start(groups, limit), groups, low, limit)
        start = max([start, *(one.start + len(one.text) for one in fragments if one.start < start)])
        end = min([high, *(one.start for one in fragments if one.start > start)])
        fragments.append(_cut(body, spans, start, end, limit))
        behind = start + limit
        shown |= {
            word for begin, last, own in groups if start <= begin and last <= behind for word in own
        }
        groups = [
            one
            for one in groups
            if not one[2] <= shown and not (start < one[1] and one[0] < behind)
        ]
    best, *more = fragments
    return Snippet(**best.model_dump(), more=sorted(more, key=lambda one: one.start))


def _cut(body: str, spans: Sequence[Range], start: int, high: int, limit: int) -> Fragment:
    text = body[start : min(high, start + limit)].rstrip()
    end = start + len(text)
    # Of `spans`, not of groups: a run that is longer than the cut is shown as far as it fits.
    highlights = join_spans(span for span in spans if start <= span[0] and span[1] <= end)
    html = marked(text, start, highlights)
    return Fragment(text=text, start=start, highlights=highlights, html=html)


def _groups(spans: Sequence[Range], words: Sequence[str] | None) -> list[_Group]:
    """Return spans that touch or overlap as one, in order."""
    found: list[_Group] = []
    own = words or [""] * len(spans)
    for (start, end), word in sorted(zip(spans, own, strict=True)):
        if found and start <= found[-1][1]:
            first, last, some = found[-1]
            found[-1] = (first, max(last, end), some | {word})
        else:
            found.append((start, end, frozenset({word})))
    if words is None:
        return [(start, end, frozenset({str(start)})) for start, end, _ in found]
    return found


def _best_start(groups: Sequence[_Group], limit: int) -> int:
    """Return where the cut that holds the most words, then groups, begins; the groups ascend."""
    best, best_worth = groups[0][0], (0, 0)
    words: Counter[str] = Counter()
    behind = 0  # the first group that the cut begun at `start` doesn't hold
    for first, (start, _, own) in enumerate(groups):
        while behind < len(groups) and groups[behind][1] <= start + limit:
            words.update(groups[behind][2])
            behind += 1
        worth = (len(words), behind - first)
        if worth > best_worth:
            best, best_worth = start, worth
        if behind > first:
            words -= Counter(own)
        else:
            behind = first + 1
    return best


def _sentence_start(body: str, first: int, groups: Sequence[_Group], low: int, limit: int) -> int:
    """Move back to the start of the sentence as far as the last highlight stays in."""
    last = max((end for _, end, _ in groups if first < end <= first + limit), default=first)
    earliest = max(low, min(first, last - limit))
    breaks = [match.end() for match in _BREAK.finditer(body, earliest, first)]
    if breaks:
        return breaks[-1]
    return (
        earliest if earliest == low else _word_start(body, max(earliest, first - limit // 4), first)
    )


def _word_start(body: str, start: int, first: int) -> int:
    """Move on to where letters of another kind begin, `first` at the latest: 大|阪空港の to の.

    A run that is longer than any word is left as it is.
    """
    for kind in _KINDS:
        if start and kind.match(body, start - 1) and (run := kind.match(body, start)):
            begin = min(run.end(), first)
            return begin if begin - start <= _LONGEST_WORD else start
    return start
