"""Sections in a segment: where parts of a body stood in the file, one row each.

The rows are in order of documents and, within one, of starts. Formats without pages and headings
have none.
"""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from kotogura.documents.extracted import Section

SECTION_ROWS_PER_GROUP = 8_192
SECTIONS_SCHEMA = pa.schema(
    [
        ("document", pa.uint32()),
        ("start", pa.uint32()),
        ("heading", pa.string()),
        ("page", pa.uint32()),
    ]
)


def sections_table(sections: Iterable[Sequence[Section]]) -> pa.Table:
    """Return the rows of each document's sections, documents numbered from 0, as they come."""
    rows = [
        (number, section.start, section.heading, section.page)
        for number, some in enumerate(sections)
        for section in some
    ]
    columns = [[row[place] for row in rows] for place in range(len(SECTIONS_SCHEMA))]
    return pa.table(columns, schema=SECTIONS_SCHEMA)
