"""Tables to Parquet bytes and back, failures told by our classes."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kotogura.errors import CorruptIndex, IndexLost, StoreUnavailable
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file's columns are stored; paths name leaves, as `positions.list.element`.

    Attributes:
        encodings: by path; plain where nothing is said.
        dictionaries: paths of columns whose values repeat.
        statistics: columns whose least and greatest value let readers skip a row group.
        compression_level: of zstd.
    """

    encodings: Mapping[str, str] = field(default_factory=dict)
    dictionaries: tuple[str, ...] = ()
    statistics: tuple[str, ...] = ()
    compression_level: int = 3


def encode_table(
    tables: Iterable[pa.Table], layout: Layout, rows_per_group: int | None = None
) -> bytes:
    """Return a Parquet file of `tables`, of which there is one at least, one after the other.

    Each becomes row groups of `rows_per_group`, or one as it is.
    """
    sink = io.BytesIO()
    writer: pq.ParquetWriter | None = None
    for table in tables:
        if writer is None:
            writer = pq.ParquetWriter(
                sink,
                table.schema,
                compression="zstd",
                compression_level=layout.compression_level,
                use_dictionary=list(layout.dictionaries),
                column_encoding=dict(layout.encodings),
                write_statistics=list(layout.statistics),
                write_page_checksum=True,
            )
        writer.write_table(table, row_group_size=rows_per_group or max(1, len(table)))
    if writer is None:
        raise ValueError("a file has one row group at least")
    writer.close()
    return sink.getvalue()


def read_table(
    tenant: TenantId, name: str, files: TenantFiles, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return the file's rows in their order; all columns unless some are named.

    Raises:
        IndexLost: when it is missing.
        StoreUnavailable: when it can't be read; a retry may help.
        CorruptIndex: when it is not Parquet, or a page differs from its checksum.
    """
    try:
        # An open file, for of a path pyarrow takes a folder such as `a=b` for a column.
        # One thread, for most segments are small and threads cost more than they save.
        with (
            pa.OSFile(str(files.path(tenant, name)), "rb") as source,
            pq.ParquetFile(source, page_checksum_verification=True) as file,
        ):
            return file.read(list(columns) if columns else None, use_threads=False)
    except pa.ArrowInvalid as error:
        raise CorruptIndex("a file of the index is not what it was; run reindex") from error
    except FileNotFoundError as error:
        raise IndexLost from error
    except OSError as error:
        raise unreadable(error) from error


def unreadable(error: OSError) -> CorruptIndex | StoreUnavailable:
    """Return what an error of pyarrow means: without a number of the system's, it is the content.

    >>> type(unreadable(OSError("page checksum verification failed"))).__name__
    'CorruptIndex'
    """
    if error.errno is None:
        return CorruptIndex("a file of the index is not what it was; run reindex")
    return StoreUnavailable("a file of the index can't be read")


def list_offsets(table: pa.Table, column: str) -> NDArray[np.int64]:
    """Return int64 [rows + 1]: where each row's values begin in `list_values`, and their end."""
    offsets: NDArray[np.int64] = numbers(table.column(column).combine_chunks().offsets)
    return offsets.astype(np.int64) - int(offsets[0])


def list_values(table: pa.Table, column: str) -> NDArray[Any]:
    """Return the values of a column of lists, row after row."""
    held = table.column(column).combine_chunks()
    offsets = numbers(held.offsets)
    return numbers(held.values)[offsets[0] : offsets[-1]]  # flatten() imports pyarrow.compute


def numbers(array: pa.Array) -> NDArray[Any]:
    """Return the numbers of `array`, none of them null, without a copy.

    pyarrow's own `to_numpy` imports pandas where it is installed, half a second to a first query.
    """
    found: NDArray[Any] = np.from_dlpack(array)
    return found


def compute() -> Any:
    """Return `pyarrow.compute`: 8 MB and 40 ms that a first search by words alone does without."""
    import pyarrow.compute as pc  # noqa: PLC0415

    return pc


def text_scalar(text: str) -> pa.StringScalar:
    """Return `text` to compare a column with; `pa.scalar` would import pandas as well."""
    data = text.encode()
    offsets = pa.py_buffer(np.array([0, len(data)], dtype=np.int32).tobytes())
    return pa.StringArray.from_buffers(1, offsets, pa.py_buffer(data))[0]


def lists(starts: NDArray[np.int64], values: NDArray[Any]) -> pa.ListArray:
    """Return a column of lists; `starts` has where each begins in `values`, and their end."""
    return pa.ListArray.from_arrays(pa.array(starts.astype(np.int32)), pa.array(values))
