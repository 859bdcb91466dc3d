"""What a model folder says about itself, and the digest that names the model everywhere."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Self

from kotogura.errors import CorruptModel

FORMAT_VERSION = 1
MANIFEST_NAME = "model.json"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of the model: its SHA-256 in hexadecimal, and its size."""

    sha256: str
    size_bytes: int

    @classmethod
    def measure(cls, path: Path) -> Self:
        """Read the file at `path` once and describe it."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return cls(digest, path.stat().st_size)


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """The record beside a model's files.

    Attributes:
        base: name of the model that this one was made from, for people.
        dimensions: length of an embedding.
        maximum_tokens: longer texts are cut here, special tokens included.
        query_prefix: what goes before a query.
        passage_prefix: what goes before a passage.
        pooling: how token vectors become one: "mean", or "cls" for the first.
        files: file name inside the folder, with `/` as separator, to its digest and size.
        created_at: ISO 8601, in UTC; no part of the digest.
        figures: what training measured; no part of the digest.
    """

    base: str
    dimensions: int
    maximum_tokens: int
    query_prefix: str
    passage_prefix: str
    pooling: str
    files: Mapping[str, ModelFile]
    created_at: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, over all that decides an embedding: files and settings.

        Two folders with this digest embed alike, whenever and wherever they were made.
        """
        decisive = {
            "dimensions": self.dimensions,
            "files": {name: file.sha256 for name, file in self.files.items()},
            "format_version": self.format_version,
            "maximum_tokens": self.maximum_tokens,
            "passage_prefix": self.passage_prefix,
            "pooling": self.pooling,
            "query_prefix": self.query_prefix,
        }
        return hashlib.sha256(_canonical(decisive)).hexdigest()

    @classmethod
    def describe(cls, folder: Path, **settings: Any) -> Self:
        """Return the manifest for all files under `folder`, an older manifest left out."""
        files = {
            path.relative_to(folder).as_posix(): ModelFile.measure(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != MANIFEST_NAME
        }
        return cls(files=files, **settings)

    def to_json(self) -> bytes:
        """Return canonical JSON: sorted keys, no blanks, UTF-8, a line feed at the end."""
        return _canonical({**asdict(self), "digest": self.digest}) + b"\n"

    def write(self, folder: Path) -> None:
        """Write `model.json` into `folder`, replacing an older one."""
        (folder / MANIFEST_NAME).write_bytes(self.to_json())

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read what `to_json` wrote.

        Raises:
            CorruptModel: another format version, a missing or ill-typed field, a file name that
                leaves the folder, or a digest that is not the one of the rest. Retrying does not
                help.
        """
        try:
            fields = json.loads(data)
            if fields["format_version"] != FORMAT_VERSION:
                raise CorruptModel(
                    f"the model's format {fields['format_version']} is not {FORMAT_VERSION}"
                )
            digest = fields.pop("digest")
            fields["files"] = {
                _inner_name(name): ModelFile(str(file["sha256"]), int(file["size_bytes"]))
                for name, file in fields["files"].items()
            }
            manifest = cls(**fields)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CorruptModel(
                "model.json can't be read; train again or import the base model again"
            ) from error
        if digest != manifest.digest:
            raise CorruptModel("model.json was changed: its digest is not that of its files")
        return manifest

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the manifest of the model in `folder`.

        Raises:
            CorruptModel: there is none, or `from_json` refuses it.
        """
        try:
            data = (folder / MANIFEST_NAME).read_bytes()
        except FileNotFoundError as error:
            raise CorruptModel("there is no model in this folder") from error
        return cls.from_json(data)

    @classmethod
    def find_sound(cls, folder: Path) -> Self | None:
        """Return the manifest of the model in `folder` if every file is what it says, else None."""
        try:
            manifest = cls.read(folder)
            manifest.verify(folder)
        except CorruptModel:
            return None
        return manifest

    def check_sizes(self, folder: Path) -> None:
        """Compare only the files' sizes, which costs a millisecond; `verify` reads them.

        Raises:
            CorruptModel: a file is missing or has another size.
        """
        for name, file in self.files.items():
            path = folder / name
            if not path.is_file() or path.stat().st_size != file.size_bytes:
                raise CorruptModel(f"{name} of the model is missing or has another size")

    def verify(self, folder: Path) -> None:
        """Read every file of `folder` and compare it with this manifest.

        Raises:
            CorruptModel: a file is missing or differs. Retrying does not help.
        """
        self.check_sizes(folder)
        for name, file in self.files.items():
            if ModelFile.measure(folder / name) != file:
                raise CorruptModel(f"{name} of the model differs from its digest")


def _canonical(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def _inner_name(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("a file of the model lies outside its folder")
    return name
