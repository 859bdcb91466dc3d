"""How well the ten found answer the questions."""

from collections.abc import Callable, Sequence

from bench.latency import percentile, spread_sample, time_each

FOUND_COUNT = 10

Asked = Sequence[tuple[str, str]]
"""(text, the id of what it should find)."""


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


def quality(search: Callable[[str], list[str]], asked: Asked) -> dict[str, float]:
    """Return MRR@10 and recall@10 of the ids that `search` finds, best first."""
    found = [search(text) for text, _ in asked]
    relevant = [wanted for _, wanted in asked]
    return {
        "mrr10": round(mean_reciprocal_rank(found, relevant), 5),
        "recall10": round(recall(found, relevant), 5),
    }


def latency(answer: Callable[[str], object], asked: Asked) -> dict[str, float]:
    """Return p50 and p99 in milliseconds over a sample, asked one by one when all is warm."""
    times = time_each([asked[number][0] for number in spread_sample(len(asked))], answer)
    return {"p50_ms": round(percentile(times, 0.5), 3), "p99_ms": round(percentile(times, 0.99), 3)}
