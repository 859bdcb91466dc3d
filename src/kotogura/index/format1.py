"""Format 1 of a segment, in which each posting had its own offsets: what format 2 made of them."""

from collections import defaultdict

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index.manifest import FIELDS
from kotogura.index.units import unit_table

Token = tuple[int, int, int]
"""Position, start and end."""
Bounds = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Starts and ends of a text's units."""


def units_and_widths(
    tables: dict[str, pa.Table],
) -> tuple[dict[str, pa.Table], NDArray[np.uint8]]:
    """Return the units of every text, and how many units each occurrence takes.

    A dropped word left nothing behind but its position; it becomes a unit without characters.

    Args:
        tables: the files of the segment.

    Returns:
        For each field what `unit_table` makes of its texts; and uint8 in the order of the lists of
        `positions`.
    """
    postings = tables["postings"]
    lists = [postings.column(name).combine_chunks() for name in ("positions", "starts", "ends")]
    counts = np.diff(lists[0].offsets.to_numpy())
    rows = np.repeat(np.arange(len(postings)), counts)
    field_of = np.array(tables["terms"].column("field").to_pylist())
    fields = field_of[postings.column("term_id").to_numpy()[rows]]
    documents = postings.column("document").to_numpy()[rows]
    tokens = list(zip(*(one.values.to_numpy().tolist() for one in lists), strict=True))
    texts: defaultdict[tuple[str, int], list[Token]] = defaultdict(list)
    for name, document, token in zip(fields, documents, tokens, strict=True):
        texts[str(name), int(document)].append(token)
    ends = {key: _unit_bounds(found) for key, found in texts.items()}
    widths = np.array(
        [
            _width(token, ends[str(name), int(document)][1])
            for name, document, token in zip(fields, documents, tokens, strict=True)
        ],
        dtype=np.uint8,
    )
    count = len(tables["documents"])
    units = {name: _unit_table([ends.get((name, one)) for one in range(count)]) for name in FIELDS}
    return units, widths


def _unit_table(texts: list[Bounds | None]) -> pa.Table:
    nothing = np.zeros(0, dtype=np.int64)
    bounds = [text or (nothing, nothing) for text in texts]
    return unit_table(
        np.concatenate([starts for starts, _ in bounds]),
        np.concatenate([ends for _, ends in bounds]),
        np.array([len(starts) for starts, _ in bounds], dtype=np.int64),
    )


def _unit_bounds(tokens: list[Token]) -> Bounds:
    """Return starts and ends of a text's units; the shortest token at a position is its unit."""
    bounds: dict[int, tuple[int, int]] = {}
    for position, start, end in sorted(tokens, key=lambda token: -token[2]):
        bounds[position] = (start, end)
    starts: list[int] = []
    ends: list[int] = []
    for position in range(max(bounds) + 1):
        before = ends[-1] if ends else 0
        start, end = bounds.get(position, (before, before))
        starts.append(start)
        ends.append(end)
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


def _width(token: Token, ends: NDArray[np.int64]) -> int:
    """Return how many units a token takes: up to the last that ends no later than it does."""
    position, _, end = token
    width = 1
    while position + width < len(ends) and ends[position + width - 1] < end:
        width += 1
    return width
