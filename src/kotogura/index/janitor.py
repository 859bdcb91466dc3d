"""The janitor: removes files that no kept generation names, once a grace period has passed."""

from collections.abc import Iterable

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index.changes import StagedChanges
from kotogura.index.generations import Generations
from kotogura.index.manifest import Manifest, decode_manifest
from kotogura.index.runs import built_segments
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

GRACE_SECONDS = 3_600.0
"""No request, commit or workflow step lives longer, so nobody is still reading or writing them."""

LEFTOVER_SECONDS = 7 * 86_400.0
"""For runs of `reindex`, which take as long as they take."""

_FOLDERS = {
    "manifests": GRACE_SECONDS,
    "segments": GRACE_SECONDS,
    "models": 2 * GRACE_SECONDS,  # a training exports its model before it commits
    "staging": GRACE_SECONDS,
    "reindex": LEFTOVER_SECONDS,
}


def sweep(
    tenant: TenantId, generations: Generations, files: TenantFiles, staged: StagedChanges
) -> int:
    """Remove unreferenced files of `tenant`; return how many. Idempotent.

    Kept is what the current generation, the nine before it, a staged change, or a reindex that has
    not been abandoned names.

    Raises:
        CorruptIndex: when a kept generation can't be read; nothing is removed then.
    """
    # Staged changes first: one that is committed meanwhile is then named by the generation.
    waiting = [change.segment for change in staged.all(tenant) if change.segment is not None]
    built = list(built_segments(tenant, files))
    current = generations.current(tenant)
    if current is None:
        return 0
    manifests = [current.manifest, *_kept(tenant, current.manifest, files)]
    kept = {current.pointer.manifest, *current.manifest.history}
    for manifest in manifests:
        kept.update(entry.name for entry in manifest.file_entries())
    for segment in (*waiting, *built):
        kept.update(entry.name for entry in segment.file_entries())
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
