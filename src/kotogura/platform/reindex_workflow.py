"""Starting the reindex workflow for a dictionary that has changed."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kotogura.platform.clock import now
from kotogura.tenants.identity import TenantId
from kotogura.tenants.texts import TenantText, TenantTexts

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_NO_PUNCTUATION = str.maketrans("", "", "-:.")


@dataclass(frozen=True, slots=True)
class DictionaryChange:
    """A dictionary that was kept, and the execution that brings it into the index."""

    kept: TenantText
    execution_arn: str


class DictionaryWorkflow:
    """Keeps a tenant's dictionary and starts the reindex that uses it."""

    def __init__(self, store: TenantTexts, workflows: "SFNClient", workflow_arn: str) -> None:
        self._store = store
        self._workflows = workflows
        self._workflow_arn = workflow_arn

    def get(self, tenant: TenantId) -> TenantText:
        """Return what was kept last."""
        return self._store.get(tenant)

    def change(self, tenant: TenantId, text: str) -> DictionaryChange:
        """Keep `text`, which is valid, and start a reindex. One that runs for it already is enough.

        Written again after its run ended, it starts another run: that is how one that failed is
        repeated.
        """
        kept = self._store.get(tenant)
        if kept.updated_at and kept.version == TenantText.of(text).version:
            running = self._execution_arn(tenant, kept)
            if self._is_running(running):
                return DictionaryChange(kept, running)
        kept = self._store.put(tenant, text)
        execution = self._workflows.start_execution(
            stateMachineArn=self._workflow_arn,
            name=_execution_name(tenant, kept),
            input=json.dumps({"tenant": tenant}),
        )
        return DictionaryChange(kept, execution["executionArn"])

    def start(self, tenant: TenantId) -> str:
        """Start a reindex with the dictionary as it is; return the execution's name."""
        name = f"{now().translate(_NO_PUNCTUATION)}-{tenant}-asked"
        self._workflows.start_execution(
            stateMachineArn=self._workflow_arn, name=name, input=json.dumps({"tenant": tenant})
        )
        return name

    def _execution_arn(self, tenant: TenantId, kept: TenantText) -> str:
        before, _, name = self._workflow_arn.rpartition(":stateMachine:")
        return f"{before}:execution:{name}:{_execution_name(tenant, kept)}"

    def _is_running(self, execution_arn: str) -> bool:
        try:
            execution = self._workflows.describe_execution(executionArn=execution_arn)
        except self._workflows.exceptions.ExecutionDoesNotExist:
            return False
        return execution["status"] == "RUNNING"


def _execution_name(tenant: TenantId, kept: TenantText) -> str:
    """Return a name that each writing of a dictionary has alone; at most 80 characters."""
    return f"{kept.updated_at.translate(_NO_PUNCTUATION)}-{tenant}-{kept.version or 'none'}"
