"""Writing a segment: documents and their terms become three Parquet files.

`terms` has a row for each (field, term), ordered by it; its `term_id` is the row's number.
`postings` is ordered by term id and document; `documents` by ordinal. Integers are delta-packed,
row groups are small enough that a term's are skipped to by their statistics.
"""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from kotogura.analysis.analyzer import AnalyzedText, Analyzer
from kotogura.documents.extracted import ExtractedDocument
from kotogura.index.manifest import FIELDS, FORMAT_VERSION, FileEntry, SegmentEntry
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

POSTING_ROWS_PER_GROUP = 8_192
TERM_ROWS_PER_GROUP = 8_192
DOCUMENT_ROWS_PER_GROUP = 512

TERMS_SCHEMA = pa.schema(
    [
        ("field", pa.string()),
        ("term", pa.string()),
        ("term_id", pa.uint32()),
        ("document_frequency", pa.uint32()),
        ("first_posting", pa.uint32()),
    ]
)
POSTINGS_SCHEMA = pa.schema(
    [
        ("term_id", pa.uint32()),
        ("document", pa.uint32()),
        ("frequency", pa.uint32()),
        ("positions", pa.list_(pa.uint32())),
        ("starts", pa.list_(pa.uint32())),
        ("ends", pa.list_(pa.uint32())),
    ]
)
DOCUMENTS_SCHEMA = pa.schema(
    [
        ("document", pa.uint32()),
        ("document_id", pa.string()),
        ("version", pa.string()),
        ("name", pa.string()),
        ("title", pa.string()),
        ("body", pa.string()),
        ("media_type", pa.string()),
        ("title_length", pa.uint32()),
        ("body_length", pa.uint32()),
    ]
)


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document's facts as a segment keeps them; lengths in units of the analyzer."""

    document_id: str
    version: str
    name: str
    title: str
    body: str
    media_type: str
    title_length: int
    body_length: int


@dataclass(frozen=True, slots=True)
class Posting:
    """Where one term stands in one field of one document. The three lists run in parallel."""

    document: int
    positions: list[int]
    starts: list[int]
    ends: list[int]


@dataclass(slots=True)
class SegmentContent:
    """What a segment holds, before it is written: documents in order, postings by (field, term).

    A term's postings are in the order of their documents.
    """

    documents: list[IndexedDocument] = field(default_factory=list)
    postings: dict[tuple[str, str], list[Posting]] = field(default_factory=dict)


def analyse_documents(documents: Iterable[ExtractedDocument], analyzer: Analyzer) -> SegmentContent:
    """Return the content of a segment of `documents`, in their order.

    Raises:
        UnanalyzableText: when one of them holds text that the analyzer refuses.
    """
    content = SegmentContent()
    for document in documents:
        title = analyzer.analyze(document.title)
        body = analyzer.analyze(document.body)
        ordinal = len(content.documents)
        for name, analyzed in zip(FIELDS, (title, body), strict=True):
            _add_postings(content, name, ordinal, analyzed)
        content.documents.append(
            IndexedDocument(
                document_id=document.document_id,
                version=document.version,
                name=document.name,
                title=document.title,
                body=document.body,
                media_type=document.media_type,
                title_length=title.length,
                body_length=body.length,
            )
        )
    return content


def write_segment(
    tenant: TenantId, content: SegmentContent, analyzer_fingerprint: str, files: TenantFiles
) -> SegmentEntry:
    """Write `content` and return the entry that a manifest may publish.

    The id is made of the documents' ids, versions and texts and the analyzer's fingerprint, so
    that writing the same again replaces equal bytes by equal bytes.
    """
    segment_id = _segment_id(content, analyzer_fingerprint)
    tables = {
        "terms": (_terms(content), TERM_ROWS_PER_GROUP),
        "postings": (_postings(content), POSTING_ROWS_PER_GROUP),
        "documents": (_documents(content), DOCUMENT_ROWS_PER_GROUP),
    }
    entries = {
        kind: write_parquet(tenant, f"segments/{segment_id}/{kind}.parquet", table, rows, files)
        for kind, (table, rows) in tables.items()
    }
    return SegmentEntry(
        segment_id=segment_id,
        analyzer=analyzer_fingerprint,
        document_count=len(content.documents),
        field_lengths={
            "title": sum(document.title_length for document in content.documents),
            "body": sum(document.body_length for document in content.documents),
        },
        files=entries,
    )


def read_documents(
    tenant: TenantId, segment: SegmentEntry, files: TenantFiles
) -> list[IndexedDocument]:
    """Return all documents of a published segment by ordinal, those with a tombstone included."""
    table = pq.read_table(files.path(tenant, segment.files["documents"].name))
    return [IndexedDocument(**row) for row in table.drop_columns(["document"]).to_pylist()]


def write_parquet(
    tenant: TenantId, name: str, table: pa.Table, rows_per_group: int, files: TenantFiles
) -> FileEntry:
    """Write `table` under `name` and return its entry."""
    sink = io.BytesIO()
    pq.write_table(
        table,
        sink,
        row_group_size=rows_per_group,
        compression="zstd",
        use_dictionary=False,
        column_encoding=dict.fromkeys(_integer_paths(table.schema), "DELTA_BINARY_PACKED"),
    )
    return write_file(tenant, name, sink.getvalue(), files)


def write_file(tenant: TenantId, name: str, data: bytes, files: TenantFiles) -> FileEntry:
    """Write `data` under `name` and return its entry."""
    files.write(tenant, name, data)
    return FileEntry(name=name, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())


def _integer_paths(schema: pa.Schema) -> Iterable[str]:
    for column in schema:
        if pa.types.is_integer(column.type):
            yield column.name
        elif pa.types.is_list(column.type):
            yield f"{column.name}.list.element"


def _segment_id(content: SegmentContent, analyzer_fingerprint: str) -> str:
    facts = [f"format={FORMAT_VERSION}", f"analyzer={analyzer_fingerprint}"]
    for document in content.documents:
        text = hashlib.sha256(f"{document.title}\n{document.body}".encode("utf-8", "replace"))
        facts.append(f"{document.document_id} {document.version} {text.hexdigest()}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:32]


def _add_postings(
    content: SegmentContent, field_name: str, ordinal: int, analyzed: AnalyzedText
) -> None:
    places: dict[str, Posting] = {}
    for token in analyzed.tokens:
        posting = places.get(token.term)
        if posting is None:
            posting = places[token.term] = Posting(ordinal, [], [], [])
        posting.positions.append(token.position)
        posting.starts.append(token.start)
        posting.ends.append(token.end)
    for term, posting in places.items():
        content.postings.setdefault((field_name, term), []).append(posting)


def _terms(content: SegmentContent) -> pa.Table:
    keys = sorted(content.postings)
    first, firsts = 0, []
    for key in keys:
        firsts.append(first)
        first += len(content.postings[key])
    return pa.table(
        [
            [name for name, _ in keys],
            [term for _, term in keys],
            list(range(len(keys))),
            [len(content.postings[key]) for key in keys],
            firsts,
        ],
        schema=TERMS_SCHEMA,
    )


def _postings(content: SegmentContent) -> pa.Table:
    rows = [
        (term_id, posting)
        for term_id, key in enumerate(sorted(content.postings))
        for posting in content.postings[key]
    ]
    return pa.table(
        [
            [term_id for term_id, _ in rows],
            [posting.document for _, posting in rows],
            [len(posting.positions) for _, posting in rows],
            [posting.positions for _, posting in rows],
            [posting.starts for _, posting in rows],
            [posting.ends for _, posting in rows],
        ],
        schema=POSTINGS_SCHEMA,
    )


def _documents(content: SegmentContent) -> pa.Table:
    documents = content.documents
    columns = [list(range(len(documents)))]
    columns += [[getattr(row, name) for row in documents] for name in DOCUMENTS_SCHEMA.names[1:]]
    return pa.table(columns, schema=DOCUMENTS_SCHEMA)
