"""The route by which a page tells what was opened after a search, part of `functions/manage`."""

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel, Field

from kotogura.documents.ledger import DocumentLedger
from kotogura.errors import DocumentNotFound
from kotogura.platform.http import DocumentIdInPath, current_tenant
from kotogura.platform.operations import operation
from kotogura.tenants.openings import KEPT_DAYS, LONGEST_QUERY, Openings
from kotogura.tenants.registry import TenantRegistry


class OpeningRequest(BaseModel):
    """By what the document was found."""

    q: str = Field(min_length=1, max_length=LONGEST_QUERY, description="the query")


class OpeningView(BaseModel):
    """Whether the opening was noted."""

    noted: bool = Field(description="false where the tenant's model doesn't learn from openings")


def add_opening_routes(
    app: APIGatewayHttpResolver,
    ledger: DocumentLedger,
    tenants: TenantRegistry,
    openings: Openings,
) -> None:
    """Let `app` note what people open, for tenants who want it."""

    @app.post(
        "/documents/<document_id>/opened",
        **operation(
            "noteOpening",
            "Trainings",
            "Tell that a document was opened that a search had found",
            DocumentNotFound,
            description=f"Kept for {KEPT_DAYS} days, and learned from by the next training, where "
            "the schedule's `learns_from_openings` says so; otherwise nothing is kept.",
            answer="Whether it was noted.",
        ),
    )
    def note_opening(document_id: DocumentIdInPath, body: OpeningRequest) -> OpeningView:
        tenant, query = current_tenant(app), " ".join(body.q.split())
        record = tenants.get(tenant)
        if not query or record is None or not record.learns_from_openings:
            return OpeningView(noted=False)
        if ledger.get(tenant, document_id) is None:
            raise DocumentNotFound("there is no such document")
        openings.note(tenant, query, document_id)
        return OpeningView(noted=True)
