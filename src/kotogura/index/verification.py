"""Verifying an index: every file of every generation that is kept, and every statistic.

A file is read whole and compared with its manifest's size and digest; what a segment says of itself
is counted again from its rows (`kotogura.index.recount`). Nothing is changed.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from kotogura.errors import CorruptIndex, GenerationNotFound, StoreUnavailable
from kotogura.index.changes import ManifestPointer
from kotogura.index.dictionaries import has_dictionary
from kotogura.index.generations import Generations, parse_manifest_name
from kotogura.index.manifest import FileEntry, Manifest, SegmentEntry, decode_manifest
from kotogura.index.recount import live_ids, recount, recount_tombstones
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


class Problem(BaseModel):
    """Something that is not as it should be: which file or segment, and what, in one line."""

    where: str
    what: str


class Verification(BaseModel):
    """What was read, newest generation first, and what is wrong with it."""

    generations: list[int]
    segment_count: int
    file_count: int
    size_bytes: int
    problems: list[Problem]


def verify(tenant: TenantId, generations: Generations, files: TenantFiles) -> Verification:
    """Read all that is kept and report what is wrong, once each.

    Generations that drop out of the history meanwhile, whose files the janitor may remove, are
    reported about no longer.

    Raises:
        GenerationNotFound: before the first commit.
    """
    pointer = generations.pointer(tenant)
    if pointer is None:
        raise GenerationNotFound("nothing has been committed for this tenant yet")
    verifier = _Verifier(tenant, files)
    for name in _kept_names(pointer, tenant, files):
        verifier.read(name)
    newest = generations.pointer(tenant) or pointer
    return verifier.report({pointer.manifest, *_kept_names(newest, tenant, files)})


def _kept_names(pointer: ManifestPointer, tenant: TenantId, files: TenantFiles) -> list[str]:
    """Return the manifests that `pointer` leads to, newest first."""
    try:
        history = decode_manifest(files.read(tenant, pointer.manifest)).history
    except (StoreUnavailable, CorruptIndex):
        history = ()
    return [pointer.manifest, *history]


class _Verifier:
    """Reads generation after generation; what two of them share is read once."""

    def __init__(self, tenant: TenantId, files: TenantFiles) -> None:
        self._tenant = tenant
        self._files = files
        self._found: list[tuple[str, Problem]] = []
        self._numbers: list[int] = []
        self._sound: dict[str, bool] = {}
        self._size_bytes = 0
        self._segments: set[str] = set()
        self._tombstones: set[tuple[str, tuple[int, ...]]] = set()

    def read(self, name: str) -> None:
        """Verify the generation whose manifest is called `name`."""
        try:
            data = self._files.read(self._tenant, name)
            manifest = decode_manifest(data)
            digits = parse_manifest_name(name)[1]
        except StoreUnavailable:
            self._report(name, name, "the manifest is missing")
            return
        except CorruptIndex as error:
            self._report(name, name, error.detail)
            return
        self._numbers.append(manifest.generation)
        if not hashlib.sha256(data).hexdigest().startswith(digits):
            self._report(name, name, "the manifest differs from its digest")
        for entry in manifest.file_entries():
            if entry.name not in self._sound:
                what = self._wrong_with(entry)
                self._sound[entry.name] = what is None
                self._size_bytes += entry.size_bytes
                if what is not None:
                    self._report(name, entry.name, what)
        for segment in manifest.segments:
            for what in self._miscounted(segment):
                self._report(name, f"segments/{segment.segment_id}", what)
        for what in self._contradictions(manifest):
            self._report(name, name, what)

    def report(self, kept: set[str]) -> Verification:
        """Return what was found about the manifests called `kept`."""
        return Verification(
            generations=self._numbers,
            segment_count=len(self._segments),
            file_count=len(self._sound) + len(self._numbers),
            size_bytes=self._size_bytes,
            problems=[problem for name, problem in self._found if name in kept],
        )

    def _report(self, manifest: str, where: str, what: str) -> None:
        self._found.append((manifest, Problem(where=where, what=what)))

    def _wrong_with(self, entry: FileEntry) -> str | None:
        try:
            data = self._files.read(self._tenant, entry.name)
        except StoreUnavailable:
            return "the file is missing"
        if len(data) != entry.size_bytes:
            return f"the file has {len(data)} bytes instead of {entry.size_bytes}"
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            return "the file differs from its digest"
        try:
            if entry.name.endswith(".parquet"):
                with pq.ParquetFile(pa.BufferReader(data)) as file:
                    for group in range(file.num_row_groups):
                        file.read_row_group(group)
            elif entry.name.endswith(".arrow"):
                pa.ipc.open_file(pa.BufferReader(data)).read_all().validate(full=True)
        except (pa.ArrowException, OSError):
            return "the file's tables can't be read"
        return None

    def _miscounted(self, segment: SegmentEntry) -> Iterator[str]:
        if not self._is_sound(segment):
            return
        if segment.segment_id not in self._segments:
            self._segments.add(segment.segment_id)
            yield from recount(self._tenant, segment, self._files)
        key = (segment.segment_id, segment.tombstones)
        if key not in self._tombstones:
            self._tombstones.add(key)
            yield from recount_tombstones(self._tenant, segment, self._files)

    def _contradictions(self, manifest: Manifest) -> Iterator[str]:
        sound = [segment for segment in manifest.segments if self._is_sound(segment)]
        if any(segment.analyzer != manifest.analyzer for segment in manifest.segments):
            yield "its segments are of more than one analyzer"
        if manifest.dictionary is not None and not has_dictionary(
            self._tenant, manifest.dictionary, self._files
        ):
            yield "its user dictionary is missing"
        live = Counter(
            name for segment in sound for name in live_ids(self._tenant, segment, self._files)
        )
        twice = sum(count > 1 for count in live.values())
        if twice:
            yield f"{twice} documents are in it more than once"

    def _is_sound(self, segment: SegmentEntry) -> bool:
        return all(self._sound[entry.name] for entry in segment.files.values())
