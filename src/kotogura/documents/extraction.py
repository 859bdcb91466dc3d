"""An object's bytes become an extracted document."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from kotogura.documents import formats
from kotogura.documents.changes import DocumentChange
from kotogura.documents.extracted import ExtractedDocument
from kotogura.documents.identity import check_name
from kotogura.documents.metadata import Description, combine
from kotogura.documents.metadata_values import MetadataValue
from kotogura.documents.text import FormattedText
from kotogura.errors import DocumentTooLarge, EmptyDocument

DOCUMENT_LIMIT_BYTES = 20_000_000
"""The largest object that is read; a larger one is quarantined unread."""


def check_admissible(name: str, size_bytes: int) -> str:
    """Return the media type of an object that may be read, before it is.

    Raises:
        InvalidDocumentName, UnsupportedDocument, DocumentTooLarge, EmptyDocument: by name or size.
    """
    check_name(name)
    media_type = formats.format_of(name)
    if size_bytes > DOCUMENT_LIMIT_BYTES:
        raise DocumentTooLarge(
            f"the file has {size_bytes:,} bytes and {DOCUMENT_LIMIT_BYTES:,} are allowed; split it"
        )
    if size_bytes == 0:
        raise EmptyDocument("the file is empty")
    return media_type


class Read(Protocol):
    """What reads a file of a format: `formats.read`, or the same in a process of its own."""

    def __call__(self, data: bytes, media_type: str, name: str) -> tuple[FormattedText, str]:
        """Return what the file says, and its character set. Raises DocumentError."""


_NOTHING: Mapping[str, Sequence[MetadataValue]] = {}


def extract(
    change: DocumentChange,
    data: bytes,
    labels: Mapping[str, Sequence[MetadataValue]] = _NOTHING,
    description: Description | None = None,
    read: Read = formats.read,
) -> ExtractedDocument:
    """Return what `data`, the object of `change`, says, and what is said of it.

    Args:
        change: which document it is.
        data: the file.
        labels: fields that the object's metadata and tags make.
        description: what the `.meta.json` beside it says.
        read: what reads its format.

    Raises:
        DocumentError: one of its classes; retrying does not help.
    """
    description = description or Description()
    media_type = check_admissible(change.name, len(data))
    found, encoding = read(data, media_type, change.name)
    if not found.body.strip():
        raise EmptyDocument("the file holds no text")
    return ExtractedDocument(
        document_id=change.document_id,
        name=change.name,
        version=change.sequencer,
        title=description.title or found.title,
        body=found.body,
        media_type=media_type,
        encoding=encoding,
        size_bytes=len(data),
        metadata=combine(found.metadata, labels, description.fields),
        sections=list(found.sections),
    )
