"""An extracted document: what analysis, index and training work on."""

from pydantic import BaseModel, ConfigDict


class ExtractedDocument(BaseModel):
    """One version of one document, ready to be analysed. Offsets count code points of `body`.

    Attributes:
        document_id: the id made of the name.
        name: the key below `<tenant>/documents/`.
        version: the sequencer of the change that brought it; greater is later.
        title: one line; may be the file's stem.
        body: the text without markup.
        media_type: what the file is, by its extension.
        encoding: the character set it was decoded from.
        size_bytes: the object's size.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_id: str
    name: str
    version: str
    title: str
    body: str
    media_type: str
    encoding: str
    size_bytes: int


def staged_name(document_id: str, sequencer: str) -> str:
    """Return where the extracted document waits for its analysis.

    >>> staged_name("abc", "01")
    'staging/abc-01.json'
    """
    return f"staging/{document_id}-{sequencer}.json"
