"""Near passages found without comparing them all: an inverted file over a segment's vectors.

The vectors are gathered in lists around centroids (k-means), and a query is compared with the lists
whose centroids are nearest, by faiss: Jégou, Douze and Schmid, "Product quantization for nearest
neighbor search" (IEEE TPAMI 2011). Elements are kept at eight bits. The file is mapped into memory,
so that opening it reads little, and a query no more than its lists. What is found is a choice of
candidates: whoever asks compares them again with the vectors themselves.
"""

import math
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from kotogura.errors import CorruptIndex
from kotogura.index.described import write_file
from kotogura.index.generations import Generations
from kotogura.index.manifest import FileEntry, SegmentEntry
from kotogura.semantics.model_files import publish_model_files
from kotogura.semantics.quantization import dequantize
from kotogura.semantics.segment_vectors import read_vectors
from kotogura.semantics.vector_files import vector_count
from kotogura.semantics.vectors import PassageVectors
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

LEAST_COUNT = 50_000
"""A segment with fewer passages gets no file: comparing them all takes some five milliseconds."""
PROBED_SHARE = 4
"""A query looks into a fourth of the lists; docs/adr/0025 has what more and less would find."""
_ROUNDS = 6
_SAMPLED_A_LIST = 50
_ADDED_AT_ONCE = 50_000
_SEED = 7


class Neighbours:
    """A segment's inverted file, opened for searching."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def open(cls, path: Path, count: int) -> Self:
        """Map the file that `build_neighbours` made of `count` vectors.

        Raises:
            CorruptIndex: when it is missing, can't be read, or is of other vectors.
        """
        faiss = _faiss()
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise CorruptIndex("a file of neighbours can't be read; run compact") from error
        if index.ntotal != count or not hasattr(index, "nlist"):
            raise CorruptIndex("a file of neighbours is of other vectors; run compact")
        return cls(index)

    def nearest(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None = None
    ) -> NDArray[np.int64]:
        """Return up to `count` rows near to a unit `query` (float32 [d]), the nearest first.

        Args:
            query: float32 [d], finite.
            count: at least 1.
            allowed: bool [n], rows that may be returned; all may when it is None.
        """
        faiss = _faiss()
        options: dict[str, Any] = {"nprobe": max(1, math.ceil(self._index.nlist / PROBED_SHARE))}
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            options["sel"] = faiss.IDSelectorBitmap(bits)
        asked = np.ascontiguousarray(query[None], dtype=np.float32)
        most = min(count, int(self._index.ntotal))
        _, found = self._index.search(asked, most, params=faiss.SearchParametersIVF(**options))
        rows: NDArray[np.int64] = found[0]
        return rows[rows >= 0]


def build_neighbours(vectors: PassageVectors) -> bytes:
    """Return the inverted file of `vectors`, of which there is at least one."""
    faiss = _faiss()
    count, dimensions = vectors.matrix.shape
    # As many lists as a query's time is shortest with: comparing centroids costs about as much as
    # comparing what their lists hold.
    lists = max(1, min(2 ** round(math.log2(4 * math.sqrt(count))), count // _SAMPLED_A_LIST))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatL2(dimensions),
        dimensions,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_L2,
        False,  # the elements themselves, not what is left of them without their centroid
    )
    index.cp.niter = _ROUNDS
    index.cp.seed = _SEED
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = _SAMPLED_A_LIST
    chosen = np.random.default_rng(_SEED).permutation(count)[: lists * _SAMPLED_A_LIST]
    index.train(dequantize(vectors.matrix[chosen], vectors.scales[chosen]))
    for first in range(0, count, _ADDED_AT_ONCE):
        part = slice(first, first + _ADDED_AT_ONCE)
        index.add(dequantize(vectors.matrix[part], vectors.scales[part]))
    return bytes(faiss.serialize_index(index))


def add_missing(
    tenant: TenantId,
    generations: Generations,
    files: TenantFiles,
    least_count: int = LEAST_COUNT,
) -> int:
    """Build the inverted files that large segments lack, and publish a generation with them.

    A merge and a promotion leave their segments without; until this has run they are compared
    passage by passage, which finds the same and takes longer. A commit that comes first makes this
    attempt void, and the next one tries again.

    Returns:
        How many segments got a file.
    """
    base = generations.current(tenant)
    model = base.manifest.model if base else None
    if base is None or model is None:
        return 0
    made: dict[str, FileEntry] = {}
    for segment in base.manifest.segments:
        entry = segment.vectors.get(model.digest)
        if entry is None or model.digest in segment.neighbours:
            continue
        if vector_count(files.path(tenant, entry.name)) < least_count:
            continue
        vectors = read_vectors(tenant, segment, model.digest, files)
        if vectors is not None:
            name = neighbours_name(segment.segment_id, model.digest)
            made[segment.segment_id] = write_file(tenant, name, build_neighbours(vectors), files)
    return publish_model_files(tenant, base, model, "neighbours", made, generations)


def open_neighbours(
    tenant: TenantId, segment: SegmentEntry, digest: str, count: int, files: TenantFiles
) -> Neighbours | None:
    """Return the inverted file over a segment's `count` vectors of the model `digest`, if any.

    Raises:
        CorruptIndex: when it can't be read or is of other vectors.
    """
    entry = segment.neighbours.get(digest)
    return Neighbours.open(files.path(tenant, entry.name), count) if entry else None


def _faiss() -> Any:
    import faiss  # noqa: PLC0415 — most tenants have no such file, and it takes 50 ms

    return faiss


def neighbours_name(segment_id: str, digest: str) -> str:
    """Return where to write a segment's inverted file over one model's vectors.

    As with vectors, no name is used twice.
    """
    return f"segments/{segment_id}/neighbours-{digest[:16]}-{uuid4().hex[:12]}.faiss"
