"""Where tenants' compiled user dictionaries lie among their files, each named by its digest."""

import math
from collections.abc import Callable
from pathlib import Path

from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


def dictionary_name(digest: str) -> str:
    """Return where the dictionary of some digest lies.

    >>> dictionary_name("9f86d0")
    'dictionaries/9f86d0.dic'
    """
    return f"dictionaries/{digest}.dic"


def dictionary_path(files: TenantFiles) -> Callable[[TenantId, str], Path]:
    """Return what tells where a tenant's dictionary of some digest is, for Sudachi to map it."""
    return lambda tenant, digest: files.path(tenant, dictionary_name(digest))


def has_dictionary(tenant: TenantId, digest: str, files: TenantFiles) -> bool:
    """Return whether the tenant's dictionary of this digest is there."""
    return not math.isinf(files.age_seconds(tenant, dictionary_name(digest)))
