"""The routes of a tenant's documents, part of `functions/manage`."""

from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from kotogura.documents.extraction import check_admissible
from kotogura.documents.identity import document_id as identify
from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState
from kotogura.documents.listing import matching_page
from kotogura.documents.quota import Admit
from kotogura.errors import (
    DocumentNotFound,
    DocumentTooLarge,
    InvalidDocumentName,
    QuotaReached,
    UnsupportedDocument,
)
from kotogura.platform.bucket import DOWNLOAD_SECONDS, UPLOAD_SECONDS, BucketOriginals
from kotogura.platform.http import DocumentIdInPath, Limit, current_tenant
from kotogura.platform.operations import operation

States = Annotated[
    list[DocumentState],
    Query(description="Only documents in this state. May be repeated."),
]
Prefix = Annotated[str, Query(max_length=900, description="Only documents whose name begins so.")]
Ids = Annotated[
    list[Annotated[str, Field(pattern="^[a-z2-7]{26}$")]],
    Query(
        max_length=100,
        description="Only these documents, in this order, whatever else is asked; those that the"
        " ledger doesn't know yet are left out. Up to 100, repeated.",
    ),
]


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


class Download(BaseModel):
    """Where to GET a document's file, within the seconds given."""

    document_id: str
    name: str
    size_bytes: int
    url: str
    expires_in_seconds: int = DOWNLOAD_SECONDS


def add_document_routes(
    app: APIGatewayHttpResolver,
    originals: BucketOriginals,
    ledger: DocumentLedger,
    admit: Admit,
) -> None:
    """Let `app` take, list, hand out and delete documents."""

    @app.get(
        "/documents",
        **operation(
            "listDocuments",
            "Documents",
            "List documents with what became of them",
            description=(
                "By id; deleted and quarantined documents too. Filtered, a page may be short and "
                "yet have a `cursor`: no more was looked at."
            ),
            answer="A page; `cursor` fetches the next one.",
        ),
    )
    def list_documents(
        limit: Limit = 100,
        cursor: Annotated[
            str | None, Query(description="the last page's `cursor`", pattern="^[a-z2-7]{26}$")
        ] = None,
        state: States = [],  # noqa: B006 (not changed, and told as it is by OpenAPI)
        prefix: Prefix = "",
        ids: Ids = [],  # noqa: B006
    ) -> DocumentList:
        tenant = current_tenant(app)
        if ids:
            known = ledger.get_many(tenant, ids)
            found = [known[one] for one in dict.fromkeys(ids) if one in known]
            return DocumentList(documents=[_view(record) for record in found], cursor=None)
        page = matching_page(ledger, tenant, state, prefix, cursor=cursor, limit=limit)
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
            QuotaReached,
            description="PUT the file to the URL, exactly as large as was said.",
            answer="Where to PUT the file.",
            status=201,
        ),
    )
    def upload(body: UploadRequest) -> Upload:
        tenant = current_tenant(app)
        check_admissible(body.name, body.size_bytes)
        admit(tenant, identify(body.name))
        url = originals.upload_url(tenant, body.name, body.size_bytes)
        return Upload(document_id=identify(body.name), url=url)

    @app.get(
        "/documents/<document_id>/original",
        **operation(
            "downloadDocument",
            "Documents",
            "Ask for a URL to download the file from",
            DocumentNotFound,
            answer="Where to GET the file, which a browser saves under its own name.",
        ),
    )
    def download(document_id: DocumentIdInPath) -> Download:
        tenant = current_tenant(app)
        record = ledger.get(tenant, document_id)
        if record is None or not originals.exists(tenant, record.name):
            raise DocumentNotFound("there is no such document")
        url = originals.download_url(tenant, record.name)
        return Download(
            document_id=document_id, name=record.name, size_bytes=record.size_bytes, url=url
        )

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
