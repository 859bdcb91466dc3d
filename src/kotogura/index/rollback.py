"""Rolling back: the content of a generation that is kept becomes the newest generation again."""

from kotogura.errors import CommitConflict, CorruptIndex, GenerationNotFound, StoreUnavailable
from kotogura.index.commit import ATTEMPT_COUNT, Pause
from kotogura.index.dictionaries import has_dictionary
from kotogura.index.generations import Generation, Generations, parse_manifest_name
from kotogura.index.manifest import Manifest, decode_manifest
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


def rollback(
    tenant: TenantId, number: int, generations: Generations, files: TenantFiles, pause: Pause
) -> Generation:
    """Publish a generation of the content, and the model, of generation `number`.

    The generations in between stay in the history, so that a rollback can be rolled back. The
    ledger stays as it is: documents that came in since are brought back by `reindex`. Rolling back
    to the newest generation changes nothing.

    Raises:
        GenerationNotFound: when that generation is not kept.
        CorruptIndex: when a file of that generation is missing.
        CommitConflict: when other commits won every race; a retry helps.
    """
    for attempt in range(1, ATTEMPT_COUNT + 1):
        base = generations.replaceable(tenant)
        if base is None:
            raise GenerationNotFound("nothing has been committed for this tenant yet")
        if base.manifest.generation == number and not base.damaged:
            return base
        target = _kept(tenant, base.manifest, number, files)
        published = generations.publish(
            tenant, base, segments=target.segments, content_changed=True, model=target.model
        )
        if published is not None:
            return published
        pause(attempt)
    raise CommitConflict("the rollback lost every race; try again")


def _kept(tenant: TenantId, current: Manifest, number: int, files: TenantFiles) -> Manifest:
    names = {parse_manifest_name(name)[0]: name for name in current.history}
    if number not in names:
        kept = ", ".join(str(one) for one in sorted(names)) or "none"
        raise GenerationNotFound(f"generation {number} is not kept; these are: {kept}")
    try:
        manifest = decode_manifest(files.read(tenant, names[number]))
    except StoreUnavailable:
        raise CorruptIndex("that generation's manifest is missing; choose another") from None
    there = {name for folder in ("segments", "models") for name in files.names(tenant, folder)}
    if not all(entry.name in there for entry in manifest.file_entries()):
        raise CorruptIndex("a file of that generation is missing; choose another")
    if manifest.dictionary is not None and not has_dictionary(tenant, manifest.dictionary, files):
        raise CorruptIndex("that generation's user dictionary is missing; choose another")
    return manifest
