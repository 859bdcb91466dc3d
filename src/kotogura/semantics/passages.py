"""Cuts a document's body into passages: the pieces of text that get an embedding each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kotogura.semantics.headings import is_heading, is_question

DEFAULT_LIMIT = 300

_SENTENCE = re.compile(r"[^。！？!?]*[。！？!?]+[」』）)】]*|[^。！？!?]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A half-open range of the document's body: code points `start` to `end`, `end` excluded."""

    start: int
    end: int

    def text(self, body: str) -> str:
        """Return the passage's own text, given the body it was cut from."""
        return body[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    opens: bool  # a heading or question, or the first sentence after a blank line
    heads: bool  # a heading or question: stays with what follows it


def split_passages(text: str, *, limit: int = DEFAULT_LIMIT) -> list[Passage]:
    r"""Return the passages of `text` in order, without overlap.

    A passage begins at a heading or a question, or at a blank line once it is a third of `limit`
    long, and otherwise takes whole sentences up to `limit`. A sentence longer than `limit` is cut
    at a comma or space where there is one.

    Args:
        text: the body of a document.
        limit: the most code points that a passage may have; at least 1.

    Returns:
        Passages of 1 to `limit` code points that begin and end with a visible character. Every
        visible character of `text` is in exactly one of them; an empty or blank text has none.

    >>> body = "休暇\n前日までに申請します。上長が認めます。\n\n■ 費用\n後日、精算します。"
    >>> for passage in split_passages(body):
    ...     print(passage, repr(passage.text(body)))
    Passage(start=0, end=22) '休暇\n前日までに申請します。上長が認めます。'
    Passage(start=24, end=38) '■ 費用\n後日、精算します。'
    >>> split_passages(" \n ")
    []
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    return list(_join(_sentences(text, limit), limit))


def _join(sentences: Iterator[_Sentence], limit: int) -> Iterator[Passage]:
    start = end = -1
    only_headings = False
    for sentence in sentences:
        if start >= 0:
            full = sentence.end - start > limit
            turns = sentence.opens and not only_headings
            long_enough = sentence.heads or end - start >= limit // 3
            if full or (turns and long_enough):
                yield Passage(start, end)
                start = -1
        if start < 0:
            start, only_headings = sentence.start, True
        end = sentence.end
        only_headings = only_headings and sentence.heads
    if start >= 0:
        yield Passage(start, end)


def _sentences(text: str, limit: int) -> Iterator[_Sentence]:
    after_blank = True
    position = 0
    for line in text.split("\n"):
        if not line.strip():
            after_blank = True
        else:
            heads = is_heading(line, alone=after_blank) or is_question(line)
            opens = after_blank or heads
            for match in _SENTENCE.finditer(line):
                for start, end in _pieces(
                    text, position + match.start(), position + match.end(), limit
                ):
                    yield _Sentence(start, end, opens, heads)
                    opens = False
            after_blank = False
        position += len(line) + 1


def _pieces(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Trim a sentence and cut it to `limit`, after a late comma or space where there is one."""
    while True:
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start == end:
            return
        if end - start <= limit:
            yield start, end
            return
        cut = start + limit
        for candidate in range(cut, start + limit // 2, -1):
            if text[candidate - 1] in "、，,；; \u3000\t":
                cut = candidate
                break
        last = cut
        while text[last - 1].isspace():
            last -= 1
        yield start, last
        start = cut
