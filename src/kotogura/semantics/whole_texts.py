"""A whole text as one vector: the mean of its passages, however long it is."""

import numpy as np
from numpy.typing import NDArray

from kotogura.semantics.embedder import Embedder
from kotogura.semantics.passages import split_passages


def embed_text(embedder: Embedder, text: str) -> NDArray[np.float32] | None:
    """Return the unit mean of the passages of `text`, float32 [dimensions].

    It is cut as a document's body is, by the model's own tokens, so that nothing of it is cut off.
    None where it means nothing to the model: blank, or without a character that it knows.
    """
    passages = [passage.text(text) for passage in split_passages(text, embedder.measure)]
    return unit_mean(embedder.embed_passages(passages))


def unit_mean(vectors: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Return the mean of rows, float32 [n, d], scaled to length 1; None where it vanishes.

    >>> unit_mean(np.array([[3, 0], [0, 4]], dtype=np.float32)).round(2).tolist()
    [0.6000000238418579, 0.800000011920929]
    """
    total: NDArray[np.float32] = vectors.sum(axis=0)
    norm = float(np.linalg.norm(total))
    if not np.isfinite(norm) or norm <= np.finfo(np.float32).tiny:
        return None
    return total / np.float32(norm)
