"""The janitor: removes files that no kept generation names, once a grace period has passed."""

from collections.abc import Iterable

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index.changes import StagedChanges
from kotogura.index.generations import Generation
from kotogura.index.manifest import Manifest, decode_manifest
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

GRACE_SECONDS = 3_600.0
"""No request, commit or workflow step lives longer, so nobody is still reading or writing them."""

LEFTOVER_SECONDS = 7 * 86_400.0
"""For what an execution staged and never came back for."""

_FOLDERS = {
    "manifests": GRACE_SECONDS,
    "segments": GRACE_SECONDS,
    "models": 2 * GRACE_SECONDS,  # a training exports its model before it commits
    "staging": LEFTOVER_SECONDS,
    "reindex": LEFTOVER_SECONDS,
}


def sweep(tenant: TenantId, current: Generation, files: TenantFiles, staged: StagedChanges) -> int:
    """Remove unreferenced files of `tenant`; return how many. Idempotent.

    Everything that the current generation, the nine before it, or a staged change names is kept.
    """
    manifests = [current.manifest, *_kept(tenant, current.manifest, files)]
    kept = {current.pointer.manifest, *current.manifest.history}
    for manifest in manifests:
        kept.update(entry.name for entry in manifest.file_entries())
    for change in staged.all(tenant):
        if change.segment is not None:
            kept.update(entry.name for entry in change.segment.files.values())
            kept.update(entry.name for entry in change.segment.vectors.values())
    models = tuple(f"models/{manifest.model.digest}/" for manifest in manifests if manifest.model)
    removed = 0
    for folder, seconds in _FOLDERS.items():
        for name in list(files.names(tenant, folder)):
            if name in kept or (models and name.startswith(models)):
                continue
            if files.age_seconds(tenant, name) > seconds:
                files.remove(tenant, name)
                removed += 1
    return removed


def _kept(tenant: TenantId, manifest: Manifest, files: TenantFiles) -> Iterable[Manifest]:
    """Yield the earlier generations that can be rolled back to."""
    for name in manifest.history:
        try:
            yield decode_manifest(files.read(tenant, name))
        except StoreUnavailable:
            raise CorruptIndex("a kept generation's manifest is missing; sweep nothing") from None
