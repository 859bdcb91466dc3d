"""An extracted document: what analysis, index and training work on."""

from bisect import bisect_right
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from kotogura.documents.metadata_values import MetadataValue


class Section(BaseModel):
    """Where a part of a body stood in the file; it reaches to the next section's start.

    Attributes:
        start: where it begins in the body, in code points.
        heading: the nearest heading, sheet's name or slide's title; empty when there is none.
        page: the page or slide, from 1; None in formats without pages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int
    heading: str = ""
    page: int | None = None


class ExtractedDocument(BaseModel):
    """One version of one document, ready to be analysed. Offsets count code points of `body`.

    Attributes:
        document_id: the id made of the name.
        name: the key below `<tenant>/documents/`.
        version: the sequencer of the change that brought it; greater is later.
        title: one line; may be the file's stem.
        body: the text without markup.
        media_type: what the file is, by its extension.
        encoding: the character set it was decoded from.
        size_bytes: the object's size.
        metadata: fields to filter, count and sort by, each with its values in the file's order.
            Names are lower case; see `docs/documents.md` for those that every document has.
        sections: where passages stood, by `start`; none where the format has no such parts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_id: str
    name: str
    version: str
    title: str
    body: str
    media_type: str
    encoding: str
    size_bytes: int
    metadata: dict[str, list[MetadataValue]] = {}
    sections: list[Section] = []


def section_at(sections: Sequence[Section], offset: int) -> Section | None:
    """Return the section that the code point at `offset` lies in, or None before the first.

    >>> section_at([Section(start=0, page=1), Section(start=40, page=2)], 41).page
    2
    """
    place = bisect_right(sections, offset, key=lambda section: section.start)
    return sections[place - 1] if place else None


def staged_name(document_id: str, sequencer: str, writing: str) -> str:
    """Return where the extracted document waits for its analysis.

    Each writing has a name of its own: a janitor that has just found an old file must not meet a
    new one under that name.

    >>> staged_name("abc", "01", "5f")
    'staging/abc-01-5f.json'
    """
    return f"staging/{document_id}-{sequencer}-{writing}.json"
