"""PDF files, page by page."""

import re
from collections.abc import Sequence

import pypdfium2

from kotogura.documents.limits import Budget
from kotogura.documents.metadata_values import MetadataValue
from kotogura.documents.moments import pdf_moment
from kotogura.documents.text import BodyBuilder, FormattedText, first_line_as_title
from kotogura.errors import DocumentTooLarge, EmptyDocument, EncryptedDocument

PAGE_LIMIT = 5_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_PROGRAM = re.compile(r"^Microsoft (?:Word|Excel|PowerPoint) - ")
_FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|jtd|indd)$", re.IGNORECASE)
_CLOSED = "。．.！？!?」』）)】:：;；"  # a line that ends so is not continued by the next
_HYPHEN = re.compile("[\x02\ufffe]\\s*")  # what the library makes of a hyphen at a line's end


def read_pdf(data: bytes, budget: Budget) -> FormattedText:
    """Return what a PDF says: each page a section, lines joined where a sentence goes on.

    The title is the one among the file's properties, or else a short first line.

    Raises:
        EncryptedDocument: when a password is needed to open it.
        DocumentTooLarge: when it has too many pages.
        EmptyDocument: when it holds pictures of text alone.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise EncryptedDocument("the file needs a password; save it without one") from None
        raise
    with document:
        if len(document) > PAGE_LIMIT:
            raise DocumentTooLarge(f"the file has over {PAGE_LIMIT:,} pages; split it")
        body = BodyBuilder(budget)
        for number in range(len(document)):
            budget.look()
            body.section(page=number + 1)
            body.add(_joined(_page_text(document, number).splitlines()))
        properties = document.get_metadata_dict()
    text, sections = body.build()
    if not text:
        raise EmptyDocument("the file holds pictures, no text; have its text recognised (OCR)")
    title = _FILE.sub("", _PROGRAM.sub("", properties.get("Title", "").strip()))
    return FormattedText(title or first_line_as_title(text)[0], text, sections, _told(properties))


def _page_text(document: "pypdfium2.PdfDocument", number: int) -> str:
    """Return a page's text, and give back the memory that it took."""
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            return _HYPHEN.sub("", words.get_text_range())
        finally:
            words.close()
    finally:
        page.close()


def _joined(lines: Sequence[str]) -> str:
    r"""Return a page's lines, those joined that the page's width alone has parted.

    A line goes on in the next when it is nearly as long as the longest and ends no sentence.
    Between Latin letters or digits a blank stands for the break.

    >>> _joined(["年次有給休暇は、勤続年数に応じて十", "日とする。", "第二条"])
    '年次有給休暇は、勤続年数に応じて十日とする。\n第二条'
    """
    width = max(map(len, lines), default=0)
    parts: list[str] = []
    goes_on = False
    for raw in lines:
        line = raw.strip(" \t\u3000")
        if goes_on and line:
            latin = parts[-1][-1].isascii() and line[0].isascii()
            parts.append(f" {line}" if latin else line)
        else:
            parts.append(f"\n{line}")
        goes_on = len(line) >= 0.85 * width and len(line) > 10 and line[-1] not in _CLOSED
    return "".join(parts).strip("\n")


def _told(properties: dict[str, str]) -> dict[str, list[MetadataValue]]:
    found: dict[str, list[MetadataValue]] = {}
    author = properties.get("Author", "").strip()
    if author:
        found["author"] = [author]
    for field, name in (("created", "CreationDate"), ("modified", "ModDate")):
        time = pdf_moment(properties.get(name, ""))
        if time is not None:
            found[field] = [time]
    keywords = [word.strip() for word in re.split("[,;、]", properties.get("Keywords", ""))]
    if any(keywords):
        found["keywords"] = [word for word in keywords if word]
    return found
