"""Reading a segment's Parquet file as one table, its failures told by our classes."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


def read_table(
    tenant: TenantId, name: str, files: TenantFiles, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return the file's rows in their order; all columns unless some are named.

    Raises:
        StoreUnavailable: when it is missing or can't be read; a retry may help.
        CorruptIndex: when it is not Parquet.
    """
    try:
        # An open file, for of a path pyarrow takes a folder such as `a=b` for a column.
        with pa.OSFile(str(files.path(tenant, name)), "rb") as source:
            return pq.read_table(source, columns=list(columns) if columns else None)
    except pa.ArrowInvalid as error:
        raise CorruptIndex("a file of the index is not what it was; run reindex") from error
    except OSError as error:
        raise StoreUnavailable("a file of the index can't be read") from error
