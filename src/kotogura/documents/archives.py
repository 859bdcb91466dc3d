"""Office files are zip archives: what is looked at before a library may unpack one."""

import io
import zipfile
from collections.abc import Iterable

from kotogura.documents.limits import Budget
from kotogura.errors import BrokenDocument, DocumentBomb, EncryptedDocument, UnsupportedDocument

UNPACKED_LIMIT_BYTES = 300_000_000
"""How much all parts of an archive may have together."""
XML_LIMIT_BYTES = 60_000_000
"""How much a part may have that is read into memory as a whole."""
_ENTRY_LIMIT = 10_000
_RATIO_LIMIT = 250  # sheets and documents that people make stay below a hundred
_RATIO_FROM_BYTES = 1_000_000  # small parts may be as repetitive as they like
_BLOCK_BYTES = 1 << 16
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")  # no office program writes either
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # before 2007, and what encryption wraps in
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def check_archive(data: bytes, budget: Budget, streamed: Iterable[str] = ()) -> None:
    """Let an office file pass that is sound, open, and no larger unpacked than it should be.

    Sizes are taken from the archive's directory, and again while each part is unpacked block by
    block, for a directory may lie.

    Args:
        data: the file.
        budget: looked at between blocks.
        streamed: prefixes of parts that the reader takes piece by piece, so that only the
            limit of the whole holds for them.

    Raises:
        EncryptedDocument: when a password protects it.
        UnsupportedDocument: when it is an older format under a newer name.
        DocumentBomb: when it unpacks to too much, or declares entities.
        BrokenDocument: when it is no archive, or a part is damaged.
    """
    if data.startswith(_COMPOUND):
        if _ENCRYPTED in data:
            raise EncryptedDocument("the file needs a password; save it without one")
        raise UnsupportedDocument(
            "the file is of an older format; open it and save it as .docx, .xlsx or .pptx"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_directory(archive, tuple(streamed))
            for entry in archive.infolist():
                _check_entry(archive, entry, budget)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise BrokenDocument(
            "the file is damaged or incomplete; open it, save it anew and upload it again"
        ) from error


def _check_directory(archive: zipfile.ZipFile, streamed: tuple[str, ...]) -> None:
    entries = archive.infolist()
    if len(entries) > _ENTRY_LIMIT:
        raise DocumentBomb(f"the file has more than {_ENTRY_LIMIT:,} parts; save it anew")
    if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT_BYTES:
        raise DocumentBomb(
            f"the file unpacks to more than {UNPACKED_LIMIT_BYTES:,} bytes; split it"
        )
    for entry in entries:
        if entry.flag_bits & 1:
            raise EncryptedDocument("the file needs a password; save it without one")
        large = entry.file_size > _RATIO_FROM_BYTES
        if large and entry.file_size > _RATIO_LIMIT * max(1, entry.compress_size):
            raise DocumentBomb("a part of the file unpacks to far more than it seems; save it anew")
        whole = _is_xml(entry.filename) and not entry.filename.startswith(streamed)
        if whole and entry.file_size > XML_LIMIT_BYTES:
            raise DocumentBomb(
                f"a part of the file has more than {XML_LIMIT_BYTES:,} bytes; split the file"
            )


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> None:
    """Unpack a part that is XML block by block, and refuse entities, in UTF-16 too."""
    if not _is_xml(entry.filename):
        return
    size, tail = 0, b""
    with archive.open(entry) as part:
        while block := part.read(_BLOCK_BYTES):
            budget.look()
            size += len(block)
            if size > entry.file_size:
                raise DocumentBomb("a part of the file is larger than it says; save it anew")
            text = tail + block.replace(b"\0", b"")
            if any(declaration in text for declaration in _DECLARATIONS):
                raise DocumentBomb("the file declares entities; save it anew")
            tail = text[-16:]


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))
