"""Models in service, opened once and kept by tenant and digest."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from kotogura.errors import ModelLost
from kotogura.index.generations import is_missing
from kotogura.index.manifest import model_manifest_name
from kotogura.semantics.embedder import Embedder
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

OpenEmbedder = Callable[[Path], Embedder]

OPEN_MODEL_COUNT = 4


class ServingModels:
    """Keeps the models used last open; each takes some 40 to 150 MB."""

    def __init__(self, files: TenantFiles, open_embedder: OpenEmbedder) -> None:
        self._files = files
        self._open_embedder = open_embedder
        self._open: OrderedDict[tuple[TenantId, str], Embedder] = OrderedDict()

    def has(self, tenant: TenantId, digest: str) -> bool:
        """Return whether the tenant's model `digest` is open already, or lies in the store."""
        if (tenant, digest) in self._open:
            return True
        return not is_missing(tenant, model_manifest_name(digest), self._files)

    def embedder(self, tenant: TenantId, digest: str) -> Embedder:
        """Return the tenant's model `digest`.

        Raises:
            ModelLost: when it is missing.
            CorruptModel: when its files are not what they should be.
        """
        found = self._open.pop((tenant, digest), None)
        if found is None:
            if not self.has(tenant, digest):
                raise ModelLost
            found = self._open_embedder(self._files.path(tenant, model_folder(digest)))
        self._open[tenant, digest] = found
        if len(self._open) > OPEN_MODEL_COUNT:
            self._open.popitem(last=False)
        return found


def model_folder(digest: str) -> str:
    """Return where a tenant's model lies.

    >>> model_folder("0123")
    'models/0123'
    """
    return f"models/{digest}"
