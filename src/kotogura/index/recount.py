"""Counting a segment's statistics again, from its own rows."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index.manifest import FIELDS, SegmentEntry
from kotogura.index.tables import read_table
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

Numbers = NDArray[np.int64]


def recount(tenant: TenantId, segment: SegmentEntry, files: TenantFiles) -> Iterator[str]:
    """Yield what is wrong with the counts of a segment, whatever its format, in one line each."""
    documents = _table(tenant, segment, "documents", files, ["document", "document_id"])
    terms = _table(
        tenant, segment, "terms", files, ["term_id", "document_frequency", "first_posting"]
    )
    postings = _table(tenant, segment, "postings", files, ["term_id", "document", "frequency"])
    count = len(documents)
    if count != segment.document_count:
        yield f"it has {count} documents instead of {segment.document_count}"
    if not np.array_equal(_numbers(documents, "document"), np.arange(count)):
        yield "its documents are not numbered in order"
    if len(set(documents["document_id"].to_pylist())) != count:
        yield "a document is in it more than once"
    for field, length in _lengths(tenant, segment, files).items():
        if length.sum() != segment.field_lengths.get(field, 0):
            yield f"its {field} lengths add up to something else"
    frequencies = _numbers(terms, "document_frequency")
    ids, ordinals = _numbers(postings, "term_id"), _numbers(postings, "document")
    if not np.array_equal(_numbers(terms, "term_id"), np.arange(len(terms))):
        yield "its terms are not numbered in order"
    if len(ids) and (ids.max() >= len(terms) or ordinals.max() >= count):
        yield "a posting names a term or a document that isn't there"
        return
    if not np.array_equal(np.bincount(ids, minlength=len(terms)), frequencies):
        yield "a term's document frequency differs from its postings"
    if not np.array_equal(_numbers(terms, "first_posting"), np.cumsum(frequencies) - frequencies):
        yield "a term's postings begin elsewhere"
    order = ids * max(count, 1) + ordinals
    if not (np.diff(order) > 0).all():
        yield "its postings are not in order"
    if (_numbers(postings, "frequency") < 1).any():
        yield "a posting counts nothing"
    yield from _recount_described(tenant, segment, files)


def _recount_described(
    tenant: TenantId, segment: SegmentEntry, files: TenantFiles
) -> Iterator[str]:
    """Yield what is wrong with metadata and sections, which a segment need not have."""
    for kind, columns in (("metadata", ["field", "document"]), ("sections", ["document", "start"])):
        if kind not in segment.files:
            continue
        table = _table(tenant, segment, kind, files, columns)
        if _numbers(table, "document").max(initial=-1) >= segment.document_count:
            yield f"its {kind} name a document that isn't there"
        rows = list(zip(*(table[name].to_pylist() for name in columns), strict=True))
        if rows != sorted(rows):
            yield f"its {kind} are not in order"


def recount_tombstones(
    tenant: TenantId, segment: SegmentEntry, files: TenantFiles
) -> Iterator[str]:
    """Yield what is wrong with a segment's tombstones in one generation."""
    dead = np.array(segment.tombstones, dtype=np.int64)
    if not (np.diff(dead, prepend=-1) > 0).all() or dead.max(initial=-1) >= segment.document_count:
        yield "its tombstones are not ordinals in order"
        return
    for field, length in _lengths(tenant, segment, files).items():
        if len(dead) and length[dead].sum() != segment.tombstone_lengths.get(field, 0):
            yield f"the {field} lengths of what has a tombstone add up to something else"


def live_ids(tenant: TenantId, segment: SegmentEntry, files: TenantFiles) -> list[str]:
    """Return the ids of a segment's documents that have no tombstone."""
    ids = _table(tenant, segment, "documents", files, ["document_id"])["document_id"].to_pylist()
    dead = set(segment.tombstones)
    return [name for ordinal, name in enumerate(ids) if ordinal not in dead]


def _lengths(tenant: TenantId, segment: SegmentEntry, files: TenantFiles) -> dict[str, Numbers]:
    columns = [f"{field}_length" for field in FIELDS]
    table = _table(tenant, segment, "documents", files, columns)
    return {field: _numbers(table, f"{field}_length") for field in FIELDS}


def _table(
    tenant: TenantId, segment: SegmentEntry, kind: str, files: TenantFiles, columns: list[str]
) -> pa.Table:
    return read_table(tenant, segment.files[kind].name, files, columns)


def _numbers(table: pa.Table, column: str) -> Numbers:
    return np.asarray(table[column].to_numpy(), dtype=np.int64)
