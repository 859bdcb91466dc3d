"""Units of a text: its shortest words, dropped ones included, and how a segment stores them.

A position is a unit's number, so units lead from positions to characters. Stored are `advances`,
from one unit's start to the next one's and in the end to the end of the last, and `gaps`, from a
unit's end to the next start, left out where all are 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.index.tables import list_offsets, list_values, lists

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


def unit_table(starts: NDArray[Any], ends: NDArray[Any], counts: NDArray[np.int64]) -> pa.Table:
    """Return the columns `advances` and `gaps` of several texts, a row for each.

    Args:
        starts: of the units of all texts, text after text.
        ends: beside them.
        counts: how many units each text has.
    """
    some = counts > 0
    bounds_of = np.concatenate([[0], np.cumsum(counts + some)])
    first, last = bounds_of[:-1][some], bounds_of[1:][some] - 1
    is_start = np.ones(bounds_of[-1], dtype=bool)
    is_start[last] = False
    bounds = np.empty(bounds_of[-1], dtype=np.int64)
    bounds[is_start] = starts
    bounds[last] = ends[np.cumsum(counts)[some] - 1]
    advances = np.diff(bounds, prepend=0)
    advances[first] = bounds[first]
    gaps = bounds[np.flatnonzero(is_start) + 1] - ends
    texts = np.repeat(np.arange(len(counts)), counts)
    gapped = np.bincount(texts[gaps != 0], minlength=len(counts)) > 0
    gaps_of = np.concatenate([[0], np.cumsum(np.where(gapped, counts, 0))])
    return pa.table(
        {
            "advances": lists(bounds_of, advances.astype(np.uint32)),
            "gaps": lists(gaps_of, gaps[gapped[texts]].astype(np.int32)),
        }
    )


def stored_unit_table(table: pa.Table, name: str) -> pa.Table:
    """Return what `unit_table` gave for field `name`, out of a table of texts."""
    return table.select([f"{name}_advances", f"{name}_gaps"]).rename_columns(["advances", "gaps"])


def read_units(table: pa.Table, name: str, rows: Iterable[int] | None = None) -> list[Units]:
    """Return the units of field `name` of all rows of `table`, or of some."""
    offsets, gap_offsets = (list_offsets(table, f"{name}_{kind}") for kind in ("advances", "gaps"))
    advances = list_values(table, f"{name}_advances")
    gaps = list_values(table, f"{name}_gaps")
    found: list[Units] = []
    for row in range(len(table)) if rows is None else rows:
        starts = advances[offsets[row] : offsets[row + 1]].cumsum(dtype=np.int64)
        ends = starts[1:]
        if gap_offsets[row] < gap_offsets[row + 1]:
            ends = ends - gaps[gap_offsets[row] : gap_offsets[row + 1]]
        found.append(Units(starts[:-1].astype(np.uint32), ends.astype(np.uint32)))
    return found
