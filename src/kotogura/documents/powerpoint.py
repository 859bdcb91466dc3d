"""PowerPoint presentations: slide by slide, tables and speaker's notes too."""

import io
from functools import partial

from pptx import Presentation

from kotogura.documents.archives import check_archive
from kotogura.documents.limits import Budget
from kotogura.documents.office_xml import FALLBACK, lines, paragraph_text, told_by_properties
from kotogura.documents.text import BodyBuilder, FormattedText, one_line

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PARAGRAPH, _ROW = f"{_A}p", f"{_A}tr"
_text = partial(
    paragraph_text,
    texts=frozenset([f"{_A}t"]),
    blanks=frozenset([f"{_A}br"]),
    unseen=frozenset([f"{_A}pPr", FALLBACK]),
)


def read_powerpoint(data: bytes, budget: Budget) -> FormattedText:
    """Return what a .pptx says: each slide is a page, its title the heading.

    The title is that of the first slide that has one, or else the one among the properties.
    """
    check_archive(data, budget)
    presentation = Presentation(io.BytesIO(data))
    body = BodyBuilder(budget)
    title = ""
    for page, slide in enumerate(presentation.slides, 1):
        budget.look()
        shape = slide.shapes.title
        heading = one_line(shape.text_frame.text) if shape is not None else ""
        title = title or heading
        body.section(heading, page)
        for _, text in lines(slide.element, _PARAGRAPH, _ROW, _text, budget):
            body.add(text)
        if slide.has_notes_slide:
            notes = slide.notes_slide.notes_text_frame
            body.add(notes.text if notes is not None else "")
    properties = presentation.core_properties
    text, sections = body.build()
    return FormattedText(
        title or properties.title.strip(), text, sections, told_by_properties(properties)
    )
