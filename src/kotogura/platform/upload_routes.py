"""The routes of uploads in parts, part of `functions/manage`."""

from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel, Field

from kotogura.documents.extraction import check_admissible
from kotogura.documents.identity import document_id
from kotogura.documents.quota import Admit
from kotogura.errors import (
    DocumentTooLarge,
    EmptyDocument,
    InvalidDocumentName,
    QuotaReached,
    UnsupportedDocument,
    UploadNotFound,
    UploadUnfinished,
)
from kotogura.platform.http import current_tenant
from kotogura.platform.operations import operation
from kotogura.platform.uploads import PART_SECONDS, BucketUploads, FileUpload

UploadIdInPath = Annotated[
    str, Path(description="an upload's id", pattern="^[A-Za-z0-9_-]+$", max_length=4000)
]
_REFUSED = (InvalidDocumentName, UnsupportedDocument, DocumentTooLarge, EmptyDocument)


class UploadBegin(BaseModel):
    """A file that is about to be uploaded in parts."""

    name: str = Field(min_length=1, max_length=900)
    size_bytes: int = Field(ge=1)


class PartView(BaseModel):
    """A part of the file."""

    number: int = Field(description="from 1")
    start: int = Field(description="its first byte in the file")
    size_bytes: int = Field(description="how many bytes it has, exactly")
    url: str | None = Field(description="where to PUT it; null once it is there")


class UploadView(BaseModel):
    """An upload that has begun, and what of it is there."""

    upload_id: str
    document_id: str
    name: str
    size_bytes: int
    parts: list[PartView]
    expires_in_seconds: int = Field(
        default=PART_SECONDS, description="of the URLs; ask again for new ones, for seven days"
    )


class UploadEnd(BaseModel):
    """An upload that has come to its end."""

    document_id: str
    name: str


def add_upload_routes(app: APIGatewayHttpResolver, uploads: BucketUploads, admit: Admit) -> None:
    """Let `app` take files in parts."""

    def view(upload: FileUpload) -> UploadView:
        parts = uploads.parts(current_tenant(app), upload)
        return UploadView(
            upload_id=upload.upload_id,
            document_id=document_id(upload.name),
            name=upload.name,
            size_bytes=upload.size_bytes,
            parts=[
                PartView(number=one.number, start=one.start, size_bytes=one.size_bytes, url=one.url)
                for one in parts
            ],
        )

    @app.post(
        "/uploads",
        **operation(
            "beginUpload",
            "Documents",
            "Begin to upload a file in parts",
            *_REFUSED,
            QuotaReached,
            description="PUT each part to its URL, exactly as large as is said, then complete it.",
            answer="The parts, and where to PUT them.",
            status=201,
        ),
    )
    def begin(body: UploadBegin) -> UploadView:
        check_admissible(body.name, body.size_bytes)
        admit(current_tenant(app), document_id(body.name))
        return view(uploads.begin(current_tenant(app), body.name, body.size_bytes))

    @app.get(
        "/uploads/<upload_id>",
        **operation(
            "getUpload",
            "Documents",
            "See which parts are there, and go on",
            UploadNotFound,
            *_REFUSED,
            answer="The parts; those that are missing have a fresh URL.",
        ),
    )
    def resume(upload_id: UploadIdInPath) -> UploadView:
        return view(FileUpload.of(upload_id))

    @app.post(
        "/uploads/<upload_id>/complete",
        **operation(
            "completeUpload",
            "Documents",
            "Make a document of the parts",
            UploadNotFound,
            UploadUnfinished,
            *_REFUSED,
            answer="The file is there; the document can be found a few seconds later.",
            status=202,
        ),
    )
    def complete(upload_id: UploadIdInPath) -> UploadEnd:
        upload = FileUpload.of(upload_id)
        uploads.complete(current_tenant(app), upload)
        return UploadEnd(document_id=document_id(upload.name), name=upload.name)

    @app.delete(
        "/uploads/<upload_id>",
        **operation(
            "abortUpload",
            "Documents",
            "Give an upload up",
            UploadNotFound,
            *_REFUSED,
            answer="What was sent is thrown away.",
        ),
    )
    def abort(upload_id: UploadIdInPath) -> UploadEnd:
        upload = FileUpload.of(upload_id)
        uploads.abort(current_tenant(app), upload)
        return UploadEnd(document_id=document_id(upload.name), name=upload.name)
