"""DuckDB, locked: it reads one tenant's segments and can't be told otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from kotogura.errors import CorruptIndex, StoreUnavailable

_NOT_WORTH_IT = (
    "join_order",
    "statistics_propagation",
    "common_subexpressions",
    "common_aggregate",
    "compressed_materialization",
    "duplicate_groups",
    "reorder_filter",
    "sampling_pushdown",
    "late_materialization",
    "common_subplan",
    "join_elimination",
    "window_self_join",
    "row_group_pruner",
)
"""Optimizers that find nothing in statements as short as ours, and take a fifth of their time."""


def locked_connection(
    folder: Path, threads: int, memory_limit_bytes: int
) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads below `folder`; it loads nothing and connects to nothing.

    DuckDB can't be kept from writing below a folder that it may read. All SQL of this room is
    constant and reads, and a search function may not write to the store at all.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": f"{memory_limit_bytes}B",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        },
    )
    connection.execute("SET temp_directory = ''")
    connection.execute("SET parquet_metadata_cache = true")
    connection.execute("SET enable_external_file_cache = false")  # the reader has a cache
    connection.execute("SET disabled_optimizers = $names", {"names": ",".join(_NOT_WORTH_IT)})
    connection.execute("SET allowed_directories = [$folder]", {"folder": str(folder)})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """Turn DuckDB's errors about files into ours.

    All SQL here is constant, so what it can't understand or decode is what a file holds.
    """
    try:
        yield
    except duckdb.IOException as error:
        raise StoreUnavailable("a file of the index can't be read") from error
    except (duckdb.OutOfMemoryException, duckdb.InterruptException):
        raise
    except duckdb.Error as error:
        raise CorruptIndex("a file of the index is not what it was; run reindex") from error
