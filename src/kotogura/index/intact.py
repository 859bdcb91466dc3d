"""Whether files are still what their manifest says, byte for byte."""

import hashlib
from collections.abc import Iterable

from kotogura.errors import CorruptIndex
from kotogura.index.manifest import FileEntry
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


def is_intact(tenant: TenantId, entry: FileEntry, files: TenantFiles) -> bool:
    """Return whether the file has its digest, which reads all of it.

    Raises:
        StoreUnavailable: when it is missing or can't be read; a retry may help.
    """
    return hashlib.sha256(files.read(tenant, entry.name)).hexdigest() == entry.sha256


def check_intact(tenant: TenantId, entries: Iterable[FileEntry], files: TenantFiles) -> None:
    """Let files pass that are what their manifest says.

    Raises:
        CorruptIndex: at the first that differs.
        StoreUnavailable: when one is missing or can't be read; a retry may help.
    """
    for entry in entries:
        if not is_intact(tenant, entry, files):
            raise CorruptIndex(f"{entry.name} {DIFFERS}")


DIFFERS = "differs from its digest; roll back to a sound generation, or reindex"
