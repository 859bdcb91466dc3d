"""The gate before promotion: a model serves only if it is better, and nothing general was lost.

Two conditions, both measured on what would serve (int8, without torch): on the same held-out
queries the candidate must rank better than its rival with 95 % certainty, and on the general
sentences of `general_similarity` it must not agree less with people by more than half a point.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kotogura.semantics.evaluation import Figures

GREATEST_LOSS = 0.005
_RESAMPLES = 10_000
_CERTAINTY = 0.95


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the candidate may serve, and why, or why not.

    Attributes:
        better: it may.
        code: "better", "no-gain", "gain-uncertain" or "forgets".
        detail: one sentence for people.
        gain: candidate's MRR@10 less its rival's.
        low: lower end of the gain's 95 % interval.
        high: upper end.
    """

    better: bool
    code: str
    detail: str
    gain: float
    low: float
    high: float


def judge(
    rival: Figures, candidate: Figures, rival_likeness: float, candidate_likeness: float
) -> Verdict:
    """Compare two models that were asked the same queries.

    Args:
        rival: of the model in service, or of the base model before there is any.
        candidate: of the tuned model.
        rival_likeness: the rival's Spearman correlation on the general sentences.
        candidate_likeness: the candidate's.

    Raises:
        ValueError: they were not asked equally many queries, or none.
    """
    gain, low, high = gain_interval(rival.reciprocal_ranks, candidate.reciprocal_ranks)
    loss = rival_likeness - candidate_likeness
    told = f"MRR@10 {rival.mrr10:.3f} → {candidate.mrr10:.3f} on {candidate.query_count} queries"
    if gain <= 0:
        code, detail = "no-gain", f"the held-out queries rank no better: {told}"
    elif low <= 0:
        code, detail = (
            "gain-uncertain",
            f"the gain may be chance: {told}, 95 % interval {low:+.3f} to {high:+.3f}",
        )
    elif loss > GREATEST_LOSS:
        spearman = f"Spearman {rival_likeness:.3f} → {candidate_likeness:.3f}"
        code, detail = (
            "forgets",
            f"general sentences are understood less well: {spearman}, of {GREATEST_LOSS} allowed",
        )
    else:
        code, detail = "better", f"{told}, 95 % interval {low:+.3f} to {high:+.3f}"
    return Verdict(code == "better", code, detail, gain, low, high)


def gain_interval(
    before: Sequence[float], after: Sequence[float], *, seed: int = 0
) -> tuple[float, float, float]:
    """Return the mean gain and its 95 % interval, by a paired bootstrap over the queries.

    The interval is that of percentiles (Efron 1979); pairs stay together, so what is hard for both
    models counts for neither. The same numbers and seed give the same interval.

    Raises:
        ValueError: the two are of unlike length, or empty.

    >>> gain_interval([0.5, 0.5, 1.0], [1.0, 1.0, 1.0])[0]
    0.3333333333333333
    """
    if len(before) != len(after) or not before:
        raise ValueError("a paired comparison needs the same queries for both, and at least one")
    gains = np.array(after) - np.array(before)
    chance = np.random.default_rng(seed)
    means = np.concatenate(
        [
            gains[chance.integers(len(gains), size=(1_000, len(gains)))].mean(axis=1)
            for _ in range(_RESAMPLES // 1_000)
        ]
    )
    tail = (1 - _CERTAINTY) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(gains.mean()), float(low), float(high)
