"""Dates and times as files write them."""

import datetime
import re

Moment = datetime.date | datetime.datetime

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PDF = re.compile(
    r"D:(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:([+-])(\d{2})'?(?:(\d{2})'?)?|Z)?"
)


def moment(text: str) -> Moment | None:
    """Return the date, or the time in UTC, that `text` is in ISO 8601; None for any other text.

    A time without a zone is taken for UTC.

    >>> moment("2026-04-01"), moment("2026-04-01T09:00:00+09:00")
    (datetime.date(2026, 4, 1), datetime.datetime(2026, 4, 1, 0, 0, tzinfo=datetime.timezone.utc))
    >>> moment("4月1日")
    """
    text = text.strip()
    if not re.match(r"\d{4}-\d{2}-\d{2}", text) or len(text) > 40:
        return None
    try:
        if _DATE.fullmatch(text):
            return datetime.date.fromisoformat(text)
        return utc(datetime.datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def pdf_moment(text: str) -> Moment | None:
    """Return the time in UTC that `text` is in a PDF's form; None for any other text.

    >>> pdf_moment("D:20260401090000+09'00'").isoformat()
    '2026-04-01T00:00:00+00:00'
    """
    found = _PDF.match(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (
        int(part) if part else default
        for part, default in zip(found.groups()[:6], (1, 1, 1, 0, 0, 0), strict=True)
    )
    sign, hours, minutes = found[7], int(found[8] or 0), int(found[9] or 0)
    try:
        offset = datetime.timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
        zone = datetime.timezone(offset)
        return utc(datetime.datetime(year, month, day, hour, minute, second, tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def utc(time: datetime.datetime) -> datetime.datetime:
    """Return `time` in UTC, which one without a zone is taken to be in already."""
    if time.tzinfo is None:
        return time.replace(tzinfo=datetime.UTC)
    return time.astimezone(datetime.UTC)


def iso_8601(moment: datetime.datetime) -> str:
    """Return `moment`, which knows its zone, to the millisecond in UTC: later is greater.

    >>> iso_8601(datetime.datetime(2026, 11, 20, 3, 4, 5, tzinfo=datetime.UTC))
    '2026-11-20T03:04:05.000Z'
    """
    return moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
