"""Paths, open files and the module `os` of the simulated disk, as `FolderFiles` meets them."""

import os
from collections.abc import Iterator
from pathlib import PosixPath
from types import SimpleNamespace
from typing import Any, ClassVar

from tests.simulation.disk import Disk


class OpenFile:
    """A file open for writing, as `Path.open` returns it."""

    def __init__(self, disk: Disk, descriptor: int) -> None:
        self._disk = disk
        self._descriptor = descriptor

    def __enter__(self) -> "OpenFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._disk.close(self._descriptor)

    def write(self, data: bytes) -> int:
        """Append bytes."""
        self._disk.write(self._descriptor, data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is flushed and not synced is lost as if it were not."""

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor


class DiskPath(PosixPath):
    """A path whose every look at the disk goes to the simulated one; made by `paths_of`."""

    disk: ClassVar[Disk]

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        """Make the folder."""
        self.disk.make_folder(str(self))

    def open(self, mode: str = "r", *_: Any, **__: Any) -> Any:
        """Open a new file for writing."""
        assert mode == "wb", "the simulated disk only creates files"
        return OpenFile(self.disk, self.disk.create(str(self)))

    def replace(self, target: Any) -> Any:
        """Rename the file."""
        self.disk.rename(str(self), str(target))
        return target

    rename = replace

    def write_bytes(self, data: Any) -> int:
        """Write the file in place."""
        with self.open("wb") as file:
            return int(file.write(bytes(data)))

    def read_bytes(self) -> bytes:
        """Return the file's bytes."""
        return self.disk.read(str(self))

    def rglob(self, pattern: str, **_: Any) -> Iterator[Any]:  # type: ignore[override]
        """Yield all files below."""
        assert pattern == "*", "the simulated disk only lists all"
        return map(type(self), self.disk.below(str(self)))

    def is_file(self, **_: Any) -> bool:
        """Return whether it is there."""
        return str(self) in self.disk.entries

    exists = is_file

    def stat(self, **_: Any) -> Any:
        """Return when it was written."""
        return SimpleNamespace(st_mtime=self.disk.written_at(str(self)))

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the file."""
        if str(self) not in self.disk.entries:
            if missing_ok:
                return
            raise FileNotFoundError(2, "No such file or directory")
        self.disk.remove(str(self))

    def rmdir(self) -> None:
        """Remove the folder."""
        self.disk.remove_folder(str(self))


def paths_of(disk: Disk) -> type[DiskPath]:
    """Return a class of paths on `disk`."""
    return type("DiskPath", (DiskPath,), {"disk": disk})


class DiskSystem:
    """Stands for the module `os`: descriptors of the simulated disk, all else as it is."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Any, _flags: int, *_: Any) -> int:
        """Open a folder."""
        return self._disk.open_folder(str(path))

    def fsync(self, descriptor: int) -> None:
        """Make durable what the descriptor is of."""
        self._disk.sync(descriptor)

    def close(self, descriptor: int) -> None:
        """Close it."""
        self._disk.close(descriptor)
