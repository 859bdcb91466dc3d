"""The routes of `functions/manage`: what a tenant does beside searching."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from pydantic import BaseModel

from kotogura.documents.ledger import DocumentLedger
from kotogura.documents.quota import Admit, StoredOf
from kotogura.errors import TenantErased, TenantNotFound, TrainingBudgetSpent, TrainingRunning
from kotogura.platform.allowances import Allowances
from kotogura.platform.bucket import BucketOriginals
from kotogura.platform.dictionary_routes import add_dictionary_routes
from kotogura.platform.document_routes import add_document_routes
from kotogura.platform.documentation import add_documentation
from kotogura.platform.execution_routes import add_execution_routes
from kotogura.platform.executions import Executions
from kotogura.platform.http import Limit, current_tenant, make_resolver
from kotogura.platform.model_routes import add_model_routes
from kotogura.platform.model_workflow import ModelWorkflow
from kotogura.platform.opening_routes import add_opening_routes
from kotogura.platform.operations import operation
from kotogura.platform.reindex_workflow import DictionaryWorkflow
from kotogura.platform.schedule_routes import add_schedule_routes
from kotogura.platform.synonym_routes import add_synonym_routes
from kotogura.platform.telemetry import Telemetry
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.platform.upload_routes import add_upload_routes
from kotogura.platform.uploads import BucketUploads
from kotogura.platform.usage_routes import add_usage_routes
from kotogura.semantics.trainings import TrainingRecord
from kotogura.tenants.limits import LimitsOf
from kotogura.tenants.openings import Openings
from kotogura.tenants.registry import TenantRegistry
from kotogura.tenants.roles import Role
from kotogura.tenants.texts import TenantTexts
from kotogura.tenants.usage import UsageRecords


class TrainingList(BaseModel):
    """Trainings, the newest first."""

    trainings: list[TrainingRecord]


@dataclass(frozen=True, slots=True)
class Managed:
    """What the routes act upon."""

    originals: BucketOriginals
    uploads: BucketUploads
    ledger: DocumentLedger
    trainings: TrainingWorkflow
    synonyms: TenantTexts
    dictionaries: DictionaryWorkflow
    models: ModelWorkflow
    openings: Openings
    usage: UsageRecords
    tenants: TenantRegistry
    executions: Executions
    admit: Admit
    limits_of: LimitsOf
    stored_of: StoredOf


def manage_api(managed: Managed, telemetry: Telemetry) -> APIGatewayHttpResolver:
    """Return the resolver for what tenants do with their documents, their model and settings."""
    app = make_resolver(telemetry)

    def unless_erased(app: APIGatewayHttpResolver, go_on: NextMiddleware) -> Response[Any]:
        # A token outlives its tenant by an hour; whoever has one shall not bring it back.
        if app.current_event.http_method != "GET":
            tenant = current_tenant(app)
            if managed.tenants.erased_at(tenant):
                raise TenantErased("this tenant has left, and all of it is erased")
        return go_on(app)

    app.use(middlewares=[unless_erased])
    add_documentation(app)
    add_document_routes(app, managed.originals, managed.ledger, managed.admit)
    add_upload_routes(app, managed.uploads, managed.admit)
    add_synonym_routes(app, managed.synonyms)
    add_dictionary_routes(app, managed.dictionaries)
    add_model_routes(app, managed.models)
    add_schedule_routes(app, managed.tenants)
    add_opening_routes(app, managed.ledger, managed.tenants, managed.openings)
    add_execution_routes(app, managed.executions, managed.dictionaries)
    trainings = managed.trainings
    allowances = Allowances(managed.limits_of, managed.stored_of, trainings)
    add_usage_routes(app, managed.usage, trainings, allowances)

    @app.post(
        "/trainings",
        **operation(
            "startTraining",
            "Trainings",
            "Start a training now",
            TenantNotFound,
            TrainingRunning,
            TrainingBudgetSpent,
            answer="The training that has started.",
            status=202,
            role=Role.ADMIN,
        ),
    )
    def start_training() -> TrainingRecord:
        return trainings.start(current_tenant(app))

    @app.get(
        "/trainings",
        **operation(
            "listTrainings",
            "Trainings",
            "List trainings",
            answer="Trainings, the newest first.",
        ),
    )
    def list_trainings(limit: Limit = 20) -> TrainingList:
        return TrainingList(trainings=trainings.newest(current_tenant(app), limit))

    return app
