"""How well a model ranks: held-out queries against the passages of the whole corpus."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kotogura.semantics.embedder import Embedder
from kotogura.semantics.token_measure import TokenMeasure
from kotogura.semantics.training_pairs import (
    MOST_PASSAGES_PER_DOCUMENT,
    TrainingDocument,
    TrainingPair,
    bare_passages,
)

MOST_QUERIES = 500
MOST_PASSAGES = 2_000
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """What a model reached on held-out queries.

    Attributes:
        mrr10: mean over the queries of 1 / rank of the right document, 0 beyond the tenth; 0 to 1.
        recall10: share of queries with the right document among the first ten; 0 to 1.
        query_count: how many queries were asked.
        passage_count: among how many passages.
        reciprocal_ranks: 1 / rank, or 0, of each query in order: for paired comparisons of models.
    """

    mrr10: float
    recall10: float
    query_count: int
    passage_count: int
    reciprocal_ranks: tuple[float, ...] = ()


def evaluate(
    embedder: Embedder,
    documents: Sequence[TrainingDocument],
    pairs: Sequence[TrainingPair],
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Figures:
    """Ask the queries of `pairs` and see at which rank the document of each comes.

    Documents rank by their best passage, ties in favour of nobody: a document that ties with the
    right one counts as before it. Of a document its first `MOST_PASSAGES_PER_DOCUMENT` passages
    count, those that pairs are made of, without the titles and headings that the queries are made
    of. At most `MOST_QUERIES` and some `MOST_PASSAGES` are used, chosen by hash and so the same for
    every model.

    Raises:
        ValueError: `pairs` is empty, or names a document that isn't in `documents`.
    """
    asked = _first_by_hash(dict.fromkeys((pair.query, pair.document_id) for pair in pairs))
    if not asked:
        raise ValueError("there is no query to evaluate with")
    needed = {document_id for _, document_id in asked}
    owners, texts = _corpus(documents, needed, embedder.measure)
    queries = embedder.embed_queries([query for query, _ in asked])
    passages = embedder.embed_passages(texts, on_progress)
    ranks = [
        _rank(passages @ query, owners, owners_ordinal)
        for query, owners_ordinal in zip(queries, _ordinals(asked, documents), strict=True)
    ]
    reciprocal = tuple(1 / rank if rank <= _DEPTH else 0.0 for rank in ranks)
    return Figures(
        mrr10=float(np.mean(reciprocal)),
        recall10=float(np.mean([rank <= _DEPTH for rank in ranks])),
        query_count=len(ranks),
        passage_count=len(texts),
        reciprocal_ranks=reciprocal,
    )


def _first_by_hash(asked: dict[tuple[str, str], None]) -> list[tuple[str, str]]:
    chosen = sorted(asked, key=lambda pair: (_hash("\0".join(pair)), pair))
    return chosen[:MOST_QUERIES]


def _corpus(
    documents: Sequence[TrainingDocument], needed: set[str], measure: TokenMeasure
) -> tuple[NDArray[np.int64], list[str]]:
    """Return the passages' texts and the position in `documents` that each belongs to."""
    order = sorted(
        range(len(documents)),
        key=lambda index: (
            documents[index].document_id not in needed,
            _hash(documents[index].document_id),
        ),
    )
    owners: list[int] = []
    texts: list[str] = []
    for index in order:
        document = documents[index]
        if len(texts) >= MOST_PASSAGES and document.document_id not in needed:
            break
        for passage in bare_passages(document, measure)[:MOST_PASSAGES_PER_DOCUMENT]:
            owners.append(index)
            texts.append(passage.text)
    return np.array(owners, dtype=np.int64), texts


def _ordinals(asked: Sequence[tuple[str, str]], documents: Sequence[TrainingDocument]) -> list[int]:
    positions = {document.document_id: index for index, document in enumerate(documents)}
    if any(document_id not in positions for _, document_id in asked):
        raise ValueError("a query's document is not in the corpus")
    return [positions[document_id] for _, document_id in asked]


def _rank(scores: NDArray[np.float32], owners: NDArray[np.int64], right: int) -> int:
    own = owners == right
    if not own.any():
        return _DEPTH + 1
    before = np.unique(owners[(scores >= scores[own].max()) & ~own])
    return len(before) + 1


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
