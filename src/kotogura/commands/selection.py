"""Which files of this machine are meant, and what they are called as documents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from kotogura.errors import InvalidArgument

_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to upload, and the document's name it gets."""

    path: Path
    name: str


def find_files(
    paths: Iterable[Path],
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    prefix: str = "",
) -> list[LocalFile]:
    """Return the files that `paths` mean, each under a name of its own.

    A file is named by its own name; a file of a folder relative to the folder; a file that a
    pattern such as `manuals/**/*.md` fits relative to the part before the first wildcard. Hidden
    files of folders are left out.

    Args:
        paths: files, folders, patterns.
        include: patterns of names; only names that fit one are taken, all without any.
        exclude: patterns of names that are left out.
        prefix: put before every name, as it is.

    Raises:
        InvalidArgument: when a path does not exist, when there is no file at all, or when two
            files would have the same name.
    """
    taken: dict[str, LocalFile] = {}
    for path in paths:
        for file in _files(path):
            if include and not any(fnmatch(file.name, pattern) for pattern in include):
                continue
            if any(fnmatch(file.name, pattern) for pattern in exclude):
                continue
            name = prefix + file.name
            known = taken.setdefault(name, LocalFile(file.path, name))
            if not known.path.samefile(file.path):
                raise InvalidArgument(
                    f"{known.path} and {file.path} would both be called {name}: upload them by "
                    "two commands, one of them with --prefix"
                )
    if not taken:
        raise InvalidArgument("there is no file to upload")
    return list(taken.values())


def _files(path: Path) -> list[LocalFile]:
    if path.is_dir():
        return _below(path, "**/*")
    if path.is_file():
        return [LocalFile(path, path.name)]
    depth = next((at for at, part in enumerate(path.parts) if _MAGIC & set(part)), None)
    found = []
    if depth is not None:
        found = _below(Path(*path.parts[:depth]), "/".join(path.parts[depth:]))
    if not found:
        raise InvalidArgument(f"there is no file or folder {path}")
    return found


def _below(folder: Path, pattern: str) -> list[LocalFile]:
    named = [
        LocalFile(path, path.relative_to(folder).as_posix())
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    ]
    return [
        file for file in named if not any(part.startswith(".") for part in file.name.split("/"))
    ]
