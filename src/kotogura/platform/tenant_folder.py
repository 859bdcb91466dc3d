"""A tenant's whole folder of the store, for those who can't reach it: listed, read, removed.

What is asked and answered passes through one call of a function each, which limits its size.
"""

import base64
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kotogura.errors import InvalidArgument, StoreUnavailable
from kotogura.platform.folder import FolderFiles
from kotogura.tenants.identity import TenantId

LISTED_COUNT = 5_000
"""Names are up to 130 bytes long; a function's answer is limited to 6 MB."""
PIECE_BYTES = 3_000_000
"""In base64 a third more."""


def list_folder(
    tenant: TenantId, files: FolderFiles, prefix: str, after: str = ""
) -> Mapping[str, Any]:
    """Return `files`, each a name and its size in bytes, and `next`, the name to go on after.

    They are those below the folder `prefix`, all where it is empty, in order of their text.
    """
    names = [name for name in files.names(tenant, prefix) if name > after]
    shown = names[:LISTED_COUNT]
    listed = []
    for name in shown:
        try:
            listed.append([name, files.path(tenant, name).stat().st_size])
        except FileNotFoundError:
            continue  # swept meanwhile
    return {"files": listed, "next": shown[-1] if len(names) > len(shown) else None}


def read_piece(tenant: TenantId, files: FolderFiles, name: str, start: int) -> Mapping[str, Any]:
    """Return `data`, a piece of the file `name` from `start` on in base64, and its `size_bytes`.

    Raises:
        InvalidArgument: when `start` lies before the file's begin.
        StoreUnavailable: when it is missing or can't be read.
    """
    if start < 0:
        raise InvalidArgument("a piece begins within the file")
    try:
        with files.path(tenant, name).open("rb") as file:
            file.seek(start)
            data = file.read(PIECE_BYTES)
            size_bytes = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise StoreUnavailable(f"the store can't be read ({error.strerror})") from error
    return {"data": base64.b64encode(data).decode("ascii"), "size_bytes": size_bytes}


def erase_folder(
    tenant: TenantId, files: FolderFiles, may_go_on: Callable[[], bool] = lambda: True
) -> Mapping[str, Any]:
    """Remove the tenant's folder with all that is in it; return counts of what was removed.

    What is written meanwhile stays, or is removed too. Idempotent; `left_file_count` is above 0
    where time ran out or something was written, and a further call goes on.

    Raises:
        StoreUnavailable: when something can't be removed; a retry may help.
    """
    folder = files.path(tenant, "")
    removed_count = removed_bytes = 0
    try:
        for place, folders, names in os.walk(folder, topdown=False, onerror=_raise):
            for name in names:
                if not may_go_on():
                    break
                path = Path(place, name)
                size_bytes = path.lstat().st_size
                path.unlink(missing_ok=True)
                removed_count, removed_bytes = removed_count + 1, removed_bytes + size_bytes
            for name in folders:
                _remove_empty(Path(place, name))
        _remove_empty(folder)
    except FileNotFoundError:
        pass  # the janitor, or another erasure, was quicker; what is left is counted below
    except OSError as error:
        raise StoreUnavailable(f"the store can't be written ({error.strerror})") from error
    left = sum(1 for path in folder.rglob("*") if not path.is_dir()) if folder.exists() else 0
    return {
        "removed_file_count": removed_count,
        "removed_bytes": removed_bytes,
        "left_file_count": left,
        "folder_is_gone": not folder.exists(),
    }


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _remove_empty(folder: Path) -> None:
    try:
        if folder.is_symlink():
            folder.unlink()
        else:
            folder.rmdir()
    except FileNotFoundError:
        pass
    except OSError:
        if not any(folder.iterdir()):
            raise
