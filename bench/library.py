"""The product's search wired over a folder, with a pointer that is a file beside it.

In AWS the pointer is an item of DynamoDB; all else is what `functions/search` is made of.
"""

from pathlib import Path

from kotogura.analysis.analyzer import Analyzer
from kotogura.index.changes import ManifestPointer
from kotogura.index.generations import Generations
from kotogura.platform.clock import now
from kotogura.platform.folder import FolderFiles
from kotogura.search.opened import OpenGenerations
from kotogura.search.pairs import PairRescoring
from kotogura.search.service import SearchService
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.serving import ServingModels
from kotogura.tenants.identity import TenantId

TENANT = TenantId("bench")


class FilePointer:
    """Implements `ManifestPointers` for one tenant; the pointer is in memory, and in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pointer: ManifestPointer | None = None
        if path.exists():
            self._pointer = ManifestPointer.model_validate_json(path.read_bytes())

    def get(self, tenant: TenantId) -> ManifestPointer | None:  # noqa: ARG002 — there is one
        """Return the pointer, or None before the first commit."""
        return self._pointer

    def move(
        self,
        tenant: TenantId,  # noqa: ARG002 — there is one
        expected: ManifestPointer | None,
        new: ManifestPointer,
    ) -> bool:
        """Replace `expected` by `new`; False if it was another by then."""
        if self._pointer != expected:
            return False
        self._path.write_text(new.model_dump_json(), "utf-8")
        self._pointer = new
        return True


class Library:
    """The parts over one folder; the pointer is read once."""

    def __init__(self, folder: Path, files: FolderFiles | None = None) -> None:
        self.files = files or FolderFiles(folder)
        self.generations = Generations(self.files, FilePointer(folder / "pointer.json"), now)
        self._models = ServingModels(self.files, OnnxEmbedder.open)

    def opened(self) -> OpenGenerations:
        """Return what keeps generations open; it has opened none yet."""
        return OpenGenerations(self.generations, self.files, self._models)

    def service(
        self,
        analyzer: Analyzer,
        rescoring: PairRescoring | None,
        opened: OpenGenerations | None = None,
    ) -> SearchService:
        """Return a service over `opened`, or over generations of its own."""
        return SearchService(opened or self.opened(), analyzer, rescoring=rescoring)
