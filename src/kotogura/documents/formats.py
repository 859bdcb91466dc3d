"""From decoded text to a title and a body, for each format a tenant may upload."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from bs4 import BeautifulSoup
from bs4.element import Tag
from markdown_it import MarkdownIt

from kotogura.errors import UnsupportedDocument

_TITLE_LIMIT = 200
_LINE_LIMIT = 80  # a first line longer than this is a sentence, not a title
_BLOCKS = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
]
_UNSEEN = ["script", "style", "template", "noscript", "head"]
_HTML_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A document's words: `title` (one line, perhaps empty) and `body` (without markup)."""

    title: str
    body: str


def format_of(name: str) -> str:
    """Return the media type that `name`'s extension stands for.

    Raises:
        UnsupportedDocument: for any other extension; convert the file and upload it again.

    >>> format_of("rules/leave.md")
    'text/markdown'
    """
    extension = PurePosixPath(name).suffix.lower()
    if extension not in _MEDIA_TYPES:
        known = ", ".join(sorted(_MEDIA_TYPES))
        raise UnsupportedDocument(f"the extension is not one of {known}; convert the file")
    return _MEDIA_TYPES[extension]


def declared_charset(data: bytes, media_type: str) -> str | None:
    """Return the character set that an HTML file declares in its first kilobyte, if any."""
    found = _HTML_CHARSET.search(data[:1024]) if media_type == "text/html" else None
    return found[1].decode("ascii", "replace").lower() if found else None


def read_text(text: str, media_type: str, name: str) -> FormattedText:
    r"""Return the title and the body of `text`, which is of `media_type`.

    Where the format names no title, it is a short first line, or else the file's stem.

    >>> read_text("# 休暇\n\n年に*十日*。", "text/markdown", "leave.md")
    FormattedText(title='休暇', body='年に十日。')
    """
    found = _READERS[media_type](text.replace("\r\n", "\n").replace("\r", "\n"))
    title = found.title or PurePosixPath(name).stem
    return FormattedText(" ".join(title.split())[:_TITLE_LIMIT], found.body)


def _plain(text: str) -> FormattedText:
    first, _, rest = text.lstrip("\ufeff \t\n\u3000").partition("\n")
    if 0 < len(first.strip()) <= _LINE_LIMIT and rest.strip() and not first.rstrip().endswith("。"):
        return FormattedText(first.strip(), _tidy(rest))
    return FormattedText("", _tidy(text))


def _markdown(text: str) -> FormattedText:
    return _html(MarkdownIt("commonmark").enable("table").render(text))


def _html(text: str) -> FormattedText:
    soup = BeautifulSoup(text, "html.parser")
    named = soup.title.get_text() if soup.title else ""
    for unseen in soup.find_all(_UNSEEN):
        unseen.decompose()
    heading = soup.find("h1")
    if isinstance(heading, Tag):
        title = heading.get_text()
        heading.decompose()  # its words are the title's, and would count twice
    else:
        title = named
    for block in soup.find_all(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    for cell in soup.find_all(["td", "th"]):
        cell.insert_after("\t")
    return FormattedText(" ".join(title.split()), _tidy(soup.get_text()))


def _tidy(text: str) -> str:
    """Trim lines and keep at most one blank line between two."""
    lines = [line.strip(" \t\u3000") for line in text.replace("\ufeff", "").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


_MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
}
_READERS: dict[str, Callable[[str], FormattedText]] = {
    "text/plain": _plain,
    "text/markdown": _markdown,
    "text/html": _html,
}
