"""Generations: opening the current one, and publishing the next by one conditional write."""

import hashlib
import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from kotogura.errors import CorruptIndex, IndexLost, StoreUnavailable
from kotogura.index.changes import ManifestPointer, ManifestPointers
from kotogura.index.manifest import (
    KEPT_GENERATION_COUNT,
    Manifest,
    ModelEntry,
    SegmentEntry,
    decode_manifest,
    manifest_name,
    model_manifest_name,
)
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

_MANIFEST_NAME = re.compile(r"manifests/(\d{10})-([0-9a-f]{16})\.json")
AS_BEFORE = ""
"""No dictionary's digest: the one of the generation before."""

Clock = Callable[[], str]
"""Returns the time now as ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A pointer as it was read, and the manifest it named.

    `damaged` is whether that manifest is missing or can't be read; an empty one stands in for it.
    """

    pointer: ManifestPointer
    manifest: Manifest
    damaged: bool = False


class Generations:
    """All tenants' generations, over their files and their pointers."""

    def __init__(self, files: TenantFiles, pointers: ManifestPointers, clock: Clock) -> None:
        self._files = files
        self._pointers = pointers
        self._clock = clock

    def current(self, tenant: TenantId) -> Generation | None:
        """Return the tenant's newest generation, or None before the first commit.

        Raises:
            IndexLost: when its manifest is missing.
            CorruptIndex: when its manifest is not what the pointer says.
        """
        pointer = self.pointer(tenant)
        return self.open(tenant, pointer) if pointer else None

    def model_left(self, tenant: TenantId, model: ModelEntry | None) -> ModelEntry | None:
        """Return `model` if its manifest and its words' vectors are there, else None."""
        if model is None:
            return None
        names = (model_manifest_name(model.digest), model.words.name)
        return None if any(is_missing(tenant, name, self._files) for name in names) else model

    def pointer(self, tenant: TenantId) -> ManifestPointer | None:
        """Return which generation is the newest, without reading it; None before the first."""
        return self._pointers.get(tenant)

    def open(self, tenant: TenantId, pointer: ManifestPointer) -> Generation:
        """Return the generation that `pointer` names.

        Raises:
            IndexLost: when its manifest is missing.
            CorruptIndex: when its manifest is not what the pointer says.
        """
        try:
            data = self._files.read(tenant, pointer.manifest)
        except StoreUnavailable:
            if is_missing(tenant, pointer.manifest, self._files):
                raise IndexLost from None
            raise
        if hashlib.sha256(data).hexdigest() != pointer.sha256:
            raise CorruptIndex("a manifest differs from its digest; roll back or rebuild")
        return Generation(pointer, decode_manifest(data))

    def replaceable(self, tenant: TenantId) -> Generation | None:
        """Return what a generation of other content can come after, as `current` does.

        Where the manifest is damaged or missing, one without documents stands in for it, with the
        earlier generations that are left, and the model if its files are: a way out must not need
        what is broken.
        """
        pointer = self.pointer(tenant)
        if pointer is None:
            return None
        try:
            return self.open(tenant, pointer)
        except (CorruptIndex, IndexLost):
            earlier = self._earlier(tenant, pointer.generation)
            told = pointer.model or self._model(tenant, earlier, pointer.trained_generation)
            stand_in = Manifest(
                generation=pointer.generation,
                content_generation=pointer.content_generation,
                analyzer="",
                model=self.model_left(tenant, told),
                history=earlier,
                created_at=self._clock(),
            )
            return Generation(pointer, stand_in, damaged=True)

    def _earlier(self, tenant: TenantId, number: int) -> tuple[str, ...]:
        """Return the manifests before generation `number`, the newest first.

        Of several of one number all but one have lost their race, and nobody can tell which.
        """
        by_number: dict[int, list[str]] = {}
        for name in self._files.names(tenant, "manifests"):
            if _MANIFEST_NAME.fullmatch(name):
                by_number.setdefault(parse_manifest_name(name)[0], []).append(name)
        sole = {one: names[0] for one, names in by_number.items() if len(names) == 1}
        return tuple(sole[one] for one in sorted(sole, reverse=True) if one < number)

    def _model(
        self, tenant: TenantId, names: Sequence[str], trained_generation: int | None
    ) -> ModelEntry | None:
        """Return the model that learned from `trained_generation`, if a manifest tells of it."""
        for name in names if trained_generation is not None else ():
            with suppress(CorruptIndex):
                model = decode_manifest(self._files.read(tenant, name)).model
                if model is not None and model.content_generation == trained_generation:
                    return model
        return None

    def age_seconds(self, generation: Generation) -> float:
        """Return how long ago `generation` was published, by this process's clock.

        It is negative where the clock that dated it runs ahead of this one.
        """
        then = datetime.fromisoformat(generation.manifest.created_at)
        return (datetime.fromisoformat(self._clock()) - then).total_seconds()

    def publish(
        self,
        tenant: TenantId,
        base: Generation | None,
        *,
        segments: tuple[SegmentEntry, ...],
        content_changed: bool,
        model: ModelEntry | None,
        burst: int = 0,
        dictionary: str | None = AS_BEFORE,
    ) -> Generation | None:
        """Make `segments` the generation after `base`; None if another commit came first.

        A crash before the conditional write leaves a manifest that nobody names; after it, the
        new generation. Files named in `segments` must be durable already. `burst` is as in the
        manifest; what isn't a commit of documents begins a new one. `dictionary` is the user
        dictionary of documents to come where there are no segments, which else tell it.
        """
        if segments:
            dictionary = segments[0].dictionary
        elif dictionary == AS_BEFORE:
            dictionary = base.manifest.dictionary if base else None
        number = base.manifest.generation + 1 if base else 1
        content = number if content_changed or base is None else base.manifest.content_generation
        history = base.manifest.history if base else ()
        if base and not base.damaged:
            history = (base.pointer.manifest, *history)
        manifest = Manifest(
            generation=number,
            content_generation=content,
            analyzer=segments[0].analyzer if segments else "",
            segments=segments,
            model=model,
            history=kept_history(history, number, burst, KEPT_GENERATION_COUNT - 1),
            burst=burst,
            created_at=self._clock(),
            dictionary=dictionary,
        )
        data = manifest.encode()
        name = manifest_name(number, data)
        self._files.write(tenant, name, data)
        pointer = ManifestPointer(
            generation=number,
            manifest=name,
            sha256=hashlib.sha256(data).hexdigest(),
            content_generation=content,
            trained_generation=model.content_generation if model else None,
            document_count=manifest.document_count,
            index_bytes=sum(entry.size_bytes for entry in manifest.file_entries()),
            model=model,
        )
        if not self._pointers.move(tenant, base.pointer if base else None, pointer):
            return None
        return Generation(pointer, manifest)


def kept_history(history: tuple[str, ...], number: int, burst: int, limit: int) -> tuple[str, ...]:
    """Return which of `history`, newest first, generation `number` keeps: `limit` at most.

    Of a burst, the first generation and the newest one stay, and those in its midst go before any
    that came earlier: hundreds of uploads at once must not push out what was there before them.

    >>> names = [manifest_name(one, b"") for one in (9, 8, 7, 6, 3)]
    >>> kept = kept_history(tuple(names), 10, 4, 4)  # 6, 7, 8 and 9 are of the burst
    >>> [parse_manifest_name(name)[0] for name in kept]
    [9, 8, 6, 3]
    >>> [parse_manifest_name(name)[0] for name in kept_history(tuple(names), 10, 0, 4)]
    [9, 8, 7, 6]
    """
    kept = list(history)
    while len(kept) > limit:
        midst = [
            name for name in kept if number - burst < parse_manifest_name(name)[0] < number - 1
        ]
        kept.remove(midst[-1] if midst else kept[-1])
    return tuple(kept)


def is_missing(tenant: TenantId, name: str, files: TenantFiles) -> bool:
    """Return whether the store answers and has no such file."""
    return math.isinf(files.age_seconds(tenant, name))


def parse_manifest_name(name: str) -> tuple[int, str]:
    """Return the generation that a manifest's name tells, and the first digits of its SHA-256.

    Raises:
        CorruptIndex: when it is no manifest's name.

    >>> parse_manifest_name("manifests/0000000007-44136fa355b3678a.json")
    (7, '44136fa355b3678a')
    """
    found = _MANIFEST_NAME.fullmatch(name)
    if found is None:
        raise CorruptIndex("a generation's history names something that is no manifest")
    return int(found[1]), found[2]
