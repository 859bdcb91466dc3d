"""What a tenant may use, and how much of it is used now."""

from pydantic import BaseModel, Field

from kotogura.documents.quota import StoredOf
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import LimitsOf
from kotogura.tenants.usage import Stored


class Allowance(BaseModel):
    """A limit, and how much of it is used."""

    limit: int
    used: float = Field(description="may lie above the limit, where that was lowered")


class AllowanceView(BaseModel):
    """What the tenant may use."""

    searches_per_second: int = Field(description="requests to searches, as a lasting rate")
    search_burst: int = Field(description="so many at once after a rest")
    documents: Allowance = Field(description="that can be found")
    index_bytes: Allowance = Field(description="of the index and its vectors")
    training_minutes: Allowance = Field(description="of this month, in UTC")


class Allowances:
    """Tells what a tenant may use, and how much of it is used."""

    def __init__(
        self, limits_of: LimitsOf, stored_of: StoredOf, trainings: TrainingWorkflow
    ) -> None:
        self._limits_of = limits_of
        self._stored_of = stored_of
        self._trainings = trainings

    def of(self, tenant: TenantId, at: str) -> AllowanceView:
        """Return them as they are `at`, ISO 8601 in UTC."""
        limits, stored = self._limits_of(tenant), self._stored_of(tenant) or Stored(0, 0)
        minutes = self._trainings.minutes_spent(tenant, at)
        return AllowanceView(
            searches_per_second=limits.searches_per_second,
            search_burst=limits.search_burst,
            documents=Allowance(limit=limits.document_count, used=stored.document_count),
            index_bytes=Allowance(limit=limits.index_bytes, used=stored.index_bytes),
            training_minutes=Allowance(limit=limits.training_minutes, used=round(minutes, 2)),
        )
