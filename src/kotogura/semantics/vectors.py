"""The vectors of a segment's passages and of a tenant's words, as Parquet.

Both files are zstd Parquet with one row a vector: int8 elements as `fixed_size_binary`, and the
row's scale. The format's version and the embedding model's digest stand in the schema's metadata,
so that a query is never compared with vectors of another model.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index.tables import numbers
from kotogura.semantics.quantization import dot_products

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """The embedded passages of one segment, in the order of its documents.

    Attributes:
        ordinals: uint32 [n], the document's ordinal within the segment.
        starts: uint32 [n], the passage's first code point in the document's body.
        ends: uint32 [n], the code point after its last.
        matrix: int8 [n, d].
        scales: float32 [n]; a row's vector is its elements times its scale.
        model_digest: names the model that made the vectors.
    """

    ordinals: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    ends: NDArray[np.uint32]
    matrix: NDArray[np.int8]
    scales: NDArray[np.float32]
    model_digest: str = ""

    def __post_init__(self) -> None:
        _same_length(self.matrix, self.ordinals, self.starts, self.ends, self.scales)

    def similarities(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of each passage with a unit `query` (float32 [d]) as float32 [n]."""
        return dot_products(self.matrix, self.scales, query)

    def to_parquet(self) -> bytes:
        """Return the file's bytes; the same vectors always give the same bytes."""
        columns = {"ordinal": self.ordinals, "start": self.starts, "end": self.ends}
        return _write("passages", self.model_digest, columns, self.matrix, self.scales)

    @classmethod
    def from_parquet(cls, source: bytes | Path) -> Self:
        """Read what `to_parquet` wrote.

        Raises:
            CorruptIndex: another format, version or shape. Retrying does not help.
        """
        digest, table, matrix, scales = _read("passages", source)
        ordinals, starts, ends = (_unsigned(table, name) for name in ("ordinal", "start", "end"))
        return cls(ordinals, starts, ends, matrix, scales, digest)


@dataclass(frozen=True, slots=True, eq=False)
class WordVectors:
    """The embedded content words of a tenant.

    Attributes:
        terms: n terms, as the analyzer normalises them.
        document_frequencies: uint32 [n], in how many of the tenant's documents each occurs.
        matrix: int8 [n, d].
        scales: float32 [n].
        model_digest: names the model that made the vectors.
    """

    terms: list[str]
    document_frequencies: NDArray[np.uint32]
    matrix: NDArray[np.int8]
    scales: NDArray[np.float32]
    model_digest: str = ""

    def __post_init__(self) -> None:
        _same_length(self.matrix, self.terms, self.document_frequencies, self.scales)

    def similarities(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of each word with a unit `query` (float32 [d]) as float32 [n]."""
        return dot_products(self.matrix, self.scales, query)

    def to_parquet(self) -> bytes:
        """Return the file's bytes; the same vectors always give the same bytes."""
        columns = {
            "term": pa.array(self.terms, pa.string()),
            "document_frequency": self.document_frequencies,
        }
        return _write("words", self.model_digest, columns, self.matrix, self.scales)

    @classmethod
    def from_parquet(cls, source: bytes | Path) -> Self:
        """Read what `to_parquet` wrote.

        Raises:
            CorruptIndex: another format, version or shape. Retrying does not help.
        """
        digest, table, matrix, scales = _read("words", source)
        if "term" not in table.column_names or table.schema.field("term").type != pa.string():
            raise CorruptIndex("a file of vectors has no column of terms")
        terms = table.column("term").to_pylist()
        return cls(terms, _unsigned(table, "document_frequency"), matrix, scales, digest)


def vector_count(path: Path) -> int:
    """Return how many vectors a file has, from its footer alone.

    Raises:
        CorruptIndex: when it is missing or is not Parquet.
    """
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowInvalid, OSError) as error:
        raise CorruptIndex("a file of vectors can't be read; verify the index") from error


def _same_length(matrix: NDArray[np.int8], *others: Any) -> None:
    if matrix.ndim != 2 or any(len(other) != len(matrix) for other in others):
        raise ValueError("the columns of vectors differ in length")


def _write(
    kind: str,
    model_digest: str,
    columns: Mapping[str, Any],
    matrix: NDArray[np.int8],
    scales: NDArray[np.float32],
) -> bytes:
    count, dimensions = matrix.shape
    rows = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(dimensions), count, [None, pa.py_buffer(np.ascontiguousarray(matrix))]
    )
    arrays = {name: pa.array(values) for name, values in columns.items()}
    arrays |= {"vector": rows, "scale": pa.array(scales, pa.float32())}
    metadata = {
        "kotogura.kind": kind,
        "kotogura.format_version": str(FORMAT_VERSION),
        "kotogura.model_digest": model_digest,
        "kotogura.dimensions": str(dimensions),
    }
    table = pa.table(arrays).replace_schema_metadata(metadata)
    stream = io.BytesIO()
    # Elements of embeddings hardly repeat: a dictionary would only cost time.
    pq.write_table(table, stream, compression="zstd", use_dictionary=False, write_statistics=False)
    return stream.getvalue()


def _read(
    kind: str, source: bytes | Path
) -> tuple[str, pa.Table, NDArray[np.int8], NDArray[np.float32]]:
    try:
        # Not `read_table`, which imports pyarrow.dataset.
        with pq.ParquetFile(io.BytesIO(source) if isinstance(source, bytes) else source) as file:
            table = file.read()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise StoreUnavailable("a file of vectors is missing from the store") from error
        raise CorruptIndex("a file of vectors is not Parquet") from error
    metadata = {
        key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()
    }
    expected = {"kotogura.kind": kind, "kotogura.format_version": str(FORMAT_VERSION)}
    if any(metadata.get(key) != value for key, value in expected.items()):
        raise CorruptIndex(f"not a file of {kind}' vectors in format {FORMAT_VERSION}")
    dimensions = metadata.get("kotogura.dimensions", "")
    names = set(table.column_names)
    if not {"vector", "scale"} <= names or str(table.schema.field("vector").type) != (
        f"fixed_size_binary[{dimensions}]"
    ):
        raise CorruptIndex("a file of vectors has another shape than its metadata says")
    rows = table.column("vector").combine_chunks()
    scales = _numbers(table, "scale", pa.float32())
    if rows.null_count or not np.isfinite(scales).all():
        raise CorruptIndex("a file of vectors has rows without a vector")
    width = int(dimensions)
    elements = np.frombuffer(rows.buffers()[1] or b"", dtype=np.int8)
    first = rows.offset * width
    matrix = elements[first : first + len(rows) * width].reshape(len(rows), width)
    return metadata.get("kotogura.model_digest", ""), table, matrix, scales


def _unsigned(table: pa.Table, name: str) -> NDArray[np.uint32]:
    return _numbers(table, name, pa.uint32())


def _numbers(table: pa.Table, name: str, kind: pa.DataType) -> NDArray[Any]:
    if name not in table.column_names or table.schema.field(name).type != kind:
        raise CorruptIndex(f"a file of vectors has no column {name} of {kind}")
    column = table.column(name)
    if column.null_count:
        raise CorruptIndex(f"a file of vectors has gaps in its column {name}")
    return numbers(column.combine_chunks())
