"""The HTTP API in memory: both functions behind the product's own adapter.

It checks no token: the claims are the tenant's own.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from kotogura.documents.identity import document_key
from kotogura.documents.quota import admit_all
from kotogura.platform.executions import Executions
from kotogura.platform.manage_api import Managed, manage_api
from kotogura.platform.model_workflow import ModelWorkflow
from kotogura.platform.reindex_workflow import DictionaryWorkflow
from kotogura.platform.search_api import search_api
from kotogura.platform.service.api import ApiService
from kotogura.platform.service.exchange import Request
from kotogura.platform.service.health import Readiness
from kotogura.platform.service.tokens import VerifyRequest
from kotogura.platform.telemetry import Telemetry
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.platform.uploads import BucketUploads
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import Limits
from kotogura.tenants.registry import TenantRecord
from tests.memory.functions import UpkeepOf
from tests.memory.library import Library
from tests.memory.multipart import MemoryMultipart
from tests.memory.openings import MemoryOpenings
from tests.memory.sentences import sudachi_sentences
from tests.memory.tenants import MemoryTenants, MemoryTrainings
from tests.memory.texts import MemoryTexts
from tests.memory.usage import MemoryUsage


class _Workflows:
    """Stands for Step Functions: what is started runs for ever."""

    def start_execution(self, **named: Any) -> dict[str, str]:
        return {"executionArn": f"arn:aws:states:us-east-1:123456789012:execution:{named['name']}"}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 — boto3's name
        name = executionArn.rpartition(":")[2]
        return {"status": "RUNNING", "name": name, "startDate": datetime.now(UTC), "input": "{}"}

    def list_executions(self, **_: Any) -> dict[str, Any]:
        return {"executions": []}


class _Bucket:
    """Stands for the documents bucket where `manage` needs it; what it removes stays."""

    def upload_url(self, tenant: TenantId, name: str, size_bytes: int, *_: Any, **__: Any) -> str:
        return f"https://example.com/{document_key(tenant, name)}?length={size_bytes}"

    def exists(self, *_: Any) -> bool:
        return True

    def download_url(self, tenant: TenantId, name: str) -> str:
        return f"https://example.com/{tenant}/documents/{name}"

    def remove(self, tenant: TenantId, name: str) -> None:
        """Do nothing."""


def _claims_of(tenant: TenantId, role: str | None) -> VerifyRequest:
    """Return what takes every request for one of the tenant's own, without a token."""
    claims: dict[str, str] = {"tenant": tenant} | ({"role": role} if role else {})
    return lambda _: claims


class Gateway:
    """The API over one library, behind the product's own adapter."""

    def __init__(self, library: Library, role: str | None = "admin") -> None:
        telemetry = Telemetry()
        tenants = MemoryTenants()
        tenants.create(TenantRecord(library.tenant, "港商事"))
        workflow: Any = _Workflows()
        trainings = TrainingWorkflow(MemoryTrainings(), tenants, workflow, "arn:workflow")
        arn = "arn:aws:states:us-east-1:123456789012:stateMachine:reindex"
        dictionaries = DictionaryWorkflow(MemoryTexts(), workflow, arn)
        bucket: Any = _Bucket()
        parts: Any = MemoryMultipart()
        apps = (
            search_api(library.service(), sudachi_sentences(), telemetry),
            manage_api(
                Managed(
                    originals=bucket,
                    uploads=BucketUploads(parts, "kotogura-documents"),
                    ledger=library.ledger,
                    trainings=trainings,
                    synonyms=MemoryTexts(),
                    dictionaries=dictionaries,
                    models=ModelWorkflow(UpkeepOf(library), "upkeep", workflow, "arn:compact"),
                    openings=MemoryOpenings(),
                    usage=MemoryUsage(),
                    tenants=tenants,
                    executions=Executions(workflow, {"reindex": arn}),
                    admit=admit_all,
                    limits_of=lambda _: Limits(),
                    stored_of=lambda _: None,
                ),
                telemetry,
            ),
        )
        readiness = Readiness(library.scratch, lambda: None)
        self.service = ApiService(apps, _claims_of(library.tenant, role), readiness, telemetry)

    def request(
        self,
        method: str,
        path: str,
        query: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return the answer with its body as text."""
        answer = self.service.answer(
            Request(
                method,
                path,
                urlencode(list(query), errors="surrogatepass"),
                {"content-type": "application/json"}
                | {name.lower(): value for name, value in (headers or {}).items()},
                lambda limit: body[:limit],
            )
        )
        return {
            "statusCode": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body.decode(),
        }
