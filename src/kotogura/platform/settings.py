"""Settings, read from the environment once, where a function or a task begins."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kotogura.errors import InvalidArgument
from kotogura.tenants.limits import Limits

T = TypeVar("T")


class Settings(BaseModel):
    """What a deployment decides. Each field's alias is its environment variable.

    The templates set the same names, which a contract test holds. A function is given only what
    it uses, so all but the table may be missing; using what is missing raises InvalidArgument.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    stage: str = Field(default="dev", alias="KOTOGURA_STAGE")
    tracing: str = Field(default="PassThrough", alias="KOTOGURA_TRACING")
    table: str = Field(alias="KOTOGURA_TABLE")
    documents_bucket: str | None = Field(default=None, alias="KOTOGURA_DOCUMENTS_BUCKET")
    store: Path | None = Field(default=None, alias="KOTOGURA_STORE")
    base_model: Path | None = Field(default=None, alias="KOTOGURA_BASE_MODEL")
    ingest_workflow_arn: str | None = Field(default=None, alias="KOTOGURA_INGEST_WORKFLOW_ARN")
    train_workflow_arn: str | None = Field(default=None, alias="KOTOGURA_TRAIN_WORKFLOW_ARN")
    reindex_workflow_arn: str | None = Field(default=None, alias="KOTOGURA_REINDEX_WORKFLOW_ARN")
    compact_workflow_arn: str | None = Field(default=None, alias="KOTOGURA_COMPACT_WORKFLOW_ARN")
    upkeep_function: str | None = Field(default=None, alias="KOTOGURA_UPKEEP_FUNCTION")
    isolated_search: str | None = Field(default=None, alias="KOTOGURA_ISOLATED_SEARCH")
    function_logs: str | None = Field(default=None, alias="KOTOGURA_FUNCTION_LOGS")
    tenant: str | None = Field(default=None, alias="KOTOGURA_TENANT")
    training_id: str | None = Field(default=None, alias="KOTOGURA_TRAINING_ID")
    token_issuer: str | None = Field(default=None, alias="KOTOGURA_TOKEN_ISSUER")
    token_audience: str | None = Field(default=None, alias="KOTOGURA_TOKEN_AUDIENCE")
    token_keys: str | None = Field(default=None, alias="KOTOGURA_TOKEN_KEYS")
    embedding_endpoint: str | None = Field(default=None, alias="KOTOGURA_EMBEDDING_ENDPOINT")
    drain_seconds: int = Field(default=0, ge=0, le=300, alias="KOTOGURA_DRAIN_SECONDS")
    tenant_role_arn: str | None = Field(default=None, alias="KOTOGURA_TENANT_ROLE_ARN")
    training_minutes: int = Field(default=600, ge=0, alias="KOTOGURA_TRAINING_MINUTES")
    searches_per_second: int = Field(default=50, ge=1, alias="KOTOGURA_SEARCHES_PER_SECOND")
    document_limit: int = Field(default=1_000_000, ge=0, alias="KOTOGURA_DOCUMENT_LIMIT")
    index_limit_bytes: int = Field(default=20_000_000_000, ge=0, alias="KOTOGURA_INDEX_LIMIT_BYTES")

    @property
    def limits(self) -> Limits:
        """What every tenant may use that has no limits of its own."""
        return Limits(
            searches_per_second=self.searches_per_second,
            document_count=self.document_limit,
            index_bytes=self.index_limit_bytes,
            training_minutes=self.training_minutes,
        )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings that `environment` holds.

        Raises:
            InvalidArgument: naming the variables that are missing or wrong.
        """
        try:
            return cls.model_validate(
                {name: value for name, value in environment.items() if name.startswith("KOTOGURA_")}
            )
        except ValidationError as error:
            names = ", ".join(sorted({str(entry["loc"][0]) for entry in error.errors()}))
            raise InvalidArgument(f"set these environment variables rightly: {names}") from None

    @classmethod
    def of_service(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings of a process that serves the whole API.

        Raises:
            InvalidArgument: naming all variables that are missing or wrong.
        """
        settings = cls.from_environment(environment)
        aliases = {name: str(field.alias) for name, field in cls.model_fields.items()}
        missing = [aliases[name] for name in _SERVICE if getattr(settings, name) is None]
        if missing:
            raise InvalidArgument(f"set these environment variables: {', '.join(missing)}")
        return settings


_SERVICE = (
    "documents_bucket",
    "store",
    "train_workflow_arn",
    "reindex_workflow_arn",
    "compact_workflow_arn",
    "upkeep_function",
    "token_issuer",
    "token_audience",
)


def required(value: T | None, name: str) -> T:
    """Return `value`, which this function or task can't do without."""
    if value is None:
        raise InvalidArgument(f"set the environment variable {name}")
    return value
