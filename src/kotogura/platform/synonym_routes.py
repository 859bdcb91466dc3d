"""The routes of a tenant's synonyms, part of `functions/manage`."""

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel, Field

from kotogura.errors import InvalidSynonyms
from kotogura.platform.http import current_tenant
from kotogura.platform.operations import operation
from kotogura.tenants.synonyms import TEXT_LIMIT_BYTES, parse_synonyms
from kotogura.tenants.texts import TenantText, TenantTexts


class SynonymText(BaseModel):
    """Synonyms as people write them; an empty text means that there are none."""

    text: str = Field(
        max_length=TEXT_LIMIT_BYTES,
        description="a rule a line: `有休, 年休` both ways, `部長 => 管理職` one way",
    )


class SynonymView(BaseModel):
    """The tenant's synonyms."""

    text: str = Field(description="as it was written")
    rule_count: int = Field(description="how many rules the text has")
    version: str = Field(description="differs with the text; empty where there is none")
    updated_at: str | None = Field(description="when it was written, ISO 8601 in UTC")


def add_synonym_routes(app: APIGatewayHttpResolver, synonyms: TenantTexts) -> None:
    """Let `app` answer what a tenant asks about its synonyms."""

    @app.get(
        "/synonyms",
        **operation(
            "getSynonyms",
            "Settings",
            "Read the synonyms",
            answer="The text that was written last, empty at first.",
        ),
    )
    def get_synonyms() -> SynonymView:
        return _view(synonyms.get(current_tenant(app)))

    @app.put(
        "/synonyms",
        **operation(
            "putSynonyms",
            "Settings",
            "Write all synonyms anew",
            InvalidSynonyms,
            description="Searches use them a few seconds later; nothing is indexed again.",
            answer="What was written.",
        ),
    )
    def put_synonyms(body: SynonymText) -> SynonymView:
        tenant = current_tenant(app)
        parse_synonyms(body.text)
        return _view(synonyms.put(tenant, body.text))


def _view(kept: TenantText) -> SynonymView:
    return SynonymView(
        text=kept.text,
        rule_count=len(parse_synonyms(kept.text)),
        version=kept.version,
        updated_at=kept.updated_at or None,
    )
