"""The routes of `functions/manage`: uploads, the list of documents, deletion, trainings."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from kotogura.documents.extraction import check_admissible
from kotogura.documents.identity import document_id as identify
from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState
from kotogura.errors import DocumentNotFound
from kotogura.platform.bucket import UPLOAD_SECONDS, BucketOriginals
from kotogura.platform.http import DocumentIdInPath, Limit, current_tenant, make_resolver
from kotogura.platform.telemetry import Telemetry
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.semantics.trainings import TrainingRecord


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
    telemetry: Telemetry,
) -> APIGatewayHttpResolver:
    """Return the resolver for what tenants do with their documents and their model."""
    app = make_resolver(telemetry)

    @app.get("/documents")
    def list_documents(
        limit: Limit = 100, cursor: Annotated[str | None, Query(pattern="^[a-z2-7]{26}$")] = None
    ) -> DocumentList:
        page = ledger.page(current_tenant(app), cursor=cursor, limit=limit)
        return DocumentList(
            documents=[_view(record) for record in page.records], cursor=page.cursor
        )

    @app.post("/documents")
    def upload(body: UploadRequest) -> Response[Upload]:
        tenant = current_tenant(app)
        check_admissible(body.name, body.size_bytes)
        url = originals.upload_url(tenant, body.name, body.size_bytes)
        return _answer(201, Upload(document_id=identify(body.name), url=url))

    @app.delete("/documents/<document_id>")
    def delete(document_id: DocumentIdInPath) -> Response[Removal]:
        tenant = current_tenant(app)
        record = ledger.get(tenant, document_id)
        if record is None or record.state is DocumentState.DELETED:
            raise DocumentNotFound("there is no such document")
        originals.remove(tenant, record.name)
        return _answer(202, Removal(document_id=document_id, name=record.name))

    @app.post("/trainings")
    def start_training() -> Response[TrainingRecord]:
        return _answer(202, trainings.start(current_tenant(app)))

    @app.get("/trainings")
    def list_trainings(limit: Limit = 20) -> TrainingList:
        return TrainingList(trainings=trainings.newest(current_tenant(app), limit))

    return app


def _answer(status: int, body: Any) -> Response[Any]:
    return Response(status_code=status, content_type="application/json", body=body)


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
