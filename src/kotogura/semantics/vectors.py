"""The vectors of a segment's passages and of a tenant's words, and the files they lie in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.semantics.quantization import dot_products
from kotogura.semantics.vector_files import encode_vectors, read_vector_file


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """The embedded passages of one segment, in the order of its documents.

    Attributes:
        ordinals: uint32 [n], the document's ordinal within the segment.
        starts: uint32 [n], the passage's first code point in the document's body.
        ends: uint32 [n], the code point after its last.
        matrix: int8 [n, d].
        scales: float32 [n]; a row's vector is its elements times its scale.
        model_digest: names the model that made the vectors.
    """

    ordinals: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    ends: NDArray[np.uint32]
    matrix: NDArray[np.int8]
    scales: NDArray[np.float32]
    model_digest: str = ""

    def __post_init__(self) -> None:
        _same_length(self.matrix, self.ordinals, self.starts, self.ends, self.scales)

    def similarities(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of each passage with a unit `query` (float32 [d]) as float32 [n]."""
        return dot_products(self.matrix, self.scales, query)

    def to_file(self) -> bytes:
        """Return the file's bytes; the same vectors always give the same bytes."""
        columns = {
            name: pa.array(values, pa.uint32())
            for name, values in (
                ("ordinal", self.ordinals),
                ("start", self.starts),
                ("end", self.ends),
            )
        }
        return encode_vectors("passages", self.model_digest, columns, self.matrix, self.scales)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Map what `to_file` wrote. Raises as `read_vector_file`."""
        read = read_vector_file("passages", path)
        ordinals, starts, ends = (read.unsigned(name) for name in ("ordinal", "start", "end"))
        return cls(ordinals, starts, ends, read.matrix, read.scales, read.model_digest)


@dataclass(frozen=True, slots=True, eq=False)
class WordVectors:
    """The embedded content words of a tenant.

    Attributes:
        terms: n terms, as the analyzer normalises them.
        document_frequencies: uint32 [n], in how many of the tenant's documents each occurs.
        matrix: int8 [n, d].
        scales: float32 [n].
        model_digest: names the model that made the vectors.
    """

    terms: list[str]
    document_frequencies: NDArray[np.uint32]
    matrix: NDArray[np.int8]
    scales: NDArray[np.float32]
    model_digest: str = ""

    def __post_init__(self) -> None:
        _same_length(self.matrix, self.terms, self.document_frequencies, self.scales)

    def similarities(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of each word with a unit `query` (float32 [d]) as float32 [n]."""
        return dot_products(self.matrix, self.scales, query)

    def to_file(self) -> bytes:
        """Return the file's bytes; the same vectors always give the same bytes."""
        columns = {
            "term": pa.array(self.terms, pa.string()),
            "document_frequency": pa.array(self.document_frequencies, pa.uint32()),
        }
        return encode_vectors("words", self.model_digest, columns, self.matrix, self.scales)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Map what `to_file` wrote. Raises as `read_vector_file`."""
        read = read_vector_file("words", path)
        frequencies = read.unsigned("document_frequency")
        return cls(read.texts("term"), frequencies, read.matrix, read.scales, read.model_digest)


def _same_length(matrix: NDArray[np.int8], *others: Any) -> None:
    if matrix.ndim != 2 or any(len(other) != len(matrix) for other in others):
        raise ValueError("the columns of vectors differ in length")
