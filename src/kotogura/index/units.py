"""Units of a text: its shortest words, dropped ones included, and how a segment stores them.

A position is a unit's number, so units lead from positions to characters. Stored are `advances`,
from one unit's start to the next one's and in the end to the end of the last, and `gaps`, from a
unit's end to the next start, left out where all are 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index.tables import list_offsets, list_values, ragged

Ordinals = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Where the units of one text lie.

    Attributes:
        starts: uint32 [n], ascending, in code points.
        ends: uint32 [n], exclusive.
    """

    starts: Ordinals
    ends: Ordinals


def unit_schema(name: str) -> list[tuple[str, pa.DataType]]:
    """Return the columns that hold the units of field `name`."""
    return [(f"{name}_advances", pa.list_(pa.uint32())), (f"{name}_gaps", pa.list_(pa.int32()))]


def unit_columns(units: Sequence[Units]) -> list[pa.Array]:
    """Return those columns, a row for each text."""
    advances: list[NDArray[Any]] = []
    gaps: list[NDArray[Any]] = []
    for one in units:
        starts = np.append(one.starts, one.ends[-1:]).astype(np.int64)
        gap = starts[1:] - one.ends
        advances.append(np.diff(starts, prepend=0))
        gaps.append(gap if gap.any() else gap[:0])
    return [ragged(advances, np.uint32), ragged(gaps, np.int32)]


def read_units(table: pa.Table, name: str, rows: Iterable[int] | None = None) -> list[Units]:
    """Return the units of field `name` of all rows of `table`, or of some."""
    offsets, gap_offsets = (list_offsets(table, f"{name}_{kind}") for kind in ("advances", "gaps"))
    advances = list_values(table, f"{name}_advances").astype(np.int64)
    gaps = list_values(table, f"{name}_gaps")
    found: list[Units] = []
    for row in range(len(table)) if rows is None else rows:
        starts = advances[offsets[row] : offsets[row + 1]].cumsum()
        ends = starts[1:]
        if gap_offsets[row] < gap_offsets[row + 1]:
            ends = ends - gaps[gap_offsets[row] : gap_offsets[row + 1]]
        found.append(Units(starts[:-1].astype(np.uint32), ends.astype(np.uint32)))
    return found
