"""Writing a segment: documents and their terms become Parquet files.

| file | rows | for |
| --- | --- | --- |
| `terms` | a (term, field) each, ascending; `term_id` is the row's number | the dictionary |
| `postings` | a (term, document) each, ascending | ranking |
| `positions` | beside the rows of `postings`: where, in units | phrases, highlights |
| `documents` | a document each, by ordinal: facts and lengths | answers, filters |
| `texts` | a document each, by ordinal: body and units | snippets, highlights |
| `metadata` | a value each, by field and document | filters, facets, order |
| `sections` | a section each, by document | pages and headings |
| `forms` | a word each as people wrote it, the most frequent first | suggestions |

The last three are left out where there is nothing to be told.

Every file has the row groups that its readers skip to, and the encoding that made it smallest:
deltas where numbers ascend, dictionaries where they repeat, split bytes where they do neither.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index.content import IndexedDocument, Occurrences, SegmentContent
from kotogura.index.described import write_file
from kotogura.index.forms import form_table
from kotogura.index.manifest import FIELDS, FORMAT_VERSION, SegmentEntry
from kotogura.index.metadata import METADATA_ROWS_PER_GROUP, sorted_metadata
from kotogura.index.sections import SECTION_ROWS_PER_GROUP, SECTIONS_SCHEMA
from kotogura.index.tables import Layout, encode_table, lists
from kotogura.index.units import unit_schema
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

TERM_ROWS_PER_GROUP = 2_048
POSTING_ROWS_PER_GROUP = 32_768
POSITION_ROWS_PER_GROUP = 4_096
DOCUMENT_ROWS_PER_GROUP = 2_048
TEXT_BYTES_PER_GROUP = 1_000_000
TEXT_ROWS_PER_GROUP = 8_192
MERGED_TEXT_LEVEL = 6
"""How hard zstd tries with the texts of a merge; those of fresh segments are merged before long."""

Starts = NDArray[np.int64]

_NUMBERS = pa.list_(pa.uint32())
TERMS_SCHEMA = pa.schema(
    [
        ("term", pa.string()),
        ("field", pa.string()),
        ("term_id", pa.uint32()),
        ("document_frequency", pa.uint32()),
        ("first_posting", pa.uint32()),
    ]
)
POSTINGS_SCHEMA = pa.schema(
    [("term_id", pa.uint32()), ("document", pa.uint32()), ("frequency", pa.uint32())]
)
POSITIONS_SCHEMA = pa.schema([("positions", _NUMBERS), ("widths", pa.list_(pa.uint8()))])
DOCUMENTS_SCHEMA = pa.schema(
    [
        ("document", pa.uint32()),
        ("document_id", pa.string()),
        ("version", pa.string()),
        ("name", pa.string()),
        ("title", pa.string()),
        ("media_type", pa.string()),
        ("encoding", pa.string()),
        ("size_bytes", pa.uint64()),
        *((f"{name}_length", pa.uint32()) for name in FIELDS),
    ]
)
TEXTS_SCHEMA = pa.schema(
    [
        ("body", pa.string()),
        *(column for name in FIELDS for column in unit_schema(name)),
    ]
)

_ASCENDING = "DELTA_BINARY_PACKED"
_SPLIT = "BYTE_STREAM_SPLIT"
_LAYOUTS = {
    "terms": Layout(
        {"term_id": _ASCENDING, "document_frequency": _ASCENDING, "first_posting": _ASCENDING}
        | {"term": "DELTA_BYTE_ARRAY"},
        dictionaries=("field",),
        statistics=("term", "term_id"),
    ),
    "postings": Layout(
        {"document": _ASCENDING},
        dictionaries=("term_id", "frequency"),  # runs of one number: a filter reads them fastest
        statistics=("term_id",),
    ),
    "positions": Layout({"positions.list.element": _SPLIT}, dictionaries=("widths.list.element",)),
    "documents": Layout(
        {"document": _ASCENDING, **dict.fromkeys((f"{name}_length" for name in FIELDS), _SPLIT)},
        dictionaries=("media_type", "encoding"),
        statistics=("document", "document_id"),
    ),
    "texts": Layout(
        dict.fromkeys((f"{name}_advances.list.element" for name in FIELDS), _SPLIT),
    ),
    "metadata": Layout(
        {"document": _ASCENDING},
        dictionaries=("field", "kind", "text", "number", "time"),
        statistics=("field", "document"),
    ),
    "sections": Layout(
        {"document": _ASCENDING, "start": _ASCENDING, "page": _ASCENDING},
        dictionaries=("heading",),
        statistics=("document",),
    ),
    "forms": Layout({"document_frequency": _ASCENDING}),
}


def write_segment(
    tenant: TenantId,
    content: SegmentContent,
    analyzer_fingerprint: str,
    files: TenantFiles,
    *,
    text_level: int | None = None,
    dictionary: str | None = None,
) -> SegmentEntry:
    """Write `content` and return the entry that a manifest may publish.

    `text_level` is zstd's for the texts, where it is not the one of all else. `dictionary` is the
    digest of the analyzer's user dictionary, if it has one.

    Each call writes a segment of its own: a janitor that has just found an old file of some name
    unused must not meet a new one under that name. What a crash or a repetition leaves behind is
    never published, and swept.
    """
    occurrences = content.occurrences()
    starts = occurrences.posting_starts()
    data = {
        "terms": _encode("terms", [_terms(occurrences, starts)], TERM_ROWS_PER_GROUP),
        "postings": _encode("postings", [_postings(occurrences, starts)], POSTING_ROWS_PER_GROUP),
        "positions": _encode(
            "positions", [_positions(occurrences, starts)], POSITION_ROWS_PER_GROUP
        ),
        "documents": _encode("documents", [_documents(content.documents)], DOCUMENT_ROWS_PER_GROUP),
        "texts": _encode("texts", _texts(content), level=text_level),
    }
    forms = form_table(content, occurrences, starts)
    if len(forms):
        data["forms"] = _encode("forms", [forms])
    metadata = sorted_metadata(content.metadata)
    if len(metadata):
        data["metadata"] = _encode("metadata", [metadata], METADATA_ROWS_PER_GROUP)
    sections = pa.concat_tables([SECTIONS_SCHEMA.empty_table(), *content.sections])
    if len(sections):
        data["sections"] = _encode("sections", [sections], SECTION_ROWS_PER_GROUP)
    segment_id = uuid4().hex
    entries = {
        kind: write_file(tenant, f"segments/{segment_id}/{kind}.parquet", bytes_, files)
        for kind, bytes_ in data.items()
    }
    return SegmentEntry(
        segment_id=segment_id,
        format_version=FORMAT_VERSION,
        analyzer=analyzer_fingerprint,
        document_count=len(content.documents),
        field_lengths={
            name: sum(getattr(document, f"{name}_length") for document in content.documents)
            for name in FIELDS
        },
        files=entries,
        dictionary=dictionary,
    )


def _encode(
    kind: str,
    tables: Iterable[pa.Table],
    rows_per_group: int | None = None,
    level: int | None = None,
) -> bytes:
    layout = _LAYOUTS[kind]
    if level is not None:
        layout = replace(layout, compression_level=level)
    return encode_table(tables, layout, rows_per_group)


def _terms(occurrences: Occurrences, starts: Starts) -> pa.Table:
    size = len(occurrences.dictionary)
    frequencies = np.bincount(occurrences.term_ids[starts[:-1]], minlength=size)
    return pa.table(
        [
            *occurrences.dictionary.columns,
            np.arange(size, dtype=np.uint32),
            frequencies.astype(np.uint32),
            (np.cumsum(frequencies) - frequencies).astype(np.uint32),
        ],
        schema=TERMS_SCHEMA,
    )


def _postings(occurrences: Occurrences, starts: Starts) -> pa.Table:
    first = starts[:-1]
    return pa.table(
        [
            occurrences.term_ids[first],
            occurrences.documents[first],
            np.diff(starts).astype(np.uint32),
        ],
        schema=POSTINGS_SCHEMA,
    )


def _positions(occurrences: Occurrences, starts: Starts) -> pa.Table:
    return pa.table(
        [lists(starts, occurrences.positions), lists(starts, occurrences.widths)],
        schema=POSITIONS_SCHEMA,
    )


def _documents(documents: Sequence[IndexedDocument]) -> pa.Table:
    columns = [list(range(len(documents)))]
    columns += [[getattr(row, name) for row in documents] for name in DOCUMENTS_SCHEMA.names[1:]]
    return pa.table(columns, schema=DOCUMENTS_SCHEMA)


def _texts(content: SegmentContent) -> Iterator[pa.Table]:
    columns: list[pa.Array | pa.ChunkedArray] = [
        pa.array([row.body for row in content.documents], pa.string())
    ]
    for name in FIELDS:
        units = pa.concat_tables(content.units[name]).combine_chunks()
        columns += [units.column("advances"), units.column("gaps")]
    table = pa.table(columns, schema=TEXTS_SCHEMA)
    first = size = 0
    for row, document in enumerate(content.documents):
        if size >= TEXT_BYTES_PER_GROUP or row - first >= TEXT_ROWS_PER_GROUP:
            yield table.slice(first, row - first)
            first, size = row, 0
        size += 3 * len(document.body)  # bytes of Japanese in UTF-8, near enough
    yield table.slice(first)
