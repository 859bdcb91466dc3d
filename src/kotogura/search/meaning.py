"""Search by meaning: a query's vector against the vectors of all passages, exactly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kotogura.errors import ModelNotReady
from kotogura.index.reader import GenerationReader
from kotogura.semantics.quantization import dequantize
from kotogura.semantics.segment_vectors import read_vectors
from kotogura.semantics.vectors import PassageVectors
from kotogura.tenants.files import TenantFiles


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

    def within(self, documents: NDArray[np.bool_]) -> "MeaningScores":
        """Return them for some documents, given by number; others have none."""
        return MeaningScores(
            np.where(documents, self.similarities, -np.inf),
            np.where(documents, self.best_rows, -1),
        )


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
        self._parts: list[PassageVectors] = []
        documents: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
        for number, segment in enumerate(reader.manifest.segments):
            vectors = read_vectors(reader.tenant, segment, model.digest, files)
            if vectors is not None and len(vectors.scales):
                self._parts.append(vectors)
                base = reader.segment_base(number)
                documents.append(vectors.ordinals.astype(np.int64) + base)
        self._documents = np.concatenate(documents)
        self._live = reader.live[self._documents]

    def score(self, query: NDArray[np.float32]) -> MeaningScores:
        """Return each document's best passage for a unit vector `query`, float32 [dimensions]."""
        similarities = np.full(self._document_count, -np.inf)
        best_rows = np.full(self._document_count, -1, dtype=np.int64)
        if self._parts and np.any(query):
            cosines = np.concatenate([part.similarities(query) for part in self._parts])
            # Ascending, so that of a document's rows the best, and of equals the first, is last.
            order = np.lexsort((-np.arange(len(cosines)), cosines))
            order = order[self._live[order]]
            similarities[self._documents[order]] = cosines[order]
            best_rows[self._documents[order]] = order
        return MeaningScores(similarities, best_rows)

    def passage(self, scores: MeaningScores, document: int) -> BestPassage | None:
        """Return the passage that earned `document` its similarity."""
        row = int(scores.best_rows[document])
        if row < 0:
            return None
        for part in self._parts:
            if row < len(part.scales):
                similarity = float(scores.similarities[document])
                return BestPassage(int(part.starts[row]), int(part.ends[row]), similarity)
            row -= len(part.scales)
        return None

    def document_vector(self, document: int) -> NDArray[np.float32] | None:
        """Return the unit mean of a document's passages, float32 [dimensions]; None without any."""
        rows = np.flatnonzero(self._documents == document)
        if not len(rows):
            return None
        total = np.zeros(self._parts[0].matrix.shape[1], dtype=np.float32)
        first = 0
        for part in self._parts:
            local = rows[(rows >= first) & (rows < first + len(part.scales))] - first
            if len(local):
                total += dequantize(part.matrix[local], part.scales[local]).sum(axis=0)
            first += len(part.scales)
        norm = float(np.linalg.norm(total))
        return total / norm if norm > 0 else None
