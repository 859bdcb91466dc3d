"""The routes of when a tenant's model is trained by itself, and from what besides its documents."""

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel, Field

from kotogura.errors import TenantNotFound
from kotogura.platform.http import current_tenant
from kotogura.platform.operations import operation
from kotogura.tenants.identity import TenantId
from kotogura.tenants.openings import KEPT_DAYS
from kotogura.tenants.registry import Cadence, TenantRegistry
from kotogura.tenants.roles import Role


class ScheduleChange(BaseModel):
    """How often the model is to be trained by itself, and from what."""

    cadence: Cadence = Field(description="`off`, `daily` at 2, or `weekly` on Sundays at 1")
    learns_from_openings: bool | None = Field(
        None,
        strict=True,
        description="whether what people search for and open is kept, and learned from; as it was "
        "where it is left out",
    )


class Schedule(ScheduleChange):
    """How often the model is trained by itself, and from what besides its documents."""

    learns_from_openings: bool = Field(
        description=f"whether what people search for and open is kept for {KEPT_DAYS} days, and "
        "learned from"
    )


def add_schedule_routes(app: APIGatewayHttpResolver, tenants: TenantRegistry) -> None:
    """Let `app` tell and change the schedule of trainings."""

    @app.get(
        "/schedule",
        **operation(
            "getSchedule",
            "Trainings",
            "Read how often the model is trained by itself",
            TenantNotFound,
            answer="The schedule.",
        ),
    )
    def get_schedule() -> Schedule:
        return _schedule(tenants, current_tenant(app))

    @app.put(
        "/schedule",
        **operation(
            "putSchedule",
            "Trainings",
            "Say how often the model is trained by itself",
            TenantNotFound,
            answer="The schedule from now on.",
            role=Role.ADMIN,
        ),
    )
    def put_schedule(body: ScheduleChange) -> Schedule:
        tenant = current_tenant(app)
        tenants.set_cadence(tenant, body.cadence)
        if body.learns_from_openings is not None:
            tenants.set_learning(tenant, from_openings=body.learns_from_openings)
        return _schedule(tenants, tenant)


def _schedule(tenants: TenantRegistry, tenant: TenantId) -> Schedule:
    record = tenants.get(tenant)
    if record is None:
        raise TenantNotFound("the tenant is not registered")
    return Schedule(cadence=record.cadence, learns_from_openings=record.learns_from_openings)
