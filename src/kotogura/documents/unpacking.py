"""Unpacking a file of JSON Lines: below `<name>/` lie the documents of its lines, and no others.

An event about the file only says that it is time to look: what lies in the bucket now is compared
with what the file says now, and made equal. So events may come twice, late and in any order, and a
call that broke off is repeated. Calls may run side by side: each looks at the file again after the
last thing it did, and whoever finds another file than it has unpacked begins anew. So whatever an
older one wrote beside a newer one, it takes back itself.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from kotogura.documents.extraction import DOCUMENT_LIMIT_BYTES
from kotogura.documents.lines import fingerprint, is_line_of, read_lines
from kotogura.documents.metadata import (
    DESCRIPTION,
    DESCRIPTION_LIMIT_BYTES,
    object_fields,
    read_description,
)
from kotogura.documents.originals import Original, OriginalFolders
from kotogura.errors import CommitConflict, StoreUnavailable
from kotogura.tenants.identity import TenantId

SECONDS = 35.0
"""For how long one call goes on beginning to write; `functions/ingest` has a minute for it all."""
ROUND_COUNT = 4
BATCH_COUNT = 100
"""How many objects are written or removed between two looks at the clock."""


def unpack(
    tenant: TenantId,
    name: str,
    originals: OriginalFolders,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Make the objects below `name`/ those of the file's lines; return whether the file exists.

    What is right already isn't written again. When there is no file, nothing stays below it.

    Raises:
        DocumentError: one of its classes, when any line can't be read; nothing is changed then.
        StoreUnavailable: when the time is up before all is done; the next call goes on from there.
        CommitConflict: when the file changes again and again; a retry helps.
    """
    end = clock() + SECONDS
    for _ in range(ROUND_COUNT):
        source = _source(tenant, name, originals)
        wanted = _wanted(name, *source)
        # Listed after the file was read: what an older call does after this, it also repairs.
        present = {
            file.name: file.etag
            for file in originals.list(tenant, f"{name}/")
            if is_line_of(name, file.name)
        }
        for part in _parts(_outdated(wanted, present)):
            _check_time(clock, end)
            originals.write_many(tenant, {line_name: wanted[line_name] for line_name in part})
        unnamed = sorted(present.keys() - wanted.keys())
        if unnamed and _source(tenant, name, originals) != source:
            continue
        for part in _parts(unnamed):
            _check_time(clock, end)
            originals.remove_many(tenant, part)
        if _source(tenant, name, originals) == source:
            return source[0] is not None
    raise CommitConflict("the file changes faster than it is unpacked; try again")


def _outdated(wanted: Mapping[str, bytes], present: Mapping[str, str]) -> Sequence[str]:
    return [name for name, data in wanted.items() if present.get(name) != fingerprint(data)]


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), BATCH_COUNT):
        yield names[start : start + BATCH_COUNT]


def _source(
    tenant: TenantId, name: str, originals: OriginalFolders
) -> tuple[Original | None, bytes | None]:
    """Return the file as it is now, and the `.meta.json` beside it."""
    original = originals.fetch(tenant, name, None, DOCUMENT_LIMIT_BYTES)
    if original is None:
        return None, None
    beside = originals.read(tenant, name + DESCRIPTION, None, DESCRIPTION_LIMIT_BYTES)
    return original, beside


def _wanted(name: str, original: Original | None, beside: bytes | None) -> dict[str, bytes]:
    """Return what should lie below the file: its lines, with the fields that they inherit."""
    if original is None:
        return {}
    described = {} if beside is None else read_description(beside).fields
    return read_lines(name, original.data, object_fields(original) | described)


def _check_time(clock: Callable[[], float], end: float) -> None:
    if clock() > end:
        raise StoreUnavailable("the file isn't unpacked in one go; try again, it goes on from here")
