"""The routes of `functions/manage`: uploads, the list of documents, deletion, trainings."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from kotogura.documents.extraction import check_admissible
from kotogura.documents.identity import document_id as identify
from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState
from kotogura.errors import DocumentNotFound, TenantNotFound, TrainingRunning
from kotogura.platform.bucket import UPLOAD_SECONDS, BucketOriginals
from kotogura.platform.clock import now
from kotogura.platform.http import DocumentIdInPath, Limit, current_tenant, make_resolver
from kotogura.platform.telemetry import Telemetry
from kotogura.semantics.trainings import TrainingLog, TrainingRecord, TrainingState
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRegistry

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


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


class Trainings:
    """Starts and lists trainings."""

    def __init__(
        self, log: TrainingLog, tenants: TenantRegistry, workflows: "SFNClient", workflow_arn: str
    ) -> None:
        self._log = log
        self._tenants = tenants
        self._workflows = workflows
        self._workflow_arn = workflow_arn

    def start(self, tenant: TenantId) -> TrainingRecord:
        """Start a training now and return its record.

        Raises:
            TenantNotFound: when the tenant isn't registered.
            TrainingRunning: when one is running.
        """
        if self._tenants.get(tenant) is None:
            raise TenantNotFound("the tenant is not registered")
        newest = self._log.newest(tenant, 1)
        if newest and newest[0].state is TrainingState.RUNNING:
            raise TrainingRunning("a training is running; wait for its end")
        started_at = now()
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


_NO_PUNCTUATION = str.maketrans("", "", "-:.")


def manage_api(
    originals: BucketOriginals, ledger: DocumentLedger, trainings: Trainings, telemetry: Telemetry
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
    def delete(document_id: DocumentIdInPath) -> Response[None]:
        tenant = current_tenant(app)
        record = ledger.get(tenant, document_id)
        if record is None or record.state is DocumentState.DELETED:
            raise DocumentNotFound("there is no such document")
        originals.remove(tenant, record.name)
        return Response(status_code=202)

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
