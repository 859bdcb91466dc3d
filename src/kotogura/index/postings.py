"""A term's postings through a whole generation, arranged from the rows that its segments hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kotogura.index.dictionary import COLUMNS

Numbers = NDArray[np.int64]
Rows = Mapping[str, NDArray[Any]]

_WIDTH = 1 << 32


@dataclass(frozen=True, slots=True, eq=False)
class TermPostings:
    """One term's live postings in one field.

    Attributes:
        documents: int64 [n], ascending.
        frequencies: uint32 [n].
        rows: uint32 [n], the rows of the segment's postings.
    """

    documents: Numbers
    frequencies: NDArray[np.uint32]
    rows: NDArray[np.uint32]

    def only(self, kept: NDArray[np.bool_]) -> "TermPostings":
        """Return those that `kept`, one for each posting, says."""
        return TermPostings(self.documents[kept], self.frequencies[kept], self.rows[kept])

    @property
    def size_bytes(self) -> int:
        """What its arrays take in memory."""
        return self.documents.nbytes + self.frequencies.nbytes + self.rows.nbytes


def arrange(
    entries: Rows, rows: Rows, bases: Numbers, live: NDArray[np.bool_] | None
) -> dict[tuple[str, str], TermPostings]:
    """Return the live postings of every (field, term) of `entries`.

    Args:
        entries: rows of the segments' terms; `file_index` is the segment's number.
        rows: all postings of these terms, in any order.
        bases: the number of each segment's first document, and how many documents there are.
        live: by a document's number, whether it can be found; None if all can.
    """
    # One number for each segment's term. Rows nearly always come in the order of the file.
    owners = rows["file_index"].astype(np.int64)
    keys = owners * _WIDTH + rows["term_id"]
    documents = bases[owners] + rows["document"]
    frequencies = rows["frequency"].astype(np.uint32)
    falls = documents[1:] <= documents[:-1]
    if np.any((keys[1:] < keys[:-1]) | (falls & (keys[1:] == keys[:-1]))):
        order = np.lexsort((documents, keys))
        keys, documents, frequencies = keys[order], documents[order], frequencies[order]
    kept = None if live is None else live[documents]
    parts: dict[tuple[str, str], list[TermPostings]] = {}
    for number, name, term, term_id, first_row in sorted(
        zip(*(entries[column].tolist() for column in COLUMNS), strict=True)
    ):
        key = number * _WIDTH + term_id
        start, end = np.searchsorted(keys, (key, key + 1))
        places = np.arange(first_row, first_row + end - start, dtype=np.uint32)
        # Copies, for a slice would keep the postings of all terms in memory.
        part = TermPostings(documents[start:end].copy(), frequencies[start:end].copy(), places)
        if kept is not None:
            part = part.only(kept[start:end])
        parts.setdefault((name, term), []).append(part)
    return {key: _joined(some) for key, some in parts.items()}


def _joined(parts: list[TermPostings]) -> TermPostings:
    if len(parts) == 1:
        return parts[0]
    return TermPostings(
        np.concatenate([part.documents for part in parts]),
        np.concatenate([part.frequencies for part in parts]),
        np.concatenate([part.rows for part in parts]),
    )
