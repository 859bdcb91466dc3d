"""The manifest: which segments one generation of a tenant's index is made of.

Its JSON is a durable format. Every version stays readable for ever; a change of the format raises
`FORMAT_VERSION` and adds a pair of golden files.
"""

import hashlib
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kotogura.errors import CorruptIndex

FORMAT_VERSION = 2
FIELDS = ("title", "body")
KEPT_GENERATION_COUNT = 11
"""The newest and the ten before it, to which a tenant can be rolled back."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Record):
    """One immutable file of the store.

    Attributes:
        name: relative to the tenant's folder.
        size_bytes: its exact size.
        sha256: of its bytes, 64 hexadecimal digits.
    """

    name: str
    size_bytes: int
    sha256: str


class SegmentEntry(_Record):
    """One segment as a generation uses it. Staged → published here → marked for deletion.

    Attributes:
        segment_id: 32 hexadecimal digits that no other writing of a segment has.
        format_version: of its Parquet files; a manifest may name segments of earlier formats.
        analyzer: fingerprint of the analyzer that made its terms.
        document_count: all its documents, those with a tombstone included.
        field_lengths: units in each field over all its documents (see `AnalyzedText.length`).
        files: its Parquet files, by what they hold (see `kotogura.index.segment`).
        vectors: its passages' vectors, by the digest of the model that made them.
        neighbours: an inverted file over these vectors, by the same digest, where it pays; without
            one, all are compared.
        tombstones: ordinals of documents that no longer count, ascending.
        tombstone_lengths: units in each field over those.
        dictionary: digest of the user dictionary that its analyzer had; None if it had none.
    """

    segment_id: str
    format_version: int = 1
    analyzer: str
    document_count: int
    field_lengths: Mapping[str, int]
    files: Mapping[str, FileEntry]
    vectors: Mapping[str, FileEntry] = Field(default_factory=dict)
    tombstones: tuple[int, ...] = ()
    tombstone_lengths: Mapping[str, int] = Field(default_factory=dict)
    dictionary: str | None = None
    neighbours: Mapping[str, FileEntry] = Field(default_factory=dict)

    @property
    def live_count(self) -> int:
        """Return how many of its documents can be found."""
        return self.document_count - len(self.tombstones)

    def file_entries(self) -> Iterable[FileEntry]:
        """Yield every file of the segment, vectors of all models included."""
        yield from self.files.values()
        yield from self.vectors.values()
        yield from self.neighbours.values()


class ModelEntry(_Record):
    """The model in service: whose vectors a generation compares queries with.

    Attributes:
        digest: the model's name; its folder is `models/<digest>`.
        words: the vectors of the tenant's vocabulary.
        content_generation: the generation whose documents it learned from.
    """

    digest: str
    words: FileEntry
    content_generation: int


class Manifest(_Record):
    """One generation of one tenant's index.

    Attributes:
        format_version: of this record; each segment has its own.
        generation: 1 for the first commit, and one more for each that follows.
        content_generation: the last generation that changed which documents are found.
        analyzer: fingerprint of the analyzer of every segment.
        segments: in the order of their commits; a document's ordinal is relative to its segment.
        model: the model in service, or None before the first training.
        history: names of the manifests kept before this one, newest first.
        burst: how many generations came in quick succession before this one.
        created_at: when it was committed, ISO 8601 in UTC.
        dictionary: digest of the user dictionary of every segment and of those to come; None
            without one.
    """

    format_version: int = FORMAT_VERSION
    generation: int
    content_generation: int
    analyzer: str
    segments: tuple[SegmentEntry, ...] = ()
    model: ModelEntry | None = None
    history: tuple[str, ...] = ()
    burst: int = 0
    created_at: str
    dictionary: str | None = None

    @property
    def document_count(self) -> int:
        """Return how many documents can be found."""
        return sum(segment.live_count for segment in self.segments)

    def field_length(self, field: str) -> int:
        """Return the units in `field` over all documents that can be found."""
        return sum(
            segment.field_lengths.get(field, 0) - segment.tombstone_lengths.get(field, 0)
            for segment in self.segments
        )

    def file_entries(self) -> Iterable[FileEntry]:
        """Yield every file that this generation needs, the model's own apart."""
        for segment in self.segments:
            yield from segment.file_entries()
        if self.model is not None:
            yield self.model.words

    def encode(self) -> bytes:
        """Return its JSON; equal manifests give equal bytes."""
        return self.model_dump_json(indent=1).encode()


class _Version(BaseModel):
    """What every format of a manifest has; all else may be unknown to this release."""

    format_version: int = FORMAT_VERSION


def manifest_name(generation: int, data: bytes) -> str:
    """Return where a manifest's bytes lie; racing writers of one generation never collide.

    >>> manifest_name(7, b"{}")
    'manifests/0000000007-44136fa355b3678a.json'
    """
    return f"manifests/{generation:010d}-{hashlib.sha256(data).hexdigest()[:16]}.json"


def model_manifest_name(digest: str) -> str:
    """Return where a model tells what it is made of; without it, there is no model.

    >>> model_manifest_name("0123")
    'models/0123/model.json'
    """
    return f"models/{digest}/model.json"


def decode_manifest(data: bytes) -> Manifest:
    """Return the manifest that `data` holds.

    Raises:
        CorruptIndex: when it is not a manifest, or of a later format than this release reads.
    """
    try:
        if _Version.model_validate_json(data).format_version > FORMAT_VERSION:
            raise CorruptIndex("the index was written by a later release; upgrade this one")
        return Manifest.model_validate_json(data)
    except ValidationError:
        raise CorruptIndex("a manifest can't be read; roll back to another generation") from None
