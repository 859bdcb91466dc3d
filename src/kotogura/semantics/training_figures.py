"""A training's figures, flat and rounded, as its record and its model's manifest keep them."""

import resource
import sys
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from kotogura.semantics.evaluation import Figures
from kotogura.semantics.finetuning import FineTuningReport
from kotogura.semantics.gate import Verdict
from kotogura.semantics.trainings import CoursePoint

COURSE_POINTS = 40
"""As many as a chart can show, and a record hold without growing heavy."""


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


def course_of(report: FineTuningReport, limit: int = COURSE_POINTS) -> list[CoursePoint]:
    """Return how fine-tuning went, in `limit` points at most, evenly over its steps.

    A step that was looked at after is a point whatever its place, so that its score stands where
    it was measured.
    """
    count = min(limit - len(report.looks), report.steps)
    scores = dict(report.looks)
    even = {report.steps * number // count for number in range(1, count + 1)}
    points, before = [], 0
    for step in sorted(even | scores.keys()):
        loss = fmean(report.losses[before:step])
        score = scores.get(step)
        points.append(
            CoursePoint(
                step=step, loss=round(loss, 4), score=None if score is None else round(score, 4)
            )
        )
        before = step
    return points


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
