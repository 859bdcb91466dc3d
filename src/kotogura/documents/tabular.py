"""Tables as text: CSV and TSV, each row a line, cells parted by tabs."""

import csv
import io
from functools import partial

from kotogura.documents.limits import Budget
from kotogura.documents.text import BodyBuilder, FormattedText
from kotogura.errors import BrokenDocument

_DELIMITERS = ",;\t"
_SAMPLE = 4_096


def read_csv(text: str, budget: Budget) -> FormattedText:
    r"""Return what a CSV file says; semicolons and tabs between cells are seen too.

    >>> read_csv('氏名,部署\n"港, 花子",総務', Budget()).body
    '氏名\t部署\n港, 花子\t総務'
    """
    first = text[:_SAMPLE].lstrip("\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)  # the first of equals: a comma
    return _read(text, budget, delimiter)


def _read(text: str, budget: Budget, delimiter: str) -> FormattedText:
    body = BodyBuilder(budget)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            budget.step(len(row))
            body.add("\t".join(" ".join(cell.split()) for cell in row))
    except csv.Error:
        raise BrokenDocument(
            "a cell has over 131,072 characters, or a quote that is never closed; save it anew"
        ) from None
    return FormattedText("", body.build()[0])


read_tsv = partial(_read, delimiter="\t")
