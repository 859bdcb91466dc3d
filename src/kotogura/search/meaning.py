"""Search by meaning: a query's vector against the vectors of passages.

Up to `EXACT_COUNT` passages every one is compared. Beyond, segments that have an inverted file
(`kotogura.semantics.neighbours`) offer candidates, which are compared by the same vectors: what is
found has the same similarities, and a near passage may be missed. Everything is compared where few
passages are left to look at, and where all that is found will be gone through.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kotogura.errors import ModelNotReady
from kotogura.index.reader import GenerationReader
from kotogura.semantics.neighbours import Neighbours, open_neighbours
from kotogura.semantics.quantization import dequantize, dot_products
from kotogura.semantics.segment_vectors import read_vectors
from kotogura.semantics.vectors import PassageVectors
from kotogura.semantics.whole_texts import unit_mean
from kotogura.tenants.files import TenantFiles

EXACT_COUNT = 200_000
"""So many passages are compared in some 25 ms on one core; docs/adr/0025 has the measurements."""
LEAST_DOCUMENT_COUNT = 101
"""What a page of the most hits needs, and whether there is another; fusion asks for a hundred."""
LEAST_SPREAD = 0.02
"""Of a corpus whose passages all say the same."""
_SAMPLE_COUNT = 4096
_CANDIDATE_COUNT = 400
_SPARSE = 4


@dataclass(frozen=True, slots=True)
class BestPassage:
    """A document's passage that is closest to the query; offsets in code points of its body."""

    start: int
    end: int
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class MeaningScores:
    """How close every document comes to a query.

    Attributes:
        similarities: float64 [document count]: the best passage's cosine; -inf without passages.
        best_rows: int64 [document count]: that passage's row; -1 without passages.
    """

    similarities: NDArray[np.float64]
    best_rows: NDArray[np.int64]


class PassageIndex:
    """All passages of one generation that the model in service has embedded."""

    def __init__(self, reader: GenerationReader, files: TenantFiles) -> None:
        """Read the vectors of `reader`'s generation.

        Raises:
            ModelNotReady: when the generation has no model.
            CorruptIndex: when a file of vectors is not what the manifest says.
        """
        model = reader.manifest.model
        if model is None:
            raise ModelNotReady("no model is in service yet; start a training")
        self.digest = model.digest
        self._document_count = len(reader.live)
        self._parts: list[_Part] = []
        documents: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
        first = 0
        for number, segment in enumerate(reader.manifest.segments):
            vectors = read_vectors(reader.tenant, segment, model.digest, files)
            if vectors is not None and len(vectors.scales):
                count = len(vectors.scales)
                near = open_neighbours(reader.tenant, segment, model.digest, count, files)
                self._parts.append(_Part(first, vectors, near))
                base = reader.segment_base(number)
                documents.append(vectors.ordinals.astype(np.int64) + base)
                first += count
        self._documents = np.concatenate(documents)
        self._live = reader.live[self._documents]
        self._has_neighbours = any(part.neighbours for part in self._parts)

    @cached_property
    def spread(self) -> float:
        """What parts two passages that have nothing to do with each other: 1 less their cosine.

        The mean over all pairs of live passages; of more than four thousand, of as many evenly
        spread. A model may put everything close together, and documents of one kind lie closer
        still.
        """
        live = np.flatnonzero(self._live)
        live = live[:: -(-len(live) // _SAMPLE_COUNT) or 1]
        count = len(live)
        if count < 2:
            return 1.0
        sampled = []
        for part in self._parts:
            begin, end = np.searchsorted(live, [part.first, part.first + part.count])
            rows = live[begin:end] - part.first
            sampled.append(dequantize(part.vectors.matrix[rows], part.vectors.scales[rows]))
        vectors = np.concatenate(sampled)
        total = vectors.sum(axis=0, dtype=np.float64)
        squares = float(np.einsum("nd,nd->", vectors, vectors, dtype=np.float64))
        alike = (float(total @ total) - squares) / (count * (count - 1))
        return max(1 - alike, LEAST_SPREAD)

    def score(
        self,
        query: NDArray[np.float32],
        among: NDArray[np.bool_] | None = None,
        *,
        exhaustive: bool = False,
    ) -> MeaningScores:
        """Return each document's best passage for a unit vector `query`, float32 [dimensions].

        Args:
            query: zeros are similar to nothing.
            among: bool [document count], where to look; None for all documents.
            exhaustive: whether to compare every passage, however many there are. Else at least the
                nearest `LEAST_DOCUMENT_COUNT` documents are found, as far as there are so many.
        """
        similarities = np.full(self._document_count, -np.inf)
        best_rows = np.full(self._document_count, -1, dtype=np.int64)
        if self._parts and np.any(query):
            allowed = self._live if among is None else self._live & among[self._documents]
            rows, cosines = self._compared(query, allowed, exhaustive)
            documents = self._documents[rows]
            if len(rows):
                starts = np.flatnonzero(np.diff(documents, prepend=-1))
                best = np.maximum.reduceat(cosines, starts)
                similarities[documents[starts]] = best
                sizes = np.diff(starts, append=len(rows))
                # Of a document's equals the first is written last, and stays.
                equal = np.flatnonzero(cosines == np.repeat(best, sizes))[::-1]
                best_rows[documents[equal]] = rows[equal]
        return MeaningScores(similarities, best_rows)

    def _compared(
        self, query: NDArray[np.float32], allowed: NDArray[np.bool_], exhaustive: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return rows that are allowed, ascending, and their cosines."""
        if self._has_neighbours and not exhaustive:
            wanted = _CANDIDATE_COUNT
            while wanted < len(allowed) and np.count_nonzero(allowed) > EXACT_COUNT:
                rows, cosines = self._candidates(query, allowed, wanted)
                found = np.count_nonzero(np.diff(self._documents[rows], prepend=-1))
                if found >= LEAST_DOCUMENT_COUNT:
                    return rows, cosines
                wanted *= 8  # few documents have many near passages
        rows = np.flatnonzero(allowed)
        return rows, np.concatenate([part.similarities(query, allowed) for part in self._parts])

    def _candidates(
        self, query: NDArray[np.float32], allowed: NDArray[np.bool_], wanted: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        rows, cosines = [], []
        for part in self._parts:
            mask = allowed[part.first : part.first + part.count]
            if part.neighbours is None:
                rows.append(np.flatnonzero(mask) + part.first)
                cosines.append(part.similarities(query, allowed))
            else:
                near = np.sort(part.neighbours.nearest(query, wanted, mask))
                rows.append(near + part.first)
                vectors = part.vectors
                cosines.append(dot_products(vectors.matrix[near], vectors.scales[near], query))
        return np.concatenate(rows), np.concatenate(cosines)

    def passage(self, scores: MeaningScores, document: int) -> BestPassage | None:
        """Return the passage that earned `document` its similarity."""
        row = int(scores.best_rows[document])
        if row < 0:
            return None
        part = next(part for part in self._parts if row < part.first + part.count)
        place = row - part.first
        start, end = part.vectors.starts[place], part.vectors.ends[place]
        return BestPassage(int(start), int(end), float(scores.similarities[document]))

    def document_vector(self, document: int) -> NDArray[np.float32] | None:
        """Return the unit mean of a document's passages, float32 [dimensions]; None without any."""
        # Rows ascend with their documents, and a document's rows are of one segment.
        first, behind = np.searchsorted(self._documents, (document, document + 1)).tolist()
        if first == behind:
            return None
        part = next(part for part in self._parts if first < part.first + part.count)
        rows = slice(first - part.first, behind - part.first)
        vectors = part.vectors
        return unit_mean(dequantize(vectors.matrix[rows], vectors.scales[rows]))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A segment's vectors, whose rows are counted from `first` on."""

    first: int
    vectors: PassageVectors
    neighbours: Neighbours | None

    @property
    def count(self) -> int:
        return len(self.vectors.scales)

    def similarities(
        self, query: NDArray[np.float32], allowed: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Return the cosines of its rows that are allowed; `allowed` counts all parts' rows."""
        mask = allowed[self.first : self.first + self.count]
        kept = np.count_nonzero(mask)
        if kept * _SPARSE < self.count:
            matrix, scales = self.vectors.matrix[mask], self.vectors.scales[mask]
            return dot_products(matrix, scales, query)
        cosines = self.vectors.similarities(query)
        return cosines if kept == self.count else cosines[mask]
