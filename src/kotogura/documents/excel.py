"""Excel workbooks: sheet by sheet, each row a line, cells parted by tabs."""

import datetime
import io
import warnings

import openpyxl

from kotogura.documents.archives import check_archive
from kotogura.documents.limits import Budget
from kotogura.documents.office_xml import told_by_properties
from kotogura.documents.text import BodyBuilder, FormattedText

_MIDNIGHT = datetime.time()


def read_excel(data: bytes, budget: Budget) -> FormattedText:
    """Return what a .xlsx says: each sheet under its name; of formulas, what they came to."""
    check_archive(data, budget, streamed=["xl/worksheets/", "xl/sharedStrings.xml"])
    body = BodyBuilder(budget)
    with warnings.catch_warnings():  # of styles and checks of input that it leaves out
        warnings.simplefilter("ignore", UserWarning)
        workbook = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        for sheet in workbook.worksheets:
            budget.look()
            body.section(heading=sheet.title)
            sheet.reset_dimensions()  # a sheet may claim to be larger than it is
            for row in sheet.iter_rows(values_only=True):
                budget.step(1 + len(row))
                body.add("\t".join(_cell(value) for value in row).rstrip("\t"))
    properties = workbook.properties
    text, sections = body.build()
    return FormattedText(
        (properties.title or "").strip(), text, sections, told_by_properties(properties)
    )


def _cell(value: object) -> str:
    """Return a cell's value as people read it.

    >>> _cell(12.0), _cell(datetime.datetime(2026, 4, 1)), _cell(None)
    ('12', '2026-04-01', '')
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case datetime.datetime() if value.time() == _MIDNIGHT:
            return value.date().isoformat()
        case datetime.datetime():
            return value.isoformat(" ", "minutes")
    return " ".join(str(value).split())
