"""How well the ten found answer the questions."""

from collections.abc import Sequence

FOUND_COUNT = 10


def mean_reciprocal_rank(found: Sequence[Sequence[str]], relevant: Sequence[str]) -> float:
    """Return the mean of 1 / rank of the relevant id among the first ten; 0 where it is missing.

    >>> mean_reciprocal_rank([["a", "b"], ["c"]], ["b", "x"])
    0.25
    """
    total = 0.0
    for ids, wanted in zip(found, relevant, strict=True):
        first = list(ids[:FOUND_COUNT])
        if wanted in first:
            total += 1 / (first.index(wanted) + 1)
    return total / max(1, len(relevant))


def recall(found: Sequence[Sequence[str]], relevant: Sequence[str]) -> float:
    """Return the share of questions whose relevant id is among the first ten.

    >>> recall([["a", "b"], ["c"]], ["b", "x"])
    0.5
    """
    hits = sum(wanted in ids[:FOUND_COUNT] for ids, wanted in zip(found, relevant, strict=True))
    return hits / max(1, len(relevant))
