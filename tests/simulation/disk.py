"""A disk below `FolderFiles`: names and bytes that a crash takes back unless they were synced.

The rules are those of POSIX at its strictest: bytes last once their file was synced, a name once
its folder was. When a process dies, what it wrote and did not sync is cut off at any length, and
names it changed go back to what they meant, or do not. Others see all of it until then.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from tests.simulation.faults import Faults
from tests.simulation.scheduler import Actor


class Node:
    """A file's bytes: as everyone sees them, and as they are after a crash."""

    __slots__ = ("data", "durable", "writer", "written_at")

    def __init__(self, writer: object, written_at: float) -> None:
        self.data = b""
        self.durable = b""
        self.writer: object | None = writer
        self.written_at = written_at


class Disk:
    """Files by their path. Parquet files have a shadow on a real disk, for engines to read."""

    def __init__(self, root: Path, faults: Faults) -> None:
        self.root = f"{root}/tenants/"
        self.faults = faults
        self.entries: dict[str, Node] = {}
        self.durable: dict[str, Node] = {}
        self.folders: set[str] = {str(root)}
        self.shadows: set[str] = set()
        self.on_remove: Callable[[str], None] = lambda name: None
        self._changed: dict[str, object] = {}  # names not synced yet, and who changed them
        self._open: dict[int, tuple[str, Node | None]] = {}
        self._descriptors = 1_000
        self._digests: dict[bytes, str] = {}

    def durable_facts(self, name: str) -> tuple[int, str] | None:
        """Return size and SHA-256 of what a crash would leave under `name`, seen from the root."""
        node = self.durable.get(self.root + name)
        if node is None:
            return None
        digest = self._digests.get(node.durable)
        if digest is None:
            digest = self._digests[node.durable] = sha256(node.durable).hexdigest()
        return len(node.durable), digest

    def durable_bytes(self, name: str) -> bytes:
        """Return what a crash would leave under `name`, which is there."""
        return self.durable[self.root + name].durable

    def crash(self, *, everyone: bool = False) -> None:
        """Take from the current actor, or from everyone, what was not synced."""
        random, actor = self.faults.scheduler.random, self.actor
        for node in {id(node): node for node in self.entries.values()}.values():
            if node.writer is not None and (everyone or node.writer is actor):
                node.data = node.durable + node.data[len(node.durable) :][: random.randrange(9)]
                node.durable, node.writer = node.data, None
        for path in [one for one, owner in self._changed.items() if everyone or owner is actor]:
            del self._changed[path]
            if random.random() < 0.5:
                self._back(path)
            else:
                self._last(path)
            self._show(path)

    def settle(self) -> None:
        """Make all durable, as it is some time after the last write."""
        for path in list(self._changed):
            self._last(path)
        self._changed.clear()
        for node in self.entries.values():
            node.durable, node.writer = node.data, None

    # What paths and files do.

    @property
    def actor(self) -> Actor | None:
        """Whose turn it is."""
        return self.faults.scheduler.current

    @property
    def now(self) -> float:
        """Simulated seconds."""
        return self.faults.scheduler.clock.seconds

    def short(self, path: str) -> str:
        """Return a path as the trace tells it: without root and tenant."""
        return path[len(self.root) :].partition("/")[2]

    def folder(self, path: str) -> str:
        """Return the first folder of a path, which says what sort of file it is."""
        return self.short(path).partition("/")[0]

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it."""
        while path not in self.folders and len(path) > 1:
            self.folders.add(path)
            path = path.rpartition("/")[0]

    def create(self, path: str) -> int:
        """Make an empty file and return a descriptor of it."""

        def effect() -> int:
            if path.rpartition("/")[0] not in self.folders:
                raise FileNotFoundError(2, "No such file or directory")
            node = Node(self.actor, self.now)
            self.entries[path] = node
            self._changed[path] = self.actor
            self._descriptors += 1
            self._open[self._descriptors] = (path, node)
            return self._descriptors

        return self.faults.write(
            f"create {self.folder(path)}", self.short(path), effect, _input_output_error
        )

    def rename(self, source: str, target: str) -> None:
        """Give a file another name, in place of what had it."""

        def effect() -> None:
            if source not in self.entries:
                raise FileNotFoundError(2, "No such file or directory")
            self.entries[target] = self.entries.pop(source)
            self._changed[source] = self._changed[target] = self.actor
            self._show(target)

        self.faults.write(
            f"rename {self.folder(target)}", self.short(target), effect, _input_output_error
        )

    def remove(self, path: str) -> None:
        """Take a name away."""

        def effect() -> None:
            self.on_remove(path[len(self.root) :])
            self.entries.pop(path, None)
            self._changed[path] = self.actor
            self._show(path)

        self.faults.write(
            f"remove {self.folder(path)}", self.short(path), effect, _input_output_error
        )

    def remove_folder(self, path: str) -> None:
        """Take an empty folder away."""
        if any(name.startswith(f"{path}/") for name in self.entries):
            raise OSError(39, "Directory not empty")
        self.folders.discard(path)

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""

        def effect() -> bytes:
            if path not in self.entries:
                raise FileNotFoundError(2, "No such file or directory")
            return self.entries[path].data

        return self.faults.read(f"read {self.short(path)}", effect)

    def below(self, folder: str) -> list[str]:
        """Return the paths of all files below `folder`."""
        return self.faults.read(
            f"list {self.short(folder)}",
            lambda: [path for path in self.entries if path.startswith(f"{folder}/")],
        )

    def written_at(self, path: str) -> float:
        """Return when a file was written."""

        def effect() -> float:
            if path not in self.entries:
                raise FileNotFoundError(2, "No such file or directory")
            return self.entries[path].written_at

        return self.faults.read(f"look at {self.short(path)}", effect)

    def write(self, descriptor: int, data: bytes) -> None:
        """Append to a file; only its writer's process holds it until it is synced."""
        path, node = self._open[descriptor]
        assert node is not None

        def effect() -> None:
            node.data += data
            node.writer, node.written_at = self.actor, self.now

        self.faults.write(
            f"write {self.folder(path)}", self.short(path), effect, _input_output_error
        )

    def open_folder(self, path: str) -> int:
        """Return a descriptor of a folder."""
        if path not in self.folders:
            raise FileNotFoundError(2, "No such file or directory")
        self._descriptors += 1
        self._open[self._descriptors] = (path, None)
        return self._descriptors

    def close(self, descriptor: int) -> None:
        """Forget a descriptor."""
        self._open.pop(descriptor, None)

    def sync(self, descriptor: int) -> None:
        """Make a file's bytes durable, or the names in a folder."""
        path, node = self._open[descriptor]
        if node is None:
            self._sync_folder(path)
            return

        def effect() -> None:
            node.durable, node.writer = node.data, None

        self.faults.write(
            f"sync {self.folder(path)}", self.short(path), effect, _input_output_error
        )

    def _sync_folder(self, folder: str) -> None:
        def effect() -> None:
            for path in [one for one in self._changed if one.rpartition("/")[0] == folder]:
                del self._changed[path]
                self._last(path)

        kind = f"sync folder of {self.folder(folder + '/')}"
        self.faults.write(kind, self.short(folder), effect, _input_output_error)

    def _last(self, path: str) -> None:
        if path in self.entries:
            self.durable[path] = self.entries[path]
        else:
            self.durable.pop(path, None)

    def _back(self, path: str) -> None:
        if path in self.durable:
            self.entries[path] = self.durable[path]
            self.make_folder(path.rpartition("/")[0])
        else:
            self.entries.pop(path, None)

    def _show(self, path: str) -> None:
        """Bring the shadow up to date."""
        if not path.endswith(".parquet"):
            return
        node = self.entries.get(path)
        if node is None:
            if path in self.shadows:
                self.shadows.discard(path)
                Path(path).unlink()
            return
        if path not in self.shadows:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self.shadows.add(path)
        Path(path).write_bytes(node.data)


def _input_output_error() -> OSError:
    return OSError(5, "Input/output error")
