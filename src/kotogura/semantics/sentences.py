"""A text's sentences, and the sections that headings and questions divide it into."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kotogura.semantics.headings import is_heading, is_question

# A full stop of Latin script ends a sentence only behind a word: "1." and "v2." go on.
_END = re.compile(r"[。！？!?]+[」』）)】]*|(?<=[a-z)\]\"'])\.(?=\s)")
_FARTHEST_BREAK = 64
_GOOD_BREAKS = frozenset("、，,；;。 \u3000\t\n")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A half-open range of code points that begins and ends with a visible character.

    Attributes:
        start: its first code point.
        end: the code point after its last.
        opens: it is the first after a blank line.
        heads: it is, or belongs to, a heading or question.
    """

    start: int
    end: int
    opens: bool
    heads: bool


def sections(text: str) -> Iterator[list[Sentence]]:
    r"""Return the sentences of `text`, in order, by section.

    A section begins at a heading or a question; several in a row begin one together.

    >>> for section in sections("休暇\n届け出ます。上長が認めます。\n\n■ 費用\n精算します。"):
    ...     print([(sentence.start, sentence.end) for sentence in section])
    [(0, 2), (3, 9), (9, 17)]
    [(19, 23), (24, 30)]
    """
    section: list[Sentence] = []
    for sentence in _sentences(text):
        if sentence.heads and section and not section[-1].heads:
            yield section
            section = []
        section.append(sentence)
    if section:
        yield section


def _sentences(text: str) -> Iterator[Sentence]:
    after_blank = True
    position = 0
    for line in text.split("\n"):
        if not line.strip():
            after_blank = True
        else:
            heads = is_heading(line, alone=after_blank) or is_question(line)
            ends = [match.end() for match in _END.finditer(line)]
            start = 0
            for end in (*ends, len(line)):
                trimmed = trim(text, position + start, position + end)
                if trimmed is not None:
                    yield Sentence(*trimmed, after_blank, heads)
                    after_blank = False
                start = end
        position += len(line) + 1


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the range without the blanks at its ends, or None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def halve(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a range near its middle, behind a comma or space if there is one.

    Args:
        text: what the range belongs to.
        start: its first code point, visible.
        end: the code point after its last, which is visible and not its first.

    Returns:
        Two trimmed ranges that cover every visible character of it.

    >>> halve("雨の日、風の日", 0, 7), halve("雨雪", 0, 2)
    ([(0, 4), (4, 7)], [(0, 1), (1, 2)])
    """
    middle = (start + end) // 2
    reach = min((end - start) // 4, _FARTHEST_BREAK)
    cut = next(
        (
            place
            for distance in range(reach + 1)
            for place in (middle + distance, middle - distance)
            if start < place < end and text[place - 1] in _GOOD_BREAKS
        ),
        middle,
    )
    halves = (trim(text, start, cut), trim(text, cut, end))
    return [half for half in halves if half is not None]
