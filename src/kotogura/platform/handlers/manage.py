"""The handler of `functions/manage`, outside the VPC: it signs uploads and starts workflows."""

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from botocore.config import Config

from kotogura.platform.executions import Executions
from kotogura.platform.http import api_handler
from kotogura.platform.manage_api import Managed, manage_api
from kotogura.platform.model_workflow import ModelWorkflow
from kotogura.platform.reindex_workflow import DictionaryWorkflow
from kotogura.platform.settings import required
from kotogura.platform.telemetry import Handler, Telemetry
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.platform.wiring import Parts

# A rollback that is asked for twice would be rolled back.
_ONCE = Config(read_timeout=25, retries={"total_max_attempts": 1, "mode": "standard"})


def manage_handler() -> Handler:
    """Return the handler for documents and trainings over HTTP."""
    telemetry = Telemetry()
    return api_handler(manage_app(Parts.from_environment(), telemetry), telemetry)


def manage_app(parts: Parts, telemetry: Telemetry) -> APIGatewayHttpResolver:
    """Return the routes of the manage function, over `parts`."""
    workflows = boto3.client("stepfunctions")
    settings = parts.settings
    arns = {
        "train": required(settings.train_workflow_arn, "KOTOGURA_TRAIN_WORKFLOW_ARN"),
        "reindex": required(settings.reindex_workflow_arn, "KOTOGURA_REINDEX_WORKFLOW_ARN"),
        "compact": required(settings.compact_workflow_arn, "KOTOGURA_COMPACT_WORKFLOW_ARN"),
    }
    trainings = TrainingWorkflow(
        parts.trainings,
        parts.tenants,
        workflows,
        arns["train"],
        settings.training_minutes,
    )
    dictionaries = DictionaryWorkflow(
        parts.dictionaries,
        workflows,
        arns["reindex"],
    )
    models = ModelWorkflow(
        boto3.client("lambda", config=_ONCE),
        required(settings.upkeep_function, "KOTOGURA_UPKEEP_FUNCTION"),
        workflows,
        arns["compact"],
    )
    managed = Managed(
        originals=parts.originals,
        uploads=parts.uploads,
        ledger=parts.ledger,
        trainings=trainings,
        synonyms=parts.synonyms,
        dictionaries=dictionaries,
        models=models,
        openings=parts.openings,
        usage=parts.usage,
        tenants=parts.tenants,
        executions=Executions(workflows, arns),
        admit=parts.quota.check,
        limits_of=parts.limits_of,
        stored_of=parts.stored_of,
    )
    return manage_api(managed, telemetry)
