"""The routes of how often a tenant's model is trained by itself, part of `functions/manage`."""

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel, Field

from kotogura.errors import TenantNotFound
from kotogura.platform.http import current_tenant
from kotogura.platform.operations import operation
from kotogura.tenants.registry import Cadence, TenantRegistry
from kotogura.tenants.roles import Role


class Schedule(BaseModel):
    """How often the model is trained by itself."""

    cadence: Cadence = Field(description="`off`, `daily` at 2, or `weekly` on Sundays at 1")


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
        record = tenants.get(current_tenant(app))
        if record is None:
            raise TenantNotFound("the tenant is not registered")
        return Schedule(cadence=record.cadence)

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
    def put_schedule(body: Schedule) -> Schedule:
        tenants.set_cadence(current_tenant(app), body.cadence)
        return body
