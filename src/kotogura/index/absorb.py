"""Taking a stored segment up into the content of a new one, for a merge."""

from dataclasses import fields

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index import format1
from kotogura.index.content import IndexedDocument, SegmentContent
from kotogura.index.manifest import FIELDS, SegmentEntry
from kotogura.index.metadata import renumber
from kotogura.index.tables import list_values, read_table
from kotogura.index.units import stored_unit_table
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


def absorb(
    tenant: TenantId, segment: SegmentEntry, files: TenantFiles, content: SegmentContent
) -> dict[int, int]:
    """Append the live documents of `segment` to `content`; return their new ordinals by the old.

    Raises:
        StoreUnavailable, CorruptIndex: when one of its files can't be read.
    """
    tables = {
        kind: read_table(tenant, file.name, files)
        for kind, file in segment.files.items()
        if kind != "forms"  # which are counted anew
    }
    live = np.ones(segment.document_count, dtype=bool)
    live[list(segment.tombstones)] = False
    ordinals = np.cumsum(live) - 1 + len(content.documents)
    _append_documents(tables, live, content)
    if segment.format_version < 2:
        units, widths = format1.units_and_widths(tables)
    else:
        units = {name: stored_unit_table(tables["texts"], name) for name in FIELDS}
        widths = list_values(tables["positions"], "widths")
    for name in FIELDS:
        content.units[name].append(units[name].filter(pa.array(live)))
    _append_occurrences(tables, widths, ordinals, live, content)
    for kind, gathered in (("metadata", content.metadata), ("sections", content.sections)):
        if kind in tables:
            gathered.append(renumber(tables[kind], live, ordinals))
    return {int(old): int(ordinals[old]) for old in np.flatnonzero(live)}


def _append_documents(
    tables: dict[str, pa.Table], live: NDArray[np.bool_], content: SegmentContent
) -> None:
    facts = tables["documents"]
    bodies = tables.get("texts", facts).column("body").to_pylist()
    names = [field.name for field in fields(IndexedDocument) if field.name in facts.column_names]
    rows = facts.select([name for name in names if name != "body"]).to_pylist()
    content.documents += [
        IndexedDocument(body=body, **row)
        for row, body, kept in zip(rows, bodies, live, strict=True)
        if kept
    ]


def _append_occurrences(
    tables: dict[str, pa.Table],
    widths: NDArray[np.uint8],
    ordinals: NDArray[np.int64],
    live: NDArray[np.bool_],
    content: SegmentContent,
) -> None:
    """Add the places of live documents, under the numbers that `content` knows the terms by."""
    terms = tables["terms"]
    names = np.array(terms.column("field").to_pylist())
    codes = np.zeros(len(terms), dtype=np.uint32)
    for name in np.unique(names).tolist():
        own = np.flatnonzero(names == name)
        codes[own] = content.codes(terms.column("term").take(pa.array(own)).to_pylist(), name)
    postings = tables["postings"]
    frequencies = postings.column("frequency").to_numpy()
    documents = np.repeat(postings.column("document").to_numpy(), frequencies)
    kept = live[documents]
    content.add_occurrences(
        np.repeat(codes[postings.column("term_id").to_numpy()], frequencies)[kept],
        ordinals[documents[kept]],
        list_values(tables.get("positions", postings), "positions")[kept],
        widths[kept],
    )
