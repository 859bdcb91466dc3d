"""The routes of `functions/manage`: uploads, the list of documents, deletion, trainings."""

from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from kotogura.documents.extraction import check_admissible
from kotogura.documents.identity import document_id as identify
from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState
from kotogura.errors import (
    DocumentNotFound,
    DocumentTooLarge,
    InvalidDocumentName,
    TenantNotFound,
    TrainingBudgetSpent,
    TrainingRunning,
    UnsupportedDocument,
)
from kotogura.platform.bucket import UPLOAD_SECONDS, BucketOriginals
from kotogura.platform.dictionary_routes import add_dictionary_routes
from kotogura.platform.documentation import add_documentation
from kotogura.platform.http import DocumentIdInPath, Limit, current_tenant, make_resolver
from kotogura.platform.model_routes import add_model_routes
from kotogura.platform.model_workflow import ModelWorkflow
from kotogura.platform.operations import operation
from kotogura.platform.reindex_workflow import DictionaryWorkflow
from kotogura.platform.synonym_routes import add_synonym_routes
from kotogura.platform.telemetry import Telemetry
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.semantics.trainings import TrainingRecord
from kotogura.tenants.roles import Role
from kotogura.tenants.texts import TenantTexts


class UploadRequest(BaseModel):
    """A file that is about to be uploaded: its name below the tenant's documents, its size."""

    name: str = Field(min_length=1, max_length=900)
    size_bytes: int = Field(ge=1)


class Upload(BaseModel):
    """Where to PUT the file, exactly as large as was said, within the seconds given."""

    document_id: str
    url: str
    method: str = "PUT"
    expires_in_seconds: int = UPLOAD_SECONDS


class Removal(BaseModel):
    """A file that was removed; its document stops being found with the commit that follows."""

    document_id: str
    name: str


class ReasonView(BaseModel):
    """Why a document can't be found: a stable code, and what to do."""

    code: str
    detail: str


class DocumentView(BaseModel):
    """A document's newest known change, and what became of it."""

    document_id: str
    name: str
    title: str
    state: DocumentState
    size_bytes: int
    generation: int | None
    reason: ReasonView | None
    updated_at: str


class DocumentList(BaseModel):
    """Documents by id; `cursor` fetches the next page and is null at the end."""

    documents: list[DocumentView]
    cursor: str | None


class TrainingList(BaseModel):
    """Trainings, the newest first."""

    trainings: list[TrainingRecord]


def manage_api(
    originals: BucketOriginals,
    ledger: DocumentLedger,
    trainings: TrainingWorkflow,
    synonyms: TenantTexts,
    dictionaries: DictionaryWorkflow,
    models: ModelWorkflow,
    telemetry: Telemetry,
) -> APIGatewayHttpResolver:
    """Return the resolver for what tenants do with their documents, their model and settings."""
    app = make_resolver(telemetry)
    add_documentation(app)
    add_synonym_routes(app, synonyms)
    add_dictionary_routes(app, dictionaries)
    add_model_routes(app, models)

    @app.get(
        "/documents",
        **operation(
            "listDocuments",
            "Documents",
            "List documents with what became of them",
            description="By id; deleted and quarantined documents too.",
            answer="A page; `cursor` fetches the next one.",
        ),
    )
    def list_documents(
        limit: Limit = 100,
        cursor: Annotated[
            str | None, Query(description="the last page's `cursor`", pattern="^[a-z2-7]{26}$")
        ] = None,
    ) -> DocumentList:
        page = ledger.page(current_tenant(app), cursor=cursor, limit=limit)
        return DocumentList(
            documents=[_view(record) for record in page.records], cursor=page.cursor
        )

    @app.post(
        "/documents",
        **operation(
            "uploadDocument",
            "Documents",
            "Ask for a URL to upload one file to",
            InvalidDocumentName,
            UnsupportedDocument,
            DocumentTooLarge,
            description="PUT the file to the URL, exactly as large as was said.",
            answer="Where to PUT the file.",
            status=201,
        ),
    )
    def upload(body: UploadRequest) -> Upload:
        tenant = current_tenant(app)
        check_admissible(body.name, body.size_bytes)
        url = originals.upload_url(tenant, body.name, body.size_bytes)
        return Upload(document_id=identify(body.name), url=url)

    @app.delete(
        "/documents/<document_id>",
        **operation(
            "deleteDocument",
            "Documents",
            "Delete a document",
            DocumentNotFound,
            answer="The file is gone; the document stops being found with the next commit.",
            status=202,
        ),
    )
    def delete(document_id: DocumentIdInPath) -> Removal:
        tenant = current_tenant(app)
        record = ledger.get(tenant, document_id)
        if record is None or record.state is DocumentState.DELETED:
            raise DocumentNotFound("there is no such document")
        originals.remove(tenant, record.name)
        return Removal(document_id=document_id, name=record.name)

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


def _view(record: DocumentRecord) -> DocumentView:
    reason = record.reason
    return DocumentView(
        document_id=record.document_id,
        name=record.name,
        title=record.title,
        state=record.state,
        size_bytes=record.size_bytes,
        generation=record.generation,
        reason=ReasonView(code=reason.code, detail=reason.detail) if reason else None,
        updated_at=record.updated_at,
    )
