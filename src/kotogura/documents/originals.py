"""The tenant's own files, as the product's rooms ask for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kotogura.tenants.identity import TenantId


@dataclass(frozen=True, slots=True)
class Original:
    """An object as it was put: its bytes, and what its owner wrote on it.

    Attributes:
        data: the bytes, or as many as were asked for and one.
        metadata: the object's own metadata, `x-amz-meta-*`, decoded.
        tags: the object's tags as they are now.
    """

    data: bytes
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class Originals(Protocol):
    """The tenant's own files: the truth that all else can be rebuilt from."""

    def read(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> bytes | None:
        """Return the object's bytes, or at most `limit_bytes` + 1; None when it isn't there."""

    def fetch(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> Original | None:
        """Return the object as `read` does, with its metadata and tags."""

    def exists(self, tenant: TenantId, name: str) -> bool:
        """Return whether the name has a current version."""


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """A file as the bucket lists it.

    Attributes:
        name: the document's.
        size_bytes: of the file.
        etag: the MD5 of one that was put in one piece.
        modified_at: when it was put, ISO 8601 in UTC; empty in doubles that keep no time.
    """

    name: str
    size_bytes: int
    etag: str = field(default="", compare=False)
    modified_at: str = field(default="", compare=False)


class OriginalListing(Protocol):
    """Lists the tenant's own files."""

    def list(self, tenant: TenantId, below: str = "") -> Iterable[OriginalFile]:
        """Yield the current files of `tenant` whose names begin with `below`, without folders."""


class OriginalFolders(Originals, OriginalListing, Protocol):
    """The tenant's own files, among them those that are made of a file's lines."""

    def write_many(self, tenant: TenantId, files: Mapping[str, bytes]) -> None:
        """Write the files of these names. When it raises, any of them may have been written."""

    def remove_many(self, tenant: TenantId, names: Sequence[str]) -> None:
        """Remove the files of these names, up to 1,000; those that aren't there don't matter."""
