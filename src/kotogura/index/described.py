"""Files of the index, written and described as a manifest names them."""

import hashlib

from kotogura.index.manifest import FileEntry
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


def write_file(tenant: TenantId, name: str, data: bytes, files: TenantFiles) -> FileEntry:
    """Write `data` under `name` and return its entry."""
    files.write(tenant, name, data)
    return FileEntry(name=name, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
