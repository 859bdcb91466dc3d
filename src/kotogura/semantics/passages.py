"""Cuts a document's body into passages: the pieces of text that get an embedding each."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from kotogura.semantics.sentences import Sentence, halve, sections
from kotogura.semantics.token_measure import TokenMeasure

# Letters that the model has no token for, or one for a whole run, still have to be shown.
_CHARACTERS_PER_TOKEN = 8
_LONGEST_PIECE = 512  # code points; longer sentences are cut before they are counted
_LONGEST_TITLE = 512
_MOST_OVERLAPPING = 2


@dataclass(frozen=True, slots=True)
class Sizes:
    """How passages are cut, in tokens.

    Attributes:
        most: the most of a passage's own text; a model whose maximum is lower has less.
        overlap: how many of the passage before it may repeat, in whole sentences, two at most.
        title: the most of a title that goes above each passage.
    """

    most: int = 256
    overlap: int = 32
    title: int = 32


DEFAULT_SIZES = Sizes()


@dataclass(frozen=True, slots=True)
class Passage:
    """A half-open range of the document's body: code points `start` to `end`, `end` excluded."""

    start: int
    end: int

    def text(self, body: str) -> str:
        """Return the passage's own text, given the body it was cut from."""
        return body[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of one that is longer than half a passage.

    `ahead` are the tokens from here to the sentence's end.
    """

    start: int
    end: int
    tokens: int
    ahead: int
    begins: bool
    opens: bool
    heads: bool


def split_passages(
    text: str, measure: TokenMeasure, *, title: str = "", sizes: Sizes = DEFAULT_SIZES
) -> list[Passage]:
    r"""Return the passages of `text` in order.

    A heading or a question begins a passage, and none ends one unless nothing but headings is
    there. A section that fits stays whole. A longer one is cut, at blank lines and ends of
    sentences, into passages of about equal length that overlap by a sentence or two; a sentence
    that is too long itself is cut at a comma or space where there is one.

    Args:
        text: the body of a document.
        measure: of the model that will embed the passages.
        title: what will go above each passage, from `short_title`.
        sizes: in tokens.

    Returns:
        Passages that begin and end with a visible character. Every visible character of `text` is
        in one of them; starts and ends ascend. With the title, each has at most `measure.room`
        tokens. An empty or blank text has none.

    >>> from kotogura.semantics.token_measure import CharacterMeasure
    >>> body = "休暇\n前日までに申請します。上長が認めます。\n\n■ 費用\n後日、精算します。"
    >>> for passage in split_passages(body, CharacterMeasure(40)):
    ...     print(passage, repr(passage.text(body)))
    Passage(start=0, end=22) '休暇\n前日までに申請します。上長が認めます。'
    Passage(start=24, end=38) '■ 費用\n後日、精算します。'
    >>> for passage in split_passages(body, CharacterMeasure(20), sizes=Sizes(overlap=8)):
    ...     print(repr(passage.text(body)))
    '休暇\n前日までに申請します。'
    '上長が認めます。'
    '■ 費用\n後日、精算します。'
    >>> split_passages(" \n ", CharacterMeasure(40))
    []
    """
    above = measure.count([title])[0] + 1 if title else 0
    room = max(1, min(sizes.most, measure.room - above))
    found = list(sections(text))
    whole = _fitting(text, found, measure, room)
    passages: list[Passage] = []
    for section, fits in zip(found, whole, strict=True):
        if fits:
            passages.append(Passage(section[0].start, section[-1].end))
        else:
            pieces = _pieces(text, section, measure, max(1, room // 2))
            joined = list(_join(pieces, room, sizes))
            passages += _checked(text, joined, measure, room)
    return passages


def short_title(title: str, measure: TokenMeasure, *, sizes: Sizes = DEFAULT_SIZES) -> str:
    r"""Return as much of the beginning of `title` as may go above each passage.

    >>> from kotogura.semantics.token_measure import CharacterMeasure
    >>> short_title(" 休暇規程\n第二版 ", CharacterMeasure(20), sizes=Sizes(title=6))
    '休暇規程 第'
    """
    short = " ".join(title[:_LONGEST_TITLE].split())
    most = min(sizes.title, measure.room // 2)
    while short and (tokens := measure.count([short])[0]) > most:
        short = short[: min(len(short) - 1, len(short) * most // tokens)].rstrip()
    return short


def below_title(title: str, passage: str) -> str:
    """Return what is embedded: a passage below its document's title, as `short_title` gives it."""
    return f"{title}\n{passage}"


def _fitting(
    text: str, found: Sequence[Sequence[Sentence]], measure: TokenMeasure, room: int
) -> list[bool]:
    """Tell of each section whether it is a passage as it is."""
    longest = room * _CHARACTERS_PER_TOKEN
    counted = [
        text[section[0].start : section[-1].end]
        if section[-1].end - section[0].start <= longest
        else ""
        for section in found
    ]
    tokens = measure.count(counted)
    return [bool(part) and count <= room for part, count in zip(counted, tokens, strict=True)]


def _pieces(
    text: str, section: Sequence[Sentence], measure: TokenMeasure, most: int
) -> list[_Piece]:
    """Return the section's sentences in pieces of at most `most` tokens, except single letters."""
    ranges = [
        (owner, part)
        for owner, sentence in enumerate(section)
        for part in _windows(text, sentence.start, sentence.end)
    ]
    known: dict[tuple[int, int], int] = {}
    while True:
        new = [part for _, part in ranges if part not in known]
        known |= zip(new, measure.count([_counted(text, part) for part in new]), strict=True)
        if all(known[part] <= most or part[1] - part[0] == 1 for _, part in ranges):
            break
        ranges = [
            (owner, half)
            for owner, part in ranges
            for half in (
                halve(text, *part) if known[part] > most and part[1] - part[0] > 1 else [part]
            )
        ]
    pieces = []
    for owner, group in groupby(ranges, key=lambda pair: pair[0]):
        parts = [part for _, part in group]
        ahead = sum(known[part] for part in parts)
        sentence = section[owner]
        for number, part in enumerate(parts):
            first = number == 0
            opens = sentence.opens and first
            pieces.append(_Piece(*part, known[part], ahead, first, opens, sentence.heads))
            ahead -= known[part]
    return pieces


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a range into ranges of at most `_LONGEST_PIECE` code points."""
    if end - start <= _LONGEST_PIECE:
        yield start, end
    else:
        for half in halve(text, start, end):
            yield from _windows(text, *half)


def _counted(text: str, part: tuple[int, int]) -> str:
    """Return a part as it counts: a blank before it, if there is one, goes to it."""
    start, end = part
    return (" " if start and text[start - 1].isspace() else "") + text[start:end]


def _join(pieces: Sequence[_Piece], room: int, sizes: Sizes) -> Iterator[Passage]:
    """Join pieces of one section into passages, as equal as their sentences allow."""
    left = sum(piece.tokens for piece in pieces)
    goal = _goal(left, room)
    first, tokens, fresh = 0, 0, 0
    for index, piece in enumerate(pieces):
        wide = piece.end - pieces[first].start > room * _CHARACTERS_PER_TOKEN
        if index > first and (
            wide or _ends_before(piece, pieces[index - 1], tokens, fresh, room, goal)
        ):
            if pieces[index - 1].heads:
                start = _last_headings(pieces, first, index, room - piece.tokens)
                yield Passage(pieces[first].start, pieces[start - 1].end)
            else:
                yield Passage(pieces[first].start, pieces[index - 1].end)
                spare = min(sizes.overlap, room - min(room, piece.ahead))
                start = _last_sentences(pieces, first, index, spare)
            first, fresh, goal = start, 0, _goal(left, room)
            tokens = sum(other.tokens for other in pieces[first:index])
        tokens += piece.tokens
        fresh += piece.tokens
        left -= piece.tokens
    if pieces:
        yield Passage(pieces[first].start, pieces[-1].end)


def _goal(left: int, room: int) -> float:
    """Return how many tokens the next passage should have when `left` are to come."""
    return left / math.ceil(left / room) if left else 1.0


def _ends_before(
    piece: _Piece, before: _Piece, tokens: int, fresh: int, room: int, goal: float
) -> bool:
    """Tell whether the passage so far, `tokens` long and `fresh` of them new, ends here."""
    if before.heads or not piece.begins:
        return tokens + piece.tokens > room
    need = piece.ahead if piece.ahead <= room else piece.tokens
    if tokens + need > room or fresh + need / 2 > goal:
        return True
    return piece.opens and fresh >= goal * 2 / 3


def _last_headings(pieces: Sequence[_Piece], first: int, index: int, spare: int) -> int:
    """Return from where, behind `first`, the headings before `index` have `spare` tokens."""
    start = index
    while start - 1 > first and pieces[start - 1].tokens <= spare:
        start -= 1
        spare -= pieces[start].tokens
    return start


def _last_sentences(pieces: Sequence[_Piece], first: int, index: int, spare: int) -> int:
    """Return from where, behind `first`, one or two sentences before `index` have `spare` tokens.

    Without a sentence that short, it is `index` itself.
    """
    found = start = index
    sentences = 0
    while start - 1 > first and sentences < _MOST_OVERLAPPING and not pieces[start - 1].heads:
        start -= 1
        spare -= pieces[start].tokens
        if spare < 0:
            break
        if pieces[start].begins:
            found, sentences = start, sentences + 1
    return found


def _checked(
    text: str, passages: Sequence[Passage], measure: TokenMeasure, room: int
) -> list[Passage]:
    """Halve the passages that have more tokens than the sum of their sentences, or are too wide."""
    longest = room * _CHARACTERS_PER_TOKEN
    checked: list[Passage] = []
    tokens = measure.count([passage.text(text) for passage in passages])
    for passage, count in zip(passages, tokens, strict=True):
        width = passage.end - passage.start
        if width > 1 and (count > room or width > longest):
            halves = [Passage(*half) for half in halve(text, passage.start, passage.end)]
            checked += _checked(text, halves, measure, room)
        else:
            checked.append(passage)
    return checked
