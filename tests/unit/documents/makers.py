"""Makes PDF and office files for tests, with the libraries that people's programs are like."""

import io
import zipfile
from collections.abc import Callable, Sequence

import docx
import openpyxl
import pptx
from pptx.util import Inches
from pypdf import PdfWriter


def pdf(
    pages: Sequence[str],
    cmap: str = "UniJIS-UTF16-H",
    codec: str = "utf-16-be",
    properties: bytes = b"",
) -> bytes:
    """Return a PDF with a Japanese font that is not embedded, as many old ones have."""
    font = (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/Mincho/CIDSystemInfo<</Registry(Adobe)"
        b"/Ordering(Japan1)/Supplement 6>>/FontDescriptor<</Type/FontDescriptor/FontName/Mincho"
        b"/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700"
        b"/StemV 80>>>>"
    )
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        f"<</Type/Font/Subtype/Type0/BaseFont/Mincho/Encoding/{cmap}"
        "/DescendantFonts[4 0 R]>>".encode(),
        font,
        b"<<" + properties + b">>",
    ]
    for number, page in enumerate(pages):
        shown = " ".join(f"<{line.encode(codec).hex()}> Tj T*" for line in page.split("\n"))
        stream = f"BT /F1 9 Tf 14 TL 20 780 Td {shown} ET"
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            + f"/Contents {7 + 2 * number} 0 R>>".encode()
        )
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream".encode())
    data, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + one + b"\nendobj\n"
    table = b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    count = len(objects) + 1
    return (
        data
        + f"xref\n0 {count}\n0000000000 65535 f \n".encode()
        + table
        + f"trailer<</Size {count}/Root 1 0 R/Info 5 0 R>>\n".encode()
        + f"startxref\n{len(data)}\n%%EOF\n".encode()
    )


def pdf_text(name: str, text: str) -> bytes:
    """Return a property of a PDF."""
    return f"/{name}<feff{text.encode('utf-16-be').hex()}>".encode()


def locked_pdf(data: bytes, password: str) -> bytes:
    """Return a PDF that wants `password` to be opened; with an empty one, to be changed."""
    writer = PdfWriter(io.BytesIO(data))
    writer.encrypt(password, owner_password="所有者", algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def saved(document: object) -> bytes:
    """Return a document of one of the libraries as a file."""
    written = io.BytesIO()
    document.save(written)  # type: ignore[attr-defined]
    return written.getvalue()


def word(*paragraphs: str | tuple[str, str], rows: Sequence[Sequence[str]] = ()) -> bytes:
    """Return a .docx of paragraphs, each perhaps with its style, and one table."""
    document = docx.Document()
    for paragraph in paragraphs:
        text, style = paragraph if isinstance(paragraph, tuple) else (paragraph, None)
        document.add_paragraph(text, style)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for cells, row in zip(table.rows, rows, strict=True):
            for cell, text in zip(cells.cells, row, strict=True):
                cell.text = text
    return saved(document)


def excel(sheets: dict[str, Sequence[Sequence[object]]], title: str = "") -> bytes:
    """Return a .xlsx of sheets."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.properties.title = title or None
    return saved(workbook)


def powerpoint(*slides: tuple[str, str, str]) -> bytes:
    """Return a .pptx of slides, each a title, a text and the speaker's notes."""
    presentation = pptx.Presentation()
    for title, text, notes in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = title
        box = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(5), Inches(1))
        box.text_frame.text = text
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    return saved(presentation)


def rewritten(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return an archive whose parts are what `change` makes of each; None leaves one out."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return written.getvalue()


def replaced(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return an archive in one part of which `old` is `new`."""
    return rewritten(data, lambda name, held: held.replace(old, new, 1) if name == part else held)
