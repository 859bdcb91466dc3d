"""Files of vectors: one row a vector, int8 elements and a scale, mapped into memory when read.

They are Arrow files of one uncompressed batch. Elements of embeddings hardly repeat, so compression
would save little, and what is stored as it is used is mapped: a search holds no copy, and processes
of one machine share the pages. Files of format 1 were Parquet; they are read whole.

The format's version and the embedding model's digest stand in the schema's metadata, so that a
query is never compared with vectors of another model.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kotogura.errors import CorruptIndex, IndexLost
from kotogura.index.tables import numbers

FORMAT_VERSION = 2
ENDING = "arrow"

_PARQUET = b"PAR1"
_VERSION, _KIND = "kotogura.format_version", "kotogura.kind"
_DIGEST, _DIMENSIONS = "kotogura.model_digest", "kotogura.dimensions"


@dataclass(frozen=True, slots=True, eq=False)
class VectorFile:
    """What a file holds.

    Attributes:
        model_digest: names the model that made the vectors.
        matrix: int8 [n, d]; of a file that is mapped, a view of its pages.
        scales: float32 [n]; a row's vector is its elements times its scale.
    """

    model_digest: str
    matrix: NDArray[np.int8]
    scales: NDArray[np.float32]
    _batch: pa.RecordBatch

    def unsigned(self, name: str) -> NDArray[np.uint32]:
        """Return a column of uint32 [n]. Raises CorruptIndex."""
        return _numbers(self._batch, name, pa.uint32())

    def texts(self, name: str) -> list[str]:
        """Return a column of texts. Raises CorruptIndex."""
        texts: list[str] = _column(self._batch, name, pa.string()).to_pylist()
        return texts


def encode_vectors(
    kind: str,
    model_digest: str,
    columns: Mapping[str, pa.Array],
    matrix: NDArray[np.int8],
    scales: NDArray[np.float32],
) -> bytes:
    """Return the bytes of a file of `kind`; the same vectors always give the same bytes."""
    count, dimensions = matrix.shape
    rows = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(dimensions), count, [None, pa.py_buffer(np.ascontiguousarray(matrix))]
    )
    arrays = {**columns, "vector": rows, "scale": pa.array(scales, pa.float32())}
    metadata = {
        _KIND: kind,
        _VERSION: str(FORMAT_VERSION),
        _DIGEST: model_digest,
        _DIMENSIONS: str(dimensions),
    }
    schema = pa.schema([(name, array.type) for name, array in arrays.items()], metadata=metadata)
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(pa.record_batch(list(arrays.values()), schema=schema))
    return sink.getvalue()


def read_vector_file(kind: str, path: Path) -> VectorFile:
    """Map the file at `path`.

    It must stay where it is for as long as the arrays are used: the janitor leaves what a kept
    generation names.

    Raises:
        CorruptIndex: another kind, format or shape. Retrying does not help.
        IndexLost: when it is missing.
    """
    try:
        batch = _open(path)
    except FileNotFoundError as error:
        raise IndexLost from error
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise CorruptIndex("a file of vectors is neither Arrow nor Parquet") from error
    metadata = {
        key.decode(): value.decode() for key, value in (batch.schema.metadata or {}).items()
    }
    if metadata.get(_KIND) != kind:
        raise CorruptIndex(f"not a file of {kind}' vectors")
    matrix = _matrix(batch, metadata.get(_DIMENSIONS, ""))
    scales: NDArray[np.float32] = _numbers(batch, "scale", pa.float32())
    if not np.isfinite(scales).all():
        raise CorruptIndex("a file of vectors has rows without a vector")
    return VectorFile(metadata.get(_DIGEST, ""), matrix, scales, batch)


def vector_count(path: Path) -> int:
    """Return how many vectors a file has, without reading them.

    Raises:
        IndexLost: when it is missing.
        CorruptIndex: when it is no file of vectors.
    """
    try:
        with pa.OSFile(str(path), "rb") as source:
            if source.read(len(_PARQUET)) == _PARQUET:
                return int(pq.read_metadata(path).num_rows)
        return int(_mapped(path).num_rows)
    except FileNotFoundError as error:
        raise IndexLost from error
    except (pa.ArrowInvalid, OSError) as error:
        raise CorruptIndex("a file of vectors can't be read; verify the index") from error


def _open(path: Path) -> pa.RecordBatch:
    with pa.OSFile(str(path), "rb") as source:
        old = source.read(len(_PARQUET)) == _PARQUET
    batch, version = (_read_parquet(path), "1") if old else (_mapped(path), str(FORMAT_VERSION))
    if (batch.schema.metadata or {}).get(_VERSION.encode()) != version.encode():
        raise CorruptIndex("a file of vectors has a format that this release doesn't know")
    return batch


def _mapped(path: Path) -> pa.RecordBatch:
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        if file.num_record_batches != 1:
            raise CorruptIndex("a file of vectors has not one batch")
        return file.get_batch(0)


def _read_parquet(path: Path) -> pa.RecordBatch:
    # Not `read_table`, which imports pyarrow.dataset.
    with pq.ParquetFile(path) as file:
        table = file.read().combine_chunks()
    columns = [
        column.chunk(0) if column.num_chunks else pa.array([], column.type)
        for column in table.columns
    ]
    return pa.record_batch(columns, schema=table.schema)


def _matrix(batch: pa.RecordBatch, dimensions: str) -> NDArray[np.int8]:
    if not dimensions.isdecimal() or int(dimensions) < 1:
        raise CorruptIndex("a file of vectors doesn't say how long they are")
    width = int(dimensions)
    rows = _column(batch, "vector", pa.binary(width))
    elements = np.frombuffer(rows.buffers()[1] or b"", dtype=np.int8)
    first = rows.offset * width
    return elements[first : first + len(rows) * width].reshape(len(rows), width)


def _numbers(batch: pa.RecordBatch, name: str, kind: pa.DataType) -> NDArray[Any]:
    return numbers(_column(batch, name, kind))


def _column(batch: pa.RecordBatch, name: str, kind: pa.DataType) -> pa.Array:
    place = batch.schema.get_field_index(name)
    if place < 0 or batch.schema.field(place).type != kind:
        raise CorruptIndex(f"a file of vectors has no column {name} of {kind}")
    column = batch.column(place)
    if column.null_count:
        raise CorruptIndex(f"a file of vectors has gaps in its column {name}")
    return column
