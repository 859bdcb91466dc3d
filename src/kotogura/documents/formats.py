"""From decoded text to a title and a body, for each format a tenant may upload."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning
from bs4.element import CData, NavigableString, PageElement, Tag
from bs4.exceptions import ParserRejectedMarkup
from markdown_it import MarkdownIt

from kotogura.errors import UnsupportedDocument

_TITLE_LIMIT = 200
_LINE_LIMIT = 80  # a first line longer than this is a sentence, not a title
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
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
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "search",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "textarea",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_CELLS = frozenset(["td", "th"])
_UNSEEN = frozenset(["script", "style", "template", "noscript", "title", "rp", "rt"])
_MARKDOWN = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
_HTML_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_NOTE = re.compile(r"^\[\^(?=[^\]\n]+\]:)", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


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
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    found = _READERS[media_type](text)
    title = _one_line(found.title) or _one_line(PurePosixPath(name).stem) or name
    return FormattedText(title, found.body)


def _plain(text: str) -> FormattedText:
    first, _, rest = text.lstrip("\ufeff \t\n\u3000").partition("\n")
    if 0 < len(first.strip()) <= _LINE_LIMIT and rest.strip() and not first.rstrip().endswith("。"):
        return FormattedText(first.strip(), _tidy(rest))
    return FormattedText("", _tidy(text))


def _markdown(text: str) -> FormattedText:
    # A note's text without blanks, as in Japanese, would be taken for a link's address and hidden.
    visible = _NOTE.sub(r"\\[^", text)
    return _html(_MARKDOWN.render(visible))


def _html(text: str) -> FormattedText:
    soup = _parse(text)
    heading = soup.find("h1")
    named = soup.find(_names_the_page)
    title = _one_line(_visible_text(heading)) if heading else ""
    body = _tidy(_visible_text(soup))
    if title and len(title) < _TITLE_LIMIT:
        # The heading's words are the title's, and would count twice; a heading alone is a text.
        body = _tidy(_visible_text(soup, without=heading)) or body
    elif named:
        title = named.get_text()
    return FormattedText(title, body)


def _parse(text: str) -> BeautifulSoup:
    with warnings.catch_warnings():  # of files that hold little but a URL, and of XML
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        try:
            return BeautifulSoup(text, "html.parser")
        except ParserRejectedMarkup:  # only of `<![`, which browsers take for a comment
            return BeautifulSoup(text.replace("<![", "&lt;!["), "html.parser")


def _names_the_page(tag: Tag) -> bool:
    """Tell the page's own title from that of a drawing in it."""
    return tag.name == "title" and tag.find_parent("svg") is None


def _visible_text(root: Tag, without: Tag | None = None) -> str:
    """Return the text below `root`, blocks on lines of their own and cells parted by tabs.

    One pass without recursion: pages may be deep, and have a hundred thousand rows.
    """
    parts: list[str] = []
    waiting: list[PageElement | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            if node.name in _UNSEEN or node is without:
                continue
            edge = "\n" if node.name in _BLOCKS else ""
            parts.append(edge)
            waiting.append("\t" if node.name in _CELLS else edge)
            waiting.extend(reversed(node.contents))
        elif type(node) in (str, NavigableString, CData):  # no comment, no declaration
            parts.append(str(node))
    return "".join(parts)


def _one_line(text: str) -> str:
    """Return the first of `text`, without control characters, as one short line."""
    return " ".join(_CONTROL.sub(" ", text).split())[:_TITLE_LIMIT].rstrip()


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
