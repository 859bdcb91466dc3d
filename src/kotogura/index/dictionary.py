"""A generation's terms in memory, where there are few enough: a term is found without a statement.

Reading a hundred thousand terms takes as long as asking for the terms of three queries, and they
take a few megabytes. Larger dictionaries stay in their files and are asked term by term.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index.tables import numbers

WHOLE_DICTIONARY_BYTES = 1_000_000
"""Of the files of terms, compressed; about 150,000 terms."""

LAST_CHARACTER = "\U0010ffff"
"""Every term that begins with a prefix lies between the prefix and the prefix with this behind."""

COLUMNS = ("file_index", "field", "term", "term_id", "first_posting")


class TermDictionary:
    """All terms of all segments, each segment's in order."""

    def __init__(self, segments: Sequence[pa.Table]) -> None:
        """Take a table for each segment, by term: term, field, and the numbers of a term's row."""
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

    def beginning(self, prefix: str, fields: Collection[str]) -> Counter[str]:
        """Return the terms of `fields` that begin with `prefix`, and their document frequencies."""
        found: Counter[str] = Counter()
        for table in self._segments:
            column = table.column("term").chunk(0)
            rows, at = range(len(column)), _reader(column)
            first = bisect_left(rows, prefix, key=at)
            size = bisect_right(rows, prefix + LAST_CHARACTER, lo=first, key=at) - first
            some = table.slice(first, size)
            for term, field, frequency in zip(
                some.column("term").to_pylist(),
                some.column("field").to_pylist(),
                some.column("document_frequency").to_pylist(),
                strict=True,
            ):
                if field in fields:
                    found[term] += frequency
        return found


def _reader(column: pa.StringArray) -> Callable[[int], str]:
    def at(row: int) -> str:
        found: str = column[row].as_py()
        return found

    return at
