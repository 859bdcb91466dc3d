"""The values that a document's metadata may have, and how they stand in JSON.

JSON knows no dates. So a date stands there as `{"date": "2026-04-01"}` and a time as
`{"time": "2026-04-01T09:00:00+00:00"}`, and a text that looks like a date stays a text.
"""

import datetime
import math
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator


def read_value(value: Any) -> bool | int | float | datetime.datetime | datetime.date | str:
    """Return a metadata value from itself or from how it stands in JSON; times become UTC.

    Raises:
        ValueError: when it is no such value, not a finite number, or a time without a zone.

    >>> read_value({"date": "2026-04-01"}), read_value("2026-04-01")
    (datetime.date(2026, 4, 1), '2026-04-01')
    """
    match value:
        case {"date": str(text)} if len(value) == 1:
            return datetime.date.fromisoformat(text)
        case {"time": str(text)} if len(value) == 1:
            return read_value(datetime.datetime.fromisoformat(text))
        case datetime.datetime():
            if value.tzinfo is None:
                raise ValueError("a time needs its zone")
            return value.astimezone(datetime.UTC)
        case float() if not math.isfinite(value):
            raise ValueError("a number is finite")
        case datetime.date() | bool() | int() | float() | str():
            return value
    raise ValueError("a metadata value is a text, a number, a flag, a date or a time")


def write_value(
    value: bool | int | float | datetime.datetime | datetime.date | str,
) -> bool | int | float | str | dict[str, str]:
    """Return how `value` stands in JSON; `read_value` gives it back exactly.

    >>> write_value(datetime.date(2026, 4, 1))
    {'date': '2026-04-01'}
    """
    if isinstance(value, datetime.datetime):
        return {"time": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    return value


MetadataValue = Annotated[
    bool | int | float | datetime.datetime | datetime.date | str,
    PlainValidator(read_value),
    PlainSerializer(write_value, when_used="json"),
]
"""A flag, a number, a time (UTC), a date or a text, in Python as the plain type."""
