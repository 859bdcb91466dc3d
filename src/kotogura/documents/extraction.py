"""An object's bytes become an extracted document."""

from kotogura.documents import encodings, formats
from kotogura.documents.changes import DocumentChange
from kotogura.documents.extracted import ExtractedDocument
from kotogura.documents.identity import check_name
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


def extract(change: DocumentChange, data: bytes) -> ExtractedDocument:
    """Return what `data`, the object of `change`, says.

    Raises:
        DocumentError: one of its classes; retrying does not help.
    """
    media_type = check_admissible(change.name, len(data))
    text, encoding = encodings.decode(data, formats.declared_charset(data, media_type))
    found = formats.read_text(text, media_type, change.name)
    if not found.body.strip():
        raise EmptyDocument("the file holds no text")
    return ExtractedDocument(
        document_id=change.document_id,
        name=change.name,
        version=change.sequencer,
        title=found.title,
        body=found.body,
        media_type=media_type,
        encoding=encoding,
        size_bytes=len(data),
    )
