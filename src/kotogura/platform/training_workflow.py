"""Starting the training workflow, one at a time for each tenant."""

import json
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kotogura.errors import TenantNotFound, TrainingBudgetSpent, TrainingRunning
from kotogura.platform.clock import now
from kotogura.semantics.training_need import minutes_spent
from kotogura.semantics.trainings import TrainingLog, TrainingRecord, TrainingState
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRegistry

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_COUNTED_TRAININGS = 200
_NO_PUNCTUATION = str.maketrans("", "", "-:.")


class TrainingWorkflow:
    """Starts trainings and lists them."""

    def __init__(
        self,
        log: TrainingLog,
        tenants: TenantRegistry,
        workflows: "SFNClient",
        workflow_arn: str,
        minutes_per_month: int = 600,
    ) -> None:
        self._minutes_per_month = minutes_per_month
        self._log = log
        self._tenants = tenants
        self._workflows = workflows
        self._workflow_arn = workflow_arn

    def start(self, tenant: TenantId) -> TrainingRecord:
        """Start a training now and return its record.

        Raises:
            TenantNotFound: when the tenant isn't registered.
            TrainingRunning: when one is running.
            TrainingBudgetSpent: when this month's trainings took as long as they may.
        """
        tenant_record = self._tenants.get(tenant)
        if tenant_record is None:
            raise TenantNotFound("the tenant is not registered")
        records = self._log.newest(tenant, _COUNTED_TRAININGS)
        for record in records[:1]:
            self._require_ended(tenant, record)
        started_at = now()
        allowed = tenant_record.limits.get("training_minutes", self._minutes_per_month)
        _require_budget(records, started_at, allowed)
        training_id = f"{started_at.translate(_NO_PUNCTUATION)}-{tenant}"
        execution = self._workflows.start_execution(
            stateMachineArn=self._workflow_arn,
            name=training_id,
            input=json.dumps({"tenant": tenant, "training_id": training_id, "cause": "demand"}),
        )
        return TrainingRecord(
            training_id=training_id,
            state=TrainingState.RUNNING,
            started_at=started_at,
            execution_arn=execution["executionArn"],
        )

    def minutes_spent(self, tenant: TenantId, at: str) -> float:
        """Return how long the tenant's trainings took in the month of `at`, ISO 8601 in UTC."""
        return minutes_spent(self._log.newest(tenant, _COUNTED_TRAININGS), at)

    def newest(self, tenant: TenantId, limit: int) -> list[TrainingRecord]:
        """Return the last trainings, the newest first."""
        return self._log.newest(tenant, limit)

    def _require_ended(self, tenant: TenantId, record: TrainingRecord) -> None:
        """Raise if `record`'s workflow runs; close the record of one that was aborted."""
        if record.state is not TrainingState.RUNNING:
            return
        if self._is_running(record):
            raise TrainingRunning("a training is running; wait for its end")
        reason = {"code": "aborted", "detail": "the workflow ended before the training did"}
        changes = {"state": TrainingState.FAILED.value, "ended_at": now(), "reason": reason}
        self._log.update(tenant, record.training_id, changes)

    def _is_running(self, record: TrainingRecord) -> bool:
        if record.execution_arn is None:
            return False
        try:
            execution = self._workflows.describe_execution(executionArn=record.execution_arn)
        except self._workflows.exceptions.ExecutionDoesNotExist:
            return False
        return execution["status"] == "RUNNING"


def _require_budget(records: Sequence[TrainingRecord], at: str, allowed_minutes: int) -> None:
    spent = minutes_spent(records, at)
    if spent >= allowed_minutes:
        raise TrainingBudgetSpent(
            f"trainings took {spent:.0f} of {allowed_minutes} minutes this month; "
            "wait for the next, or raise KOTOGURA_TRAINING_MINUTES",
            _seconds_to_next_month(datetime.fromisoformat(at)),
        )


def _seconds_to_next_month(at: datetime) -> int:
    """Return how long the month of `at` still lasts.

    >>> _seconds_to_next_month(datetime(2026, 12, 31, 23, 59))
    60
    """
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return math.ceil((following - at).total_seconds())
