"""Numbers and points in time, as people write them in filters."""

import datetime
import re
import unicodedata
from calendar import monthrange

_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?(?:e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_TIME = re.compile(
    r"""
    (\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})
    (?:[T\ ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+\ -]\d{2}:?\d{2})?)?)?)?
    """,
    re.ASCII | re.VERBOSE,
)
_DAY_MS = 86_400_000
_EPOCH = datetime.date(1970, 1, 1).toordinal()


def read_number(text: str) -> float | None:
    """Return the number that `text` says, or None.

    >>> read_number("１２"), read_number("-2.5"), read_number("nan"), read_number("十")
    (12.0, -2.5, None, None)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return float(plain) if _NUMBER.fullmatch(plain) else None


def read_flag(text: str) -> float | None:
    """Return 1 for true, 0 for false, and None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return {"true": 1.0, "false": 0.0}.get(plain)


def read_time(text: str) -> tuple[int, int] | None:
    """Return when it begins and when it has ended, in milliseconds since 1970, or None.

    A year, a month and a day last as long as they do; a time lasts for its last digit's unit. Times
    without a zone are UTC.

    >>> read_time("1970"), read_time("1970年1月2日")
    ((0, 31536000000), (86400000, 172800000))
    >>> read_time("1970-01-01T09:00+09:00"), read_time("1970-02-30")
    ((0, 60000), None)
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("z", "Z").replace("t", "T")
    if "年" in plain:
        plain = plain.replace("年", "-").replace("月", "-").removesuffix("日").rstrip("-")
    found = _TIME.fullmatch(plain)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        first = datetime.date(int(year), int(month or 1), int(day or 1))
        start = (first.toordinal() - _EPOCH) * _DAY_MS
        if hour is None:
            return start, start + _days(first, month, day) * _DAY_MS
        time = datetime.time(int(hour), int(minute), int(second or 0))
    except ValueError:
        return None
    start += (time.hour * 60 + time.minute) * 60_000 + time.second * 1_000
    start += int((fraction or "").ljust(3, "0")[:3]) - _zone_ms(zone)
    return start, start + (60_000 if second is None else 1_000 if fraction is None else 1)


def _days(first: datetime.date, month: str | None, day: str | None) -> int:
    if day is not None:
        return 1
    months = range(1, 13) if month is None else (first.month,)
    return sum(monthrange(first.year, number)[1] for number in months)


def _zone_ms(zone: str | None) -> int:
    """Return how far a zone is ahead of UTC; in an address, a plus is often read as a blank."""
    if zone is None or zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    size = (int(digits[:2]) * 60 + int(digits[2:])) * 60_000
    return -size if zone[0] == "-" else size
