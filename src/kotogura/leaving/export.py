"""Handing a tenant all that is kept of it: files as they are, everything else as JSON.

What can be made again from that, the segments of the index, is left out. `docs/leaving.md` tells
each file of the folder, and how another system reads it.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from kotogura import __version__
from kotogura.errors import StoreUnavailable, TenantNotFound
from kotogura.leaving.accounts import TenantAccounts
from kotogura.leaving.archive import Archive
from kotogura.leaving.items import KINDS, OTHERS, TenantItems, kind_of, plain
from kotogura.leaving.objects import TenantObjects
from kotogura.leaving.store import TenantFolder
from kotogura.platform.clock import now
from kotogura.tenants.identity import TenantId
from kotogura.tenants.texts import unpacked

FORMAT = "kotogura-tenant"
FORMAT_VERSION = 1
_MODEL = "model.json"

Progress = Callable[[int], None]
"""Hears how many files are written."""


@dataclass(frozen=True, slots=True)
class TenantPlaces:
    """Every place where something of one tenant is kept."""

    tenant: TenantId
    objects: TenantObjects
    items: TenantItems
    folder: TenantFolder
    accounts: TenantAccounts


def export(
    places: TenantPlaces, folder: Path, on_progress: Progress, *, with_models: bool = False
) -> dict[str, Any]:
    """Write all that is kept of the tenant into `folder`, and return the manifest's facts.

    The manifest is written last: a folder without one is not complete. What changes meanwhile is
    in it as it was or as it is.

    Raises:
        TenantNotFound: when nothing is kept of such a tenant.
        InvalidArgument: when the folder is not empty.
        ExportIncomplete: when something can't be fetched or written; export into a new folder.
    """
    record = places.items.record()
    if (record is None or "erased_at" in record) and next(iter(places.items.all()), None) is None:
        raise TenantNotFound(f"nothing is kept of a tenant {places.tenant}")
    archive = Archive(folder)
    saved = _Counting(on_progress)
    counts: dict[str, int] = {}
    counts["object_versions"] = archive.write_lines(
        "objects.jsonl", places.objects.save(archive, saved)
    )
    counts["items"] = _items(places.items, archive, counts)
    counts["users"] = archive.write_lines("users.jsonl", places.accounts.all())
    counts["model_files"] = _models(places.folder, archive, saved, with_models=with_models)
    facts = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "tenant": str(places.tenant),
        "exported_at": now(),
        "release": __version__,
        "with_models": with_models,
        "counts": counts,
    }
    digest = archive.finish(facts)
    return {**facts, "size_bytes": archive.size_bytes, "manifest_sha256": digest}


class _Counting:
    """Counts what is saved, and tells it."""

    def __init__(self, on_progress: Progress) -> None:
        self._numbers = count(1)
        self._on_progress = on_progress

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        number = next(self._numbers)
        self._on_progress(number)
        return number


def _items(items: TenantItems, archive: Archive, counts: dict[str, int]) -> int:
    """Write the table's items, a file for each kind, and texts once more as they were written."""
    by_kind: dict[str, IO[str]] = {}
    total = 0
    found: dict[str, int] = defaultdict(int)
    try:
        for item in _all(items):
            kind = "settings" if item["pk"] == "TENANTS" else kind_of(item["sk"])
            if kind not in by_kind:
                by_kind[kind] = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 — closed below
            by_kind[kind].write(json.dumps(plain(item), ensure_ascii=False, sort_keys=True) + "\n")
            found[kind] += 1
            total += 1
            _text(item, archive)
        for kind in (*dict.fromkeys(KINDS.values()), OTHERS):
            lines = _rewound(by_kind.get(kind))
            archive.write(f"records/{kind}.jsonl", (line.encode() for line in lines))
            counts[kind] = found[kind]
    finally:
        for file in by_kind.values():
            file.close()
    return total


def _all(items: TenantItems) -> Iterator[dict[str, Any]]:
    record = items.record()
    if record is not None:
        yield record
    yield from items.all()


def _rewound(file: IO[str] | None) -> Iterator[str]:
    if file is not None:
        file.seek(0)
        yield from file


def _text(item: Mapping[str, Any], archive: Archive) -> None:
    """Write a tenant's text of settings as a file that it can be put from again."""
    if item["sk"] == "SYNONYMS":
        archive.write("settings/synonyms.txt", [item["text"].encode()])
    elif item["sk"] == "DICTIONARY":
        archive.write("settings/dictionary.csv", [unpacked(bytes(item["packed"])).encode()])


def _models(folder: TenantFolder, archive: Archive, saved: _Counting, *, with_models: bool) -> int:
    """Write each model's manifest, and with `with_models` its other files; return how many."""
    written = 0
    for name, _ in list(folder.names("models")):
        if not with_models and not name.endswith(f"/{_MODEL}"):
            continue
        try:
            archive.write(name, folder.read(name))
        except StoreUnavailable:
            if name in dict(folder.names("models")):
                raise
            continue  # swept meanwhile, as a model is that no generation names any more
        next(saved)
        written += 1
    return written
