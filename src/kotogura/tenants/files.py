"""A tenant's files in the store: the index, its staged parts, and models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from kotogura.tenants.identity import TenantId


class TenantFiles(Protocol):
    """Immutable files by tenant and relative name (`segments/…/postings.parquet`).

    A name that leads out of the tenant's folder raises InvalidArgument.
    One suite, `tests/conformance/test_tenant_files.py`, holds for every implementation.
    """

    def write(self, tenant: TenantId, name: str, data: bytes) -> None:
        """Make `data` durable under `name`, all of it or nothing; equal names are replaced.

        Raises:
            StoreUnavailable: when it can't be written; a retry may help.
        """

    def read(self, tenant: TenantId, name: str) -> bytes:
        """Return the file's bytes.

        Raises:
            StoreUnavailable: when it is missing or can't be read.
        """

    def path(self, tenant: TenantId, name: str) -> Path:
        """Return where engines that read files themselves find `name`. It may not exist."""

    def names(self, tenant: TenantId, prefix: str) -> Iterator[str]:
        """Yield the names of all files below the folder `prefix`, in order of their text."""

    def age_seconds(self, tenant: TenantId, name: str) -> float:
        """Return how long ago the file was written; infinite when it is missing."""

    def remove(self, tenant: TenantId, name: str) -> None:
        """Remove the file if it is there.

        Raises:
            StoreUnavailable: when it can't be removed; a retry may help.
        """
