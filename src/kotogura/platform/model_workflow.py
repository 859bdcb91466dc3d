"""Rolling back a tenant's model, and starting what makes the vectors that are missing then."""

import json
from typing import TYPE_CHECKING, Any

from kotogura.platform.clock import now
from kotogura.platform.upkeep_calls import ask_upkeep
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_stepfunctions import SFNClient

_NO_PUNCTUATION = str.maketrans("", "", "-:.")


class ModelWorkflow:
    """Asks the upkeep function for a rollback, and `compact` for the vectors."""

    def __init__(
        self,
        functions: "LambdaClient",
        upkeep_name: str,
        workflows: "SFNClient",
        compact_arn: str,
    ) -> None:
        self._functions = functions
        self._upkeep_name = upkeep_name
        self._workflows = workflows
        self._compact_arn = compact_arn

    def roll_back(self, tenant: TenantId, digest: str | None) -> dict[str, Any]:
        """Return the fields of `ModelRollback`, and `execution_arn` of what embeds, if anything.

        Raises:
            ModelNotFound: no kept generation names such a model.
            CommitConflict: other commits won every race; a retry helps.
        """
        wanted = {} if digest is None else {"model": digest}
        answer = ask_upkeep(self._functions, self._upkeep_name, tenant, "rollback-model", **wanted)
        if not answer["unembedded_document_count"]:
            return {**answer, "execution_arn": None}
        execution = self._workflows.start_execution(
            stateMachineArn=self._compact_arn,
            name=f"{now().translate(_NO_PUNCTUATION)}-{tenant}-rollback",
            input=json.dumps({"tenant": tenant}),
        )
        return {**answer, "execution_arn": execution["executionArn"]}
