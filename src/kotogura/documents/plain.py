"""Plain text: a short first line is the title."""

from kotogura.documents.limits import Budget
from kotogura.documents.text import FormattedText, first_line_as_title, tidy


def read_plain(text: str, budget: Budget) -> FormattedText:
    """Return what a text file says."""
    budget.take(len(text))
    title, rest = first_line_as_title(text)
    return FormattedText(title, tidy(rest)[0])
