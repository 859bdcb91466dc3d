"""Tenants' files in a folder: EFS in AWS, an ordinary folder on a laptop."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from uuid import uuid4

from kotogura.errors import InvalidArgument, StoreUnavailable
from kotogura.tenants.identity import TenantId

_SUFFIX = ".writing"


class FolderFiles:
    """Implements `TenantFiles` below `root`/tenants. Writes are atomic and synced to the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, tenant: TenantId, name: str, data: bytes) -> None:
        """Make `data` durable under `name`: written beside it, synced, then renamed into place."""
        path = self.path(tenant, name)
        temporary = path.with_name(f"{path.name}.{uuid4().hex}{_SUFFIX}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise StoreUnavailable(f"the store can't be written ({error.strerror})") from error

    def read(self, tenant: TenantId, name: str) -> bytes:
        """Return the file's bytes."""
        try:
            return self.path(tenant, name).read_bytes()
        except OSError as error:
            raise StoreUnavailable(f"the store can't be read ({error.strerror})") from error

    def path(self, tenant: TenantId, name: str) -> Path:
        """Return where `name` lies."""
        inner = PurePosixPath(name)
        if inner.is_absolute() or ".." in inner.parts:
            raise InvalidArgument("a file's name leads out of the tenant's folder")
        return self._root / "tenants" / tenant / inner

    def names(self, tenant: TenantId, prefix: str) -> Iterator[str]:
        """Yield the names of all files below the folder `prefix`, in order of their text."""
        base = self.path(tenant, "")
        paths = self.path(tenant, prefix).rglob("*")
        yield from sorted(path.relative_to(base).as_posix() for path in paths if path.is_file())

    def age_seconds(self, tenant: TenantId, name: str) -> float:
        """Return how long ago the file was written; infinite when it is missing."""
        try:
            return time.time() - self.path(tenant, name).stat().st_mtime
        except FileNotFoundError:
            return float("inf")

    def remove(self, tenant: TenantId, name: str) -> None:
        """Remove the file if it is there, and the folder it leaves empty."""
        path = self.path(tenant, name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"the store can't be written ({error.strerror})") from error
        with suppress(OSError):
            path.parent.rmdir()


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; without it a crash may forget the name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
