"""Scrubbing: each file that searches use is read once in four weeks and compared with its digest.

A search reads the few pages that it needs, and can't tell a changed byte everywhere. What a disk or
a hand has changed is found here, before every kept generation has it.
"""

from zlib import crc32

from kotogura.errors import CorruptModel
from kotogura.index.generations import Generation
from kotogura.index.intact import check_intact
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.serving import model_folder
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

DAYS = 28


def scrub(tenant: TenantId, generation: Generation, files: TenantFiles, day: int) -> int:
    """Read those files of `generation` whose turn it is on `day`; return how many.

    `day` counts on for ever, as days since 1970 do; after `DAYS` of them all were read. A model is
    one file here.

    Raises:
        CorruptIndex, CorruptModel: when one differs from its digest.
        StoreUnavailable: when one is missing or can't be read; a retry may help.
    """
    entries = [entry for entry in generation.manifest.file_entries() if is_due(entry.name, day)]
    check_intact(tenant, entries, files)
    model = generation.manifest.model
    if model is None or not is_due(model.digest, day):
        return len(entries)
    folder = files.path(tenant, model_folder(model.digest))
    manifest = ModelManifest.read(folder)
    if manifest.digest != model.digest:
        raise CorruptModel("the model in service is another one than its folder says; train again")
    manifest.verify(folder)
    return len(entries) + 1


def is_due(name: str, day: int) -> bool:
    """Return whether it is the turn of the file called `name`.

    >>> sum(is_due("segments/0f/terms.parquet", day) for day in range(20_000, 20_000 + DAYS))
    1
    """
    return crc32(name.encode()) % DAYS == day % DAYS
