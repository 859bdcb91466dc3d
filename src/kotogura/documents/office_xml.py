"""What Word and PowerPoint files have in common: paragraphs in trees of XML, and properties."""

import datetime
from collections.abc import Collection, Iterator
from typing import Any

from kotogura.documents.limits import Budget
from kotogura.documents.metadata_values import MetadataValue
from kotogura.documents.moments import utc

_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
FALLBACK = f"{_COMPATIBILITY}Fallback"
"""What older programs would show in place of what stands before it: the same text again."""


def paragraph_text(
    paragraph: Any, texts: Collection[str], blanks: Collection[str], unseen: Collection[str]
) -> str:
    """Return the text of one paragraph, without that of paragraphs inside it.

    Args:
        paragraph: an element of lxml.
        texts: tags whose text counts.
        blanks: tags that stand for a blank, such as tabs and line breaks.
        unseen: tags whose content is left out.
    """
    parts: list[str] = []
    waiting = list(reversed(paragraph))
    while waiting:
        node = waiting.pop()
        tag = node.tag
        if tag in texts:
            parts.append(node.text or "")
        elif tag in blanks:
            parts.append(" ")
        elif tag != paragraph.tag and tag not in unseen:
            waiting.extend(reversed(node))
    return "".join(parts)


def lines(
    root: Any, paragraph_tag: str, row_tag: str, read: Any, budget: Budget
) -> Iterator[tuple[Any, str]]:
    """Yield each line below `root`: a paragraph and its text, or a table's row, cells by tabs.

    A row comes with the first paragraph in it. What stands in a fallback is left out.
    """
    row: Any = None
    first: Any = None
    cells: list[str] = []
    for paragraph in root.iter(paragraph_tag):
        budget.step()
        around = next(paragraph.iterancestors(row_tag, FALLBACK), None)
        if around is not None and around.tag == FALLBACK:
            continue
        if around is not row:
            if cells:
                yield first, "\t".join(cells)
            row, first, cells = around, paragraph, []
        text = read(paragraph).strip()
        if row is None:
            yield paragraph, text
        elif text:
            cells.append(text)
    if cells:
        yield first, "\t".join(cells)


def told_by_properties(properties: Any) -> dict[str, list[MetadataValue]]:
    """Return the author, dates, language and keywords of an office file's core properties."""
    found: dict[str, list[MetadataValue]] = {}
    author = _text(getattr(properties, "author", None) or getattr(properties, "creator", None))
    if author:
        found["author"] = [author]
    for name in ("created", "modified"):
        time = getattr(properties, name, None)
        if isinstance(time, datetime.datetime):
            found[name] = [utc(time)]
    language = _text(getattr(properties, "language", None))
    if language:
        found["language"] = [language.lower()]
    words = _text(properties.keywords)
    keywords: list[MetadataValue] = [
        word.strip() for word in words.replace("、", ",").replace(";", ",").split(",")
    ]
    if any(keywords):
        found["keywords"] = [word for word in keywords if word]
    return found


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
