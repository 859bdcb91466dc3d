"""Starting the training workflow, one at a time for each tenant."""

import json
from collections.abc import Sequence
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
        if self._tenants.get(tenant) is None:
            raise TenantNotFound("the tenant is not registered")
        records = self._log.newest(tenant, _COUNTED_TRAININGS)
        for record in records[:1]:
            self._require_ended(tenant, record)
        started_at = now()
        self._require_budget(records, started_at)
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

    def _require_budget(self, records: Sequence[TrainingRecord], at: str) -> None:
        spent = minutes_spent(records, at)
        if spent >= self._minutes_per_month:
            raise TrainingBudgetSpent(
                f"trainings took {spent:.0f} of {self._minutes_per_month} minutes this month; "
                "wait for the next, or raise KOTOGURA_TRAINING_MINUTES"
            )

    def _is_running(self, record: TrainingRecord) -> bool:
        if record.execution_arn is None:
            return False
        try:
            execution = self._workflows.describe_execution(executionArn=record.execution_arn)
        except self._workflows.exceptions.ExecutionDoesNotExist:
            return False
        return execution["status"] == "RUNNING"
