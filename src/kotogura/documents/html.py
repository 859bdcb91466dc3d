"""HTML pages and Markdown files: their text without markup, and their headings."""

import re
import warnings
from dataclasses import replace
from html import escape
from itertools import pairwise

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning
from bs4.element import CData, NavigableString, PageElement, Tag
from bs4.exceptions import ParserRejectedMarkup
from markdown_it import MarkdownIt

from kotogura.documents.front_matter import split_front_matter
from kotogura.documents.json_text import short_fields, texts
from kotogura.documents.limits import Budget
from kotogura.documents.metadata_values import MetadataValue
from kotogura.documents.moments import moment
from kotogura.documents.text import MARK, TITLE_LIMIT, FormattedText, one_line, tidy

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
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_NOTE = re.compile(r"^\[\^(?=[^\]\n]+\]:)", re.MULTILINE)
_META_LIMIT = 200
_META = {
    "author": "author",
    "keywords": "keywords",
    "date": "created",
    "dcterms.created": "created",
    "dc.date": "created",
    "article:published_time": "created",
    "dcterms.modified": "modified",
    "last-modified": "modified",
    "article:modified_time": "modified",
}


def read_markdown(text: str, budget: Budget) -> FormattedText:
    """Return what a Markdown file says, with tables and without notes hidden.

    Its front matter is read as a JSON object is: `title` is the title, every other text and number
    is part of the body, and short ones are metadata too.
    """
    told, text = split_front_matter(text)
    # A note's text without blanks, as in Japanese, would be taken for a link's address and hidden.
    visible = _NOTE.sub(r"\\[^", text)
    page = _MARKDOWN.render(visible)
    title, heading = told.get("title"), ""
    if isinstance(title, str) and title.strip():
        heading = f"<h1>{escape(one_line(title))}</h1>"
        page = page.removeprefix(f"{heading}\n")
        told = {name: value for name, value in told.items() if name != "title"}
    lead = "".join(f"<p>{escape(one)}</p>" for one in texts(told))
    found = read_html(heading + lead + page, budget)
    return replace(found, metadata=found.metadata | short_fields(told))


def read_html(text: str, budget: Budget) -> FormattedText:
    """Return what a page says, its headings as sections, and what its `meta` elements tell."""
    soup = _parse(text.replace(MARK, " "))
    budget.look()
    heading = soup.find("h1")
    named = soup.find(_names_the_page)
    title = one_line(_visible_text(heading)[0]) if heading else ""
    body, sections = tidy(*_visible_text(soup))
    if title and len(title) < TITLE_LIMIT:
        # The heading's words are the title's, and would count twice; a heading alone is a text.
        without = tidy(*_visible_text(soup, without=heading))
        body, sections = without if without[0] else (body, sections)
    elif named:
        title = named.get_text()
    budget.take(len(body))
    return FormattedText(title, body, sections, _told(soup))


def _told(soup: BeautifulSoup) -> dict[str, list[MetadataValue]]:
    """Return what a page's own `lang` and `meta` elements say of it."""
    found: dict[str, list[MetadataValue]] = {}
    root = soup.find("html")
    language = root.get("lang") if isinstance(root, Tag) else None
    if isinstance(language, str) and language.strip():
        found["language"] = [language.strip().lower()]
    for element in soup.find_all("meta", limit=_META_LIMIT):
        name, content = element.get("name") or element.get("property"), element.get("content")
        field = _META.get(name.lower()) if isinstance(name, str) else None
        if field is None or not isinstance(content, str) or not content.strip():
            continue
        if field in ("created", "modified"):
            time = moment(content)
            if time is not None:
                found.setdefault(field, [time])
        elif field == "keywords":
            words = [word.strip() for word in re.split("[,、，]", content)]
            found.setdefault(field, []).extend(word for word in words if word)
        else:
            found.setdefault(field, []).append(content.strip())
    return found


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


def _visible_text(root: Tag, without: Tag | None = None) -> tuple[str, list[str]]:
    """Return the text below `root`, blocks on lines of their own and cells parted by tabs.

    A mark stands before each heading's text; the headings come second, in their order. As in
    browsers, one that is never closed ends where the next begins.

    One pass without recursion: pages may be deep, and have a hundred thousand rows.
    """
    parts: list[str] = []
    begins: list[int] = []  # of headings, among the parts
    ends: list[int] = []
    waiting: list[PageElement | str | int] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            if node.name in _UNSEEN or node is without:
                continue
            edge = "\n" if node.name in _BLOCKS else ""
            parts.append(edge)
            waiting.append("\t" if node.name in _CELLS else edge)
            if node.name in _HEADINGS and node is not root:
                parts.append(MARK)
                waiting.append(len(begins))
                begins.append(len(parts))
                ends.append(len(parts))
            waiting.extend(reversed(node.contents))
        elif isinstance(node, int):  # the heading of that number is closed
            ends[node] = len(parts)
        elif type(node) in (str, NavigableString, CData):  # no comment, no declaration
            parts.append(str(node))
    headings = [
        "".join(parts[begin : min(end, following)])
        for (begin, following), end in zip(pairwise([*begins, len(parts)]), ends, strict=True)
    ]
    return "".join(parts), headings
