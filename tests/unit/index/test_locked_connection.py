"""DuckDB sees one tenant's segments, and can't be told otherwise."""

from __future__ import annotations  # else DuckDB's bindings complain of leaked types at the end

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kotogura.index.locked import locked_connection

MEMORY_BYTES = 256_000_000


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two tenants with a file each, and ways from one to the other."""
    for tenant in ("minato-shoji", "minato", "tsubame"):
        for folder in ("segments", "segments-of-others"):
            (tmp_path / tenant / folder).mkdir(parents=True)
            pq.write_table(pa.table({"one": [1]}), tmp_path / tenant / folder / "a.parquet")
    own = tmp_path / "minato" / "segments"
    (own / "link.parquet").symlink_to(tmp_path / "tsubame" / "segments" / "a.parquet")
    (own / "folder").symlink_to(tmp_path / "tsubame" / "segments")
    return tmp_path


@pytest.fixture
def connection(store: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with locked_connection(store / "minato" / "segments", 1, MEMORY_BYTES) as connection:
        yield connection


def test_the_tenants_own_segments_are_read(
    connection: duckdb.DuckDBPyConnection, store: Path
) -> None:
    path = store / "minato" / "segments" / "a.parquet"
    assert connection.execute("FROM read_parquet($path)", {"path": str(path)}).fetchall() == [(1,)]


@pytest.mark.parametrize(
    "path",
    [
        "tsubame/segments/a.parquet",
        "minato-shoji/segments/a.parquet",
        "minato/segments-of-others/a.parquet",
        "minato/segments/../../tsubame/segments/a.parquet",
        "minato/segments/link.parquet",
        "minato/segments/folder/a.parquet",
        "*/segments/a.parquet",
    ],
)
def test_nothing_else_is_read(
    connection: duckdb.DuckDBPyConnection, store: Path, path: str
) -> None:
    with pytest.raises(duckdb.PermissionException):
        connection.execute("FROM read_parquet($path)", {"path": str(store / path)})


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_csv('/etc/passwd')",
        "FROM read_text('/etc/passwd')",
        "FROM read_blob('/proc/self/environ')",
        "FROM glob('/etc/*')",
        "FROM 'https://example.com/a.parquet'",
        "COPY (SELECT 1) TO '/tmp/kotogura-test.parquet'",
        "EXPORT DATABASE '/tmp/kotogura-test'",
        "ATTACH '/tmp/kotogura-test.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '/tmp/anything.duckdb_extension'",
        "INSTALL h3 FROM community",
    ],
)
def test_what_leads_out_is_refused(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(duckdb.Error, match=r"disabled|Cannot access|not allowed"):
        connection.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET lock_configuration",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '100GB'",
        "RESET memory_limit",
        "SET threads = 64",
        "PRAGMA threads = 64",
        "SET autoinstall_known_extensions = true",
        "SET temp_directory = '/tmp'",
        "SET profiling_output = '/tmp/profile'",
    ],
)
def test_no_setting_can_be_changed(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="Cannot change configuration"):
        connection.execute(sql)


def test_memory_and_threads_are_what_the_function_has(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = connection.execute(
        "SELECT current_setting('threads'), current_setting('memory_limit'),"
        " current_setting('temp_directory')"
    ).fetchone()
    assert found == (1, "244.1 MiB", "")


def test_more_memory_than_the_limit_is_an_error_and_not_a_file(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small = locked_connection(store / "minato" / "segments", 1, 20_000_000)
    with small, pytest.raises(duckdb.OutOfMemoryException):
        small.execute("SELECT list(n) FROM range(50_000_000) AS t(n)").fetchall()
    assert not (tmp_path / ".tmp").exists()
