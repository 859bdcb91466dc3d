"""The janitor: removes files that no kept generation names, once a grace period has passed."""

import re
from collections.abc import Iterator

from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index.changes import StagedChanges
from kotogura.index.dictionaries import dictionary_name
from kotogura.index.generations import Generation, Generations
from kotogura.index.manifest import Manifest, decode_manifest
from kotogura.index.runs import built_segments, planned_dictionaries
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
    "dictionaries": LEFTOVER_SECONDS,
}

_MANIFEST_NAME = re.compile(r"manifests/(\d{10})-[0-9a-f]{16}\.json")


def sweep(
    tenant: TenantId, generations: Generations, files: TenantFiles, staged: StagedChanges
) -> int:
    """Remove unreferenced files of `tenant`; return how many. Idempotent.

    Kept is what the current generation, the ten before it, any that was current within the grace
    period, a staged change, or a reindex that has not been abandoned names.

    Raises:
        CorruptIndex: when a kept generation can't be read; nothing is removed then.
        StoreUnavailable: when a file went meanwhile, as in a sweep beside this one; a retry helps.
    """
    # Staged changes first: one that is committed meanwhile is then named by the generation.
    waiting = [change.segment for change in staged.all(tenant) if change.segment is not None]
    built = list(built_segments(tenant, files))
    planned = list(planned_dictionaries(tenant, files))
    current = generations.current(tenant)
    if current is None:
        return 0
    recent = _recent(tenant, files)
    manifests = [current.manifest, *_kept(tenant, current, generations, files)]
    manifests += [decode_manifest(files.read(tenant, name)) for name in recent]
    kept = {current.pointer.manifest, *current.manifest.history, *recent}
    for manifest in manifests:
        kept.update(entry.name for entry in manifest.file_entries())
    for segment in (*waiting, *built):
        kept.update(entry.name for entry in segment.file_entries())
    digests = {manifest.dictionary for manifest in manifests}.union(planned)
    digests.update(segment.dictionary for segment in (*waiting, *built))
    kept.update(dictionary_name(digest) for digest in digests if digest is not None)
    models = tuple(f"models/{manifest.model.digest}/" for manifest in manifests if manifest.model)
    removed = 0
    for folder, seconds in _FOLDERS.items():
        names = list(files.names(tenant, folder))
        beside: dict[str, list[str]] = {}
        for name in names:
            beside.setdefault(_place(name), []).append(name)
        for name in names:
            if name in kept or (models and name.startswith(models)):
                continue
            # A segment is written one file after the other, its vectors last or much later.
            if all(files.age_seconds(tenant, one) > seconds for one in beside[_place(name)]):
                files.remove(tenant, name)
                removed += 1
    return removed


def _place(name: str) -> str:
    """Return the folder of a segment's file; any other file stands for itself."""
    return name.rpartition("/")[0] if name.startswith("segments/") else name


def _kept(
    tenant: TenantId, current: Generation, generations: Generations, files: TenantFiles
) -> Iterator[Manifest]:
    """Yield the earlier generations that can be rolled back to."""
    for name in current.manifest.history:
        try:
            yield decode_manifest(files.read(tenant, name))
        except StoreUnavailable:
            if generations.pointer(tenant) != current.pointer:
                raise  # it may have left the history, and a sweep beside this one removed it
            raise CorruptIndex("a kept generation's manifest is missing; sweep nothing") from None


def _recent(tenant: TenantId, files: TenantFiles) -> list[str]:
    """Return the manifests of all generations that may have been current within the grace period.

    In a burst a generation leaves the history soon, and a request may still read it. It was current
    until the one after it was written.
    """
    numbers = {
        name: int(found[1])
        for name in files.names(tenant, "manifests")
        if (found := _MANIFEST_NAME.fullmatch(name))
    }
    young = {
        number
        for name, number in numbers.items()
        if files.age_seconds(tenant, name) <= GRACE_SECONDS
    }
    return [name for name, number in numbers.items() if {number, number + 1} & young]
