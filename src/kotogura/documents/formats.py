"""From a file's bytes to a title, a body and what the file tells of itself, for each format.

Each format's reader, and the library behind it, is imported when the first file of it comes.
"""

import re
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any

from kotogura.documents import encodings
from kotogura.documents.limits import Budget, reading
from kotogura.documents.text import FormattedText, one_line, without_surrogates
from kotogura.errors import UnsupportedDocument

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
    ".pdf": "application/pdf",
    ".docx": f"{_OPEN_XML}.wordprocessingml.document",
    ".xlsx": f"{_OPEN_XML}.spreadsheetml.sheet",
    ".pptx": f"{_OPEN_XML}.presentationml.presentation",
}
# Older or richer relatives of what can be read, and what to save them as.
_SAVE_AS = {
    **dict.fromkeys([".doc", ".docm", ".dot", ".dotx", ".rtf", ".odt", ".jtd"], ".docx"),
    **dict.fromkeys([".xls", ".xlsm", ".xlsb", ".xlt", ".xltx", ".ods"], ".xlsx"),
    **dict.fromkeys([".ppt", ".pptm", ".pps", ".ppsx", ".potx", ".odp"], ".pptx"),
}
_TEXTS = {
    "text/plain": "kotogura.documents.plain:read_plain",
    "text/markdown": "kotogura.documents.html:read_markdown",
    "text/html": "kotogura.documents.html:read_html",
    "text/csv": "kotogura.documents.tabular:read_csv",
    "text/tab-separated-values": "kotogura.documents.tabular:read_tsv",
    "application/json": "kotogura.documents.json_text:read_json",
}
_BINARIES = {
    "application/pdf": "kotogura.documents.pdf:read_pdf",
    _MEDIA_TYPES[".docx"]: "kotogura.documents.word:read_word",
    _MEDIA_TYPES[".xlsx"]: "kotogura.documents.excel:read_excel",
    _MEDIA_TYPES[".pptx"]: "kotogura.documents.powerpoint:read_powerpoint",
}
_HTML_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)

BINARY = "binary"
"""What stands for the character set of formats that have none of their own."""


def format_of(name: str) -> str:
    """Return the media type that `name`'s extension stands for.

    Raises:
        UnsupportedDocument: for any other extension; convert the file and upload it again.

    >>> format_of("rules/leave.md")
    'text/markdown'
    """
    extension = PurePosixPath(name).suffix.lower()
    if extension in _SAVE_AS:
        raise UnsupportedDocument(
            f"{extension} files can't be read; save the file as {_SAVE_AS[extension]}"
        )
    if extension not in _MEDIA_TYPES:
        known = ", ".join(sorted(_MEDIA_TYPES))
        raise UnsupportedDocument(f"the extension is not one of {known}; convert the file")
    return _MEDIA_TYPES[extension]


def is_text(media_type: str) -> bool:
    """Return whether files of `media_type` are text, and read without a library of their own."""
    return media_type in _TEXTS


def declared_charset(data: bytes, media_type: str) -> str | None:
    """Return the character set that an HTML file declares in its first kilobyte, if any."""
    found = _HTML_CHARSET.search(data[:1024]) if media_type == "text/html" else None
    return found[1].decode("ascii", "replace").lower() if found else None


def read(
    data: bytes, media_type: str, name: str, budget: Budget | None = None
) -> tuple[FormattedText, str]:
    """Return what the file says, and the character set that it was in.

    Raises:
        DocumentError: one of its classes; retrying does not help.
    """
    budget = budget or Budget()
    if is_text(media_type):
        text, encoding = encodings.decode(data, declared_charset(data, media_type))
        return read_text(text, media_type, name, budget), encoding
    reader = _load(_BINARIES[media_type])
    with reading(f"{PurePosixPath(name).suffix.lower()} file"):
        found = reader(data, budget)
    return _titled(found, name), BINARY


def read_text(text: str, media_type: str, name: str, budget: Budget | None = None) -> FormattedText:
    r"""Return the title and the body of `text`, which is of `media_type`.

    Where the format names no title, it is a short first line, or else the file's stem.

    >>> read_text("# 休暇\n\n年に*十日*。", "text/markdown", "leave.md").title
    '休暇'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    found = _load(_TEXTS[media_type])(text, budget or Budget())
    return _titled(found, name)


def _titled(found: FormattedText, name: str) -> FormattedText:
    title = one_line(found.title) or one_line(PurePosixPath(name).stem) or name
    return FormattedText(
        without_surrogates(title), without_surrogates(found.body), found.sections, found.metadata
    )


def _load(place: str) -> Any:
    module, _, function = place.partition(":")
    return getattr(import_module(module), function)
