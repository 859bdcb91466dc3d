"""A training's figures, flat and rounded, as its record and its model's manifest keep them."""

import resource
import sys
from dataclasses import dataclass
from typing import Any

from kotogura.semantics.evaluation import Figures
from kotogura.semantics.finetuning import FineTuningReport
from kotogura.semantics.gate import Verdict


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model reached: on the held-out queries, and on the general sentences."""

    ranking: Figures
    likeness: float


def of_tuning(report: FineTuningReport) -> dict[str, Any]:
    """Return what fine-tuning did."""
    return {
        "steps": report.steps,
        "planned_steps": report.planned_steps,
        "best_step": report.best_step,
        "watched_mrr": None if report.best_score is None else round(report.best_score, 4),
        "resumed_at": report.resumed_at,
        "loss_first": round(report.losses[0], 4),
        "loss_last": round(report.losses[-1], 4),
    }


def of_models(rival: Measured, tuned: Measured) -> dict[str, Any]:
    """Return what both models reached."""
    return {
        "held_out_queries": rival.ranking.query_count,
        "passages": rival.ranking.passage_count,
        "mrr10_base": round(rival.ranking.mrr10, 4),
        "mrr10_tuned": round(tuned.ranking.mrr10, 4),
        "recall10_base": round(rival.ranking.recall10, 4),
        "recall10_tuned": round(tuned.ranking.recall10, 4),
        "general_base": round(rival.likeness, 4),
        "general_tuned": round(tuned.likeness, 4),
    }


def of_verdict(verdict: Verdict) -> dict[str, Any]:
    """Return the gain, its interval, and the verdict."""
    return {
        "gain": round(verdict.gain, 4),
        "gain_low": round(verdict.low, 4),
        "gain_high": round(verdict.high, 4),
        "verdict": verdict.code,
        "why": verdict.detail,
    }


def peak_memory_mb() -> int:
    """Return the most memory that this process has held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1_000_000 if sys.platform == "darwin" else 1_000)
