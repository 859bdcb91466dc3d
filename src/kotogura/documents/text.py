"""A document's text as readers build it: lines, sections, a title and what the file tells of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kotogura.documents.extracted import Section
from kotogura.documents.limits import Budget
from kotogura.documents.metadata_values import MetadataValue

TITLE_LIMIT = 200
_LINE_LIMIT = 80  # a first line longer than this is a sentence, not a title
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARGIN = " \t\u3000"

MARK = "\x1e"
"""What `tidy` takes for the start of a section; readers leave it out of what they find."""


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A document's words.

    Attributes:
        title: one line, perhaps empty.
        body: the text without markup.
        sections: where parts of the body stood in the file.
        metadata: what the file itself tells: author, created, modified, language and the like.
    """

    title: str
    body: str
    sections: Sequence[Section] = ()
    metadata: dict[str, list[MetadataValue]] = field(default_factory=dict)


class BodyBuilder:
    """Puts a body together line by line, and remembers where its sections begin."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._lines: list[str] = []
        self._sections: list[Section] = []
        self._length = 0
        self._waiting: Section | None = None

    def section(self, heading: str = "", page: int | None = None) -> None:
        """Begin a section with the next line; one without lines leaves no trace."""
        self._waiting = Section(start=0, heading=one_line(heading), page=page)

    def add(self, text: str) -> None:
        """Add the lines of `text` that are not blank."""
        for line in without_surrogates(text).splitlines():
            line = line.strip(_MARGIN)  # noqa: PLW2901
            if not line:
                continue
            if self._waiting is not None:
                place = self._waiting.model_copy(update={"start": self._length})
                self._sections.append(place)
                self._waiting = None
            self._budget.take(len(line) + 1)
            self._lines.append(line)
            self._length += len(line) + 1
        self._budget.step()

    def add_all(self, texts: Iterable[str]) -> None:
        """Add the lines of each text that are not blank."""
        for text in texts:
            self.add(text)

    def build(self) -> tuple[str, list[Section]]:
        """Return the body and its sections."""
        return "\n".join(self._lines), self._sections


def one_line(text: str) -> str:
    """Return the first of `text`, without control characters, as one short line."""
    return " ".join(_CONTROL.sub(" ", text[: 10 * TITLE_LIMIT]).split())[:TITLE_LIMIT].rstrip()


def tidy(text: str, headings: Iterable[str] = ()) -> tuple[str, list[Section]]:
    r"""Trim lines, keep at most one blank line between two, and find sections at their marks.

    >>> tidy(f"  序\n\n\n\n{MARK} 一 \n文", ["一"])
    ('序\n\n一\n文', [Section(start=3, heading='一', page=None)])
    """
    names = iter(headings)
    lines: list[str] = []
    sections: list[Section] = []
    length, waiting, blank = 0, "", False
    for line in text.replace("\ufeff", "").split("\n"):
        for _ in range(line.count(MARK)):
            waiting = one_line(next(names, ""))
        clean = line.replace(MARK, "").strip(_MARGIN)
        if not clean:
            blank = True
            continue
        if blank and lines:
            lines.append("")
            length += 1
        blank = False
        if waiting:
            sections.append(Section(start=length, heading=waiting))
            waiting = ""
        lines.append(clean)
        length += len(clean) + 1
    return "\n".join(lines), sections


def first_line_as_title(text: str) -> tuple[str, str]:
    r"""Return a short first line and the rest, or nothing and `text` when there is no such line.

    >>> first_line_as_title("旅費規程\n日当は二千円。")
    ('旅費規程', '日当は二千円。')
    """
    first, _, rest = text.lstrip("\ufeff \t\n\u3000").partition("\n")
    if 0 < len(first.strip()) <= _LINE_LIMIT and rest.strip() and not first.rstrip().endswith("。"):
        return first.strip(), rest
    return "", text


def without_surrogates(text: str) -> str:
    """Return `text` with halves of characters replaced: they stand in no file and no answer."""
    return _SURROGATE.sub("\ufffd", text)
