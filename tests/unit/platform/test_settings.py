"""Settings come from the environment, and what is missing is named."""

from pathlib import Path

import pytest

from kotogura.errors import InvalidArgument
from kotogura.platform.settings import Settings, required
from kotogura.platform.wiring import Parts
from kotogura.tenants.limits import Limits

WHOLE = {
    "KOTOGURA_STAGE": "prod",
    "KOTOGURA_TRACING": "Active",
    "KOTOGURA_TABLE": "kotogura-table",
    "KOTOGURA_DOCUMENTS_BUCKET": "kotogura-documents",
    "KOTOGURA_STORE": "/mnt/kotogura",
    "KOTOGURA_BASE_MODEL": "/opt/kotogura/base-model",
    "KOTOGURA_INGEST_WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:ingest",
    "KOTOGURA_TRAIN_WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:train",
    "KOTOGURA_REINDEX_WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:reindex",
    "KOTOGURA_COMPACT_WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:compact",
    "KOTOGURA_UPKEEP_FUNCTION": "kotogura-upkeep",
    "KOTOGURA_ISOLATED_SEARCH": "kotogura-isolated:live",
    "KOTOGURA_TENANT_ROLE_ARN": "arn:aws:iam::123456789012:role/tenant",
    "KOTOGURA_FUNCTION_LOGS": "/kotogura/prod/functions",
    "KOTOGURA_TENANT": "minato-shoji",
    "KOTOGURA_TRAINING_ID": "20260101T000000000Z-minato-shoji",
    "KOTOGURA_TRAINING_MINUTES": "90",
    "KOTOGURA_TOKEN_ISSUER": "https://cognito-idp.us-east-1.amazonaws.com/pool",
    "KOTOGURA_TOKEN_AUDIENCE": "app",
    "KOTOGURA_TOKEN_KEYS": "/etc/kotogura/jwks.json",
    "KOTOGURA_EMBEDDING_ENDPOINT": "kotogura-{digest}",
    "KOTOGURA_DRAIN_SECONDS": "15",
    "KOTOGURA_SEARCHES_PER_SECOND": "7",
    "KOTOGURA_DOCUMENT_LIMIT": "1000",
    "KOTOGURA_INDEX_LIMIT_BYTES": "2000000",
}


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment({**WHOLE, "PATH": "/bin", "OTHER_TABLE": "x"})
    assert settings.model_dump() == {
        "stage": "prod",
        "tracing": "Active",
        "table": "kotogura-table",
        "documents_bucket": "kotogura-documents",
        "store": Path("/mnt/kotogura"),
        "base_model": Path("/opt/kotogura/base-model"),
        "ingest_workflow_arn": WHOLE["KOTOGURA_INGEST_WORKFLOW_ARN"],
        "train_workflow_arn": WHOLE["KOTOGURA_TRAIN_WORKFLOW_ARN"],
        "reindex_workflow_arn": WHOLE["KOTOGURA_REINDEX_WORKFLOW_ARN"],
        "compact_workflow_arn": WHOLE["KOTOGURA_COMPACT_WORKFLOW_ARN"],
        "upkeep_function": "kotogura-upkeep",
        "isolated_search": "kotogura-isolated:live",
        "tenant_role_arn": WHOLE["KOTOGURA_TENANT_ROLE_ARN"],
        "function_logs": "/kotogura/prod/functions",
        "tenant": "minato-shoji",
        "training_id": "20260101T000000000Z-minato-shoji",
        "training_minutes": 90,
        "token_issuer": "https://cognito-idp.us-east-1.amazonaws.com/pool",
        "token_audience": "app",
        "token_keys": "/etc/kotogura/jwks.json",
        "embedding_endpoint": "kotogura-{digest}",
        "drain_seconds": 15,
        "searches_per_second": 7,
        "document_limit": 1000,
        "index_limit_bytes": 2_000_000,
    }
    assert settings.limits == Limits(7, 1000, 2_000_000, 90)


def test_a_service_is_told_all_that_it_lacks_at_once() -> None:
    told = {**WHOLE, "KOTOGURA_TABLE": "kotogura-table"}
    assert Settings.of_service(told).drain_seconds == 15
    del told["KOTOGURA_TOKEN_ISSUER"], told["KOTOGURA_STORE"]
    with pytest.raises(InvalidArgument, match="KOTOGURA_STORE, KOTOGURA_TOKEN_ISSUER"):
        Settings.of_service(told)


def test_a_function_is_given_only_what_it_uses() -> None:
    settings = Settings.from_environment({"KOTOGURA_TABLE": "kotogura-table"})
    assert settings.stage == "dev"
    assert settings.store is settings.documents_bucket is settings.train_workflow_arn is None


def test_a_missing_table_is_named() -> None:
    with pytest.raises(InvalidArgument, match="KOTOGURA_TABLE"):
        Settings.from_environment({"KOTOGURA_STORE": "/mnt/kotogura"})


def test_what_a_function_needs_and_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WHOLE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KOTOGURA_TABLE", "kotogura-table")
    parts = Parts.from_environment()
    with pytest.raises(InvalidArgument, match="KOTOGURA_STORE"):
        _ = parts.files
    with pytest.raises(InvalidArgument, match="KOTOGURA_DOCUMENTS_BUCKET"):
        _ = parts.originals
    with pytest.raises(InvalidArgument, match="KOTOGURA_ANYTHING"):
        required(None, "KOTOGURA_ANYTHING")


def test_settings_do_not_change() -> None:
    settings = Settings.from_environment(WHOLE)
    with pytest.raises(ValueError, match="frozen"):
        settings.table = "another"
