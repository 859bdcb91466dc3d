"""A generation's terms in memory, where there are few enough: a term is found without a statement.

Reading a hundred thousand terms takes as long as asking for the terms of three queries, and they
take a few megabytes. Larger dictionaries stay in their files and are asked term by term.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index.tables import numbers

WHOLE_DICTIONARY_BYTES = 1_000_000
"""Of the files of terms, compressed; about 150,000 terms."""

COLUMNS = ("file_index", "field", "term", "term_id", "first_posting")


class TermDictionary:
    """All terms of all segments, each segment's in order."""

    def __init__(self, segments: Sequence[pa.Table]) -> None:
        """Take a table for each segment: term, field, term_id and first_posting, by term."""
        self._segments = [table.combine_chunks() for table in segments]
        self.size_bytes = sum(table.nbytes for table in self._segments)

    def find(self, terms: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Return the entries of `terms`, in columns: `COLUMNS`, the segment's number first."""
        rows: list[tuple[int, str, str, int, int]] = []
        for number, table in enumerate(self._segments):
            column, fields = table.column("term").chunk(0), table.column("field").chunk(0)
            ids, firsts = (
                numbers(table.column(name).chunk(0)) for name in ("term_id", "first_posting")
            )
            at = _reader(column)
            for term in terms:
                row = bisect_left(range(len(column)), term, key=at)
                while row < len(column) and at(row) == term:
                    rows.append(
                        (number, fields[row].as_py(), term, int(ids[row]), int(firsts[row]))
                    )
                    row += 1
        columns = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
        return {name: np.array(values) for name, values in zip(COLUMNS, columns, strict=True)}


def _reader(column: pa.StringArray) -> Callable[[int], str]:
    def at(row: int) -> str:
        found: str = column[row].as_py()
        return found

    return at
