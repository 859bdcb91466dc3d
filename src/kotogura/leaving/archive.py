"""A folder that is written once: each file with its SHA-256, and last a manifest of all."""

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError

from kotogura.errors import InvalidArgument
from kotogura.leaving.errors import ExportIncomplete

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
_LONGEST_PART_BYTES = 200  # file systems take 255, some of them less after encryption
_UNFIT = set('\\:*?"<>|')
"""What some file system or other takes for something else."""


class Archive:
    """Writes files below a folder. Safe to use from several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Begin in `folder`, which is made if it isn't there.

        Raises:
            InvalidArgument: when there is something in it already, or it can't be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if any(folder.iterdir()):
                raise InvalidArgument(f"{folder} is not empty; name a new folder")
        except OSError as error:
            raise InvalidArgument(f"{folder} can't be used ({error.strerror})") from error
        self.folder = folder
        self._lock = threading.Lock()
        self._sums: dict[str, str] = {}
        self.size_bytes = 0

    def write(self, path: str, pieces: Iterable[bytes]) -> str:
        """Write a new file of `pieces` and return its SHA-256 in hexadecimal.

        Of a file whose `pieces` break off nothing is left, so it can be written again.

        Raises:
            FileExistsError, NotADirectoryError: when the path is taken, or leads through a file;
                nothing is written then.
            ExportIncomplete: when it can't be written for another reason.
        """
        target = self.folder / path
        digest, size_bytes = hashlib.sha256(), 0
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file, _gone_unless_whole(target):
                for piece in pieces:
                    file.write(piece)
                    digest.update(piece)
                    size_bytes += len(piece)
        except (FileExistsError, NotADirectoryError):
            raise
        except BotoCoreError:  # some are an OSError too, and yet no fault of the folder
            raise
        except OSError as error:
            raise ExportIncomplete(
                f"{self.folder} can't be written ({error.strerror}); export into a new folder"
            ) from error
        with self._lock:
            self._sums[path] = digest.hexdigest()
            self.size_bytes += size_bytes
        return digest.hexdigest()

    def write_lines(self, path: str, records: Iterable[Mapping[str, Any]]) -> int:
        """Write records as JSON Lines and return how many there were."""
        count = 0

        def lines() -> Iterable[bytes]:
            nonlocal count
            for record in records:
                count += 1
                yield (json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n").encode()

        self.write(path, lines())
        return count

    def write_json(self, path: str, values: Mapping[str, Any]) -> str:
        """Write one JSON object and return its SHA-256."""
        text = json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True)
        return self.write(path, [text.encode(), b"\n"])

    def finish(self, facts: Mapping[str, Any]) -> str:
        """Write the sums and then the manifest, which says that all is there; return its SHA-256.

        `sha256sum -c SHA256SUMS` checks the files, and the manifest tells the sum of that list.
        """
        sums = "".join(f"{digest}  {path}\n" for path, digest in sorted(self._sums.items()))
        file_count, size_bytes = len(self._sums), self.size_bytes
        digest = self.write(SUMS, [sums.encode()])
        return self.write_json(
            MANIFEST,
            {**facts, "file_count": file_count, "size_bytes": size_bytes, "sums_sha256": digest},
        )


@contextmanager
def _gone_unless_whole(file: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def fits_a_path(name: str) -> bool:
    """Return whether a file may be called so everywhere, folders and all.

    >>> fits_a_path("documents/規程/休暇.md")
    True
    >>> fits_a_path("documents/../leave.md"), fits_a_path("documents/a//b"), fits_a_path("a:b")
    (False, False, False)
    """
    if not name.isprintable() or _UNFIT & set(name):
        return False
    parts = name.split("/")
    return all(_fits(part) for part in parts)


def _fits(part: str) -> bool:
    if part.endswith((".", " ")) or not part:  # `.` and `..` among them
        return False
    try:
        return len(part.encode("utf-8")) <= _LONGEST_PART_BYTES
    except UnicodeEncodeError:
        return False
