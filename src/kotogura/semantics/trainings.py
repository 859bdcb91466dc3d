"""The record of a training: what runs, how far it is, what came of it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from kotogura.tenants.identity import TenantId


class TrainingState(StrEnum):
    """Where a training stands."""

    RUNNING = "running"
    PROMOTED = "promoted"  # the fine-tuned model serves
    KEPT = "kept"  # fine-tuning did not help: what served before goes on, or else the base model
    SKIPPED = "skipped"  # by schedule, and not worth it: too little changed, or the budget is spent
    FAILED = "failed"


class CoursePoint(BaseModel):
    """A point of a training's course.

    Attributes:
        step: the optimizer's steps until then.
        loss: mean of the steps since the point before.
        score: MRR of the watched pairs after this step, 0 to 1; None where they weren't looked at.
    """

    model_config = ConfigDict(frozen=True)

    step: int
    loss: float
    score: float | None = None


class TrainingRecord(BaseModel):
    """One training as people see it.

    Attributes:
        training_id: the later one is the greater.
        state: see `TrainingState`.
        cause: `schedule` or `demand`.
        started_at, ended_at: ISO 8601 in UTC.
        progress: stage, step, steps, loss, score and seconds_left while it runs.
        figures: what it measured; see `kotogura.semantics.training`.
        course: how fine-tuning went, in 40 points at most; None before its end.
        reason: code and detail of a failure, of a skip, or of why the model wasn't promoted.
        execution_arn: the workflow execution that runs it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    training_id: str
    state: TrainingState
    cause: str = "demand"
    started_at: str = ""
    ended_at: str | None = None
    progress: Mapping[str, Any] | None = None
    figures: Mapping[str, Any] | None = None
    course: Sequence[CoursePoint] | None = None
    reason: Mapping[str, Any] | None = None
    execution_arn: str | None = None


class TrainingLog(Protocol):
    """Where trainings are recorded."""

    def get(self, tenant: TenantId, training_id: str) -> TrainingRecord | None:
        """Return one record, or None."""

    def newest(self, tenant: TenantId, limit: int = 20) -> list[TrainingRecord]:
        """Return the last trainings, the newest first."""

    def update(self, tenant: TenantId, training_id: str, changes: Mapping[str, Any]) -> None:
        """Set attributes of a record, creating it if the workflow did not."""
