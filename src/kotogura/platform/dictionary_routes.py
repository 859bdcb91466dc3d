"""The routes of a tenant's user dictionary, part of `functions/manage`."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel, Field

from kotogura.errors import InvalidDictionary
from kotogura.platform.http import current_tenant
from kotogura.platform.operations import operation
from kotogura.platform.reindex_workflow import DictionaryWorkflow
from kotogura.tenants.dictionaries import ENTRY_LIMIT, TEXT_LIMIT_BYTES, parse_dictionary
from kotogura.tenants.roles import Role
from kotogura.tenants.texts import TenantText

CSV = "text/csv"
_NEXT = "the index is being built anew; until that ends, searches and uploads go by the old one"
_BODY: dict[str, Any] = {
    "required": False,
    "description": (
        "Nothing takes the dictionary away. "
        f"UTF-8, at most {TEXT_LIMIT_BYTES:,} bytes and {ENTRY_LIMIT:,} words. A line is a word: "
        "`湊式点検票,みなとしきてんけんひょう`, perhaps with a part of speech "
        "(`名詞,固有名詞,人名,一般`), or the 18 columns of Sudachi's user dictionaries."
    ),
    "content": {CSV: {"schema": {"type": "string"}}},
}


class DictionaryView(BaseModel):
    """The tenant's user dictionary."""

    text: str = Field(description="the CSV as it was written")
    entry_count: int = Field(description="how many words it has")
    version: str = Field(description="differs with the text; empty where there is none")
    updated_at: str | None = Field(description="when it was written, ISO 8601 in UTC")


class DictionaryAccepted(BaseModel):
    """A dictionary that is on its way into the index."""

    entry_count: int = Field(description="how many words it has")
    version: str = Field(description="differs with the text; empty where there is none")
    updated_at: str = Field(description="when it was written, ISO 8601 in UTC")
    execution_arn: str = Field(description="of the workflow that builds the index anew")
    next: str = Field(default=_NEXT, description="what happens now")


def add_dictionary_routes(app: APIGatewayHttpResolver, dictionaries: DictionaryWorkflow) -> None:
    """Let `app` answer what a tenant asks about its user dictionary."""

    @app.get(
        "/dictionary",
        **operation(
            "getDictionary",
            "Settings",
            "Read the user dictionary",
            answer="The CSV that was written last, empty at first.",
        ),
    )
    def get_dictionary() -> DictionaryView:
        return _view(dictionaries.get(current_tenant(app)))

    @app.put(
        "/dictionary",
        **operation(
            "putDictionary",
            "Settings",
            "Write the user dictionary anew",
            InvalidDictionary,
            description="Starts the workflow `reindex`; the words count once it has ended.",
            answer="It is kept, and the index is being built anew.",
            status=202,
            body=_BODY,
            role=Role.ADMIN,
        ),
    )
    def put_dictionary() -> DictionaryAccepted:
        tenant = current_tenant(app)
        text = _text(app)
        entry_count = len(parse_dictionary(text))
        change = dictionaries.change(tenant, text)
        return DictionaryAccepted(
            entry_count=entry_count,
            version=change.kept.version,
            updated_at=change.kept.updated_at,
            execution_arn=change.execution_arn,
        )


def _text(app: APIGatewayHttpResolver) -> str:
    try:
        return app.current_event.decoded_body or ""
    except ValueError:
        raise InvalidDictionary("the dictionary is not in UTF-8; save it as UTF-8") from None


def _view(kept: TenantText) -> DictionaryView:
    return DictionaryView(
        text=kept.text,
        entry_count=len(parse_dictionary(kept.text)),
        version=kept.version,
        updated_at=kept.updated_at or None,
    )
