"""In which documents a word stands, and how often, by all its alternatives."""

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from kotogura.index.manifest import FIELDS
from kotogura.index.postings import TermPostings
from kotogura.index.reader import GenerationReader
from kotogura.index.streams import stream_field
from kotogura.search.query_words import Alternative, Alternatives

PLACE_SHIFT = 32
"""A place is a document's number, shifted so far, and a unit's number."""
Counts = tuple[NDArray[np.int64], NDArray[np.uint32]]
"""Documents, ascending, and beside them how often something stands in each."""


def joined(
    word: Alternatives,
    postings: Mapping[tuple[str, str], TermPostings],
    reader: GenerationReader,
) -> dict[str, Counts]:
    """Return by field where any alternative stands; how often is the greatest of theirs.

    Args:
        word: its alternatives.
        postings: by (field, term), of all their terms.
        reader: of the generation; it tells whether the terms of a run are neighbours.
    """
    found: dict[str, Counts] = {}
    for field in FIELDS:
        parts = [
            part for one in word if (part := _of_one(one, field, postings, reader)) is not None
        ]
        if len(parts) == 1:
            found[field] = parts[0]
        elif parts:
            documents = union([part for part, _ in parts])
            counts = np.zeros(len(documents), dtype=np.uint32)
            for having, some in parts:
                at = np.searchsorted(documents, having)
                counts[at] = np.maximum(counts[at], some)
            found[field] = documents, counts
    return found


def places_in(documents: NDArray[np.int64], positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return documents and positions beside them as places, which keep their order."""
    return (documents << PLACE_SHIFT) + positions


def union(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the documents of `parts`, each ascending, without repetition."""
    if len(parts) == 1:
        return parts[0]
    documents = np.concatenate([*parts, np.zeros(0, dtype=np.int64)])
    documents.sort(kind="stable")  # which takes sorted runs as they come
    fresh = np.ones(len(documents), dtype=bool)
    fresh[1:] = documents[1:] != documents[:-1]
    found: NDArray[np.int64] = documents[fresh]
    return found


def _of_one(
    one: Alternative,
    field: str,
    postings: Mapping[tuple[str, str], TermPostings],
    reader: GenerationReader,
) -> Counts | None:
    """Return where one alternative stands in a field, its terms in a row; None if it never does."""
    name = stream_field(field, one.stream)
    having = [postings.get((name, term)) for term in one.terms]
    some = [part for part in having if part is not None]
    if not some or len(some) < len(having):
        return None
    if len(some) == 1:
        return some[0].documents, some[0].frequencies
    documents = reduce(np.intersect1d, [part.documents for part in some])
    if not len(documents):
        return None
    places = (
        places_in(*reader.places.positions(name, term, documents)) - place
        for place, term in enumerate(one.terms)
    )
    firsts = reduce(np.intersect1d, places)
    documents, counts = np.unique(firsts >> PLACE_SHIFT, return_counts=True)
    return (documents, counts.astype(np.uint32)) if len(documents) else None
