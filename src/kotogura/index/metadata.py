"""Metadata in a segment: one row for each value, sorted by field and then by document.

| kind | values | held in |
| --- | --- | --- |
| `text` | text | `text` |
| `number` | whole and decimal numbers | `number`, 1 and 1.0 are the same |
| `flag` | true and false | `number`, as 1 and 0 |
| `date` | days without a time | `time`, their beginning in UTC |
| `time` | points in time | `time`, in milliseconds of UTC |

A number that `number` can't hold, such as one of 20 digits, is kept as text. The values of one
field of one document stay in their order.
"""

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.documents.metadata_values import MetadataValue

Kind = Literal["text", "number", "flag", "date", "time"]
Metadata = Mapping[str, Sequence[MetadataValue]]

METADATA_ROWS_PER_GROUP = 16_384
METADATA_SCHEMA = pa.schema(
    [
        ("field", pa.string()),
        ("document", pa.uint32()),
        ("kind", pa.string()),
        ("text", pa.string()),
        ("number", pa.float64()),
        ("time", pa.timestamp("ms", "UTC")),
    ]
)

_EXACT = 2**53
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MILLISECOND = datetime.timedelta(milliseconds=1)


def metadata_table(metadata: Iterable[Metadata]) -> pa.Table:
    """Return the rows of each document's metadata, documents numbered from 0, as they come."""
    columns: dict[str, list[Any]] = {name: [] for name in METADATA_SCHEMA.names}
    for number, fields in enumerate(metadata):
        for field, values in fields.items():
            for value in values:
                cells = dict.fromkeys(METADATA_SCHEMA.names) | _cells(value)
                for name, cell in (cells | {"field": field, "document": number}).items():
                    columns[name].append(cell)
    return pa.table(columns, schema=METADATA_SCHEMA)


def renumber(table: pa.Table, live: NDArray[np.bool_], ordinals: NDArray[np.int64]) -> pa.Table:
    """Return the rows of documents that are `live`, each under its number in `ordinals`."""
    documents = table.column("document").to_numpy()
    kept = live[documents]
    numbers = pa.array(ordinals[documents[kept]].astype(np.uint32))
    place = table.column_names.index("document")
    return table.filter(pa.array(kept)).set_column(place, table.schema.field(place), numbers)


def sorted_metadata(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of all `tables` as a segment holds them."""
    table = pa.concat_tables([METADATA_SCHEMA.empty_table(), *tables])
    return table.sort_by([("field", "ascending"), ("document", "ascending")])  # a stable sort


def _cells(value: MetadataValue) -> dict[str, Any]:
    """Return the row of `value`, its kind and the one column that holds it.

    >>> _cells(True)
    {'kind': 'flag', 'number': 1.0}
    >>> _cells(datetime.date(1970, 1, 2))
    {'kind': 'date', 'time': 86400000}
    >>> _cells(12345678901234567890)
    {'kind': 'text', 'text': '12345678901234567890'}
    """
    if isinstance(value, bool):
        return {"kind": "flag", "number": float(value)}
    if isinstance(value, str):
        return {"kind": "text", "text": value}
    if isinstance(value, int | float):
        exact = math.isfinite(value) if isinstance(value, float) else abs(value) <= _EXACT
        if not exact:
            return {"kind": "text", "text": str(value)}
        return {"kind": "number", "number": float(value)}
    if isinstance(value, datetime.datetime):
        return {"kind": "time", "time": _milliseconds(value)}
    return {
        "kind": "date",
        "time": _milliseconds(datetime.datetime.combine(value, datetime.time())),
    }


def _milliseconds(time: datetime.datetime) -> int:
    """Return milliseconds since 1970, rounded down; without a time zone, it is UTC."""
    aware = time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
    return (aware - _EPOCH) // _MILLISECOND


def value_of(kind: str, value: str | float | int) -> MetadataValue:
    """Return a value from what its row holds: text, number, or milliseconds since 1970.

    >>> value_of("number", 3.0), value_of("flag", 1.0), value_of("date", 86400000)
    (3, True, datetime.date(1970, 1, 2))
    """
    if kind == "text":
        return str(value)
    if kind == "flag":
        return bool(value)
    if kind == "number":
        number = float(value)
        return int(number) if number.is_integer() and abs(number) <= _EXACT else number
    time = _EPOCH + int(value) * _MILLISECOND
    return time.date() if kind == "date" else time
