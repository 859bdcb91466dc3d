"""Word documents: paragraphs, tables, text boxes and notes, by their headings."""

import io
from functools import partial
from typing import Any

import docx
from docx.oxml.parser import parse_xml

from kotogura.documents.archives import check_archive
from kotogura.documents.limits import Budget
from kotogura.documents.office_xml import FALLBACK, lines, paragraph_text, told_by_properties
from kotogura.documents.text import BodyBuilder, FormattedText

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH, _ROW = f"{_W}p", f"{_W}tr"
_text = partial(
    paragraph_text,
    texts=frozenset([f"{_W}t"]),
    blanks=frozenset([f"{_W}tab", f"{_W}br", f"{_W}cr"]),
    # Deleted text, and the small kana of furigana, which would split the words they stand over.
    unseen=frozenset([f"{_W}del", f"{_W}moveFrom", f"{_W}rt", f"{_W}pPr", FALLBACK]),
)
_NOTES = ("/footnotes", "/endnotes")
_BODY_LEVEL = 9  # an outline level that means "no heading"


def read_word(data: bytes, budget: Budget) -> FormattedText:
    """Return what a .docx says. Headers, footers and comments are left out.

    The title is the first paragraph in the style Title, or else the title among the file's
    properties, or else the first heading.
    """
    check_archive(data, budget)
    document = docx.Document(io.BytesIO(data))
    titles, headings = _styles(document.styles.element)
    body = BodyBuilder(budget)
    title = first_heading = ""
    for paragraph, text in lines(document.element.body, _PARAGRAPH, _ROW, _text, budget):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        name = style.get(f"{_W}val") if style is not None else None
        level = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        if name in titles and text and not title:
            title = text  # its words are the title's, and would count twice
            continue
        if text and (name in headings or _is_heading(level)):
            first_heading = first_heading or text
            body.section(heading=text)
        body.add(text)
    for relation in document.part.rels.values():
        if relation.reltype.endswith(_NOTES) and not relation.is_external:
            for _, text in lines(
                parse_xml(relation.target_part.blob), _PARAGRAPH, _ROW, _text, budget
            ):
                body.add(text)
    properties = document.core_properties
    text, sections = body.build()
    return FormattedText(
        title or properties.title.strip() or first_heading,
        text or title,
        sections,
        told_by_properties(properties),
    )


def _styles(styles: Any) -> tuple[set[str], set[str]]:
    """Return the ids of styles that make a title, and of those that make a heading."""
    titles, headings = set(), set()
    for style in styles.iter(f"{_W}style"):
        named = style.find(f"{_W}name")
        name = (named.get(f"{_W}val") or "").lower() if named is not None else ""
        identity = style.get(f"{_W}styleId")
        if name in ("title", "表題"):
            titles.add(identity)
        elif name.startswith(("heading", "見出し")) or _is_heading(
            style.find(f"{_W}pPr/{_W}outlineLvl")
        ):
            headings.add(identity)
    return titles, headings


def _is_heading(level: Any) -> bool:
    value = level.get(f"{_W}val") if level is not None else None
    return value is not None and value.isdecimal() and int(value) < _BODY_LEVEL
