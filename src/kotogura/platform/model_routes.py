"""The route of a tenant's model, part of `functions/manage`."""

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel, Field

from kotogura.errors import ModelNotFound
from kotogura.platform.http import current_tenant
from kotogura.platform.model_workflow import ModelWorkflow
from kotogura.platform.operations import operation
from kotogura.tenants.roles import Role


class ModelChoice(BaseModel):
    """Which model to serve by; without one, the model that served before the present one."""

    model: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{8,64}$",
        description="its digest, or the first eight digits or more of it",
    )


class ModelRolledBack(BaseModel):
    """The model that serves now."""

    model: str = Field(description="its digest")
    previous: str = Field(description="digest of the model that served before")
    generation: int = Field(description="from which on it serves")
    unembedded_document_count: int = Field(
        description="documents that are found by word only until their vectors are made"
    )
    execution_arn: str | None = Field(
        description="of the workflow that makes them; null where none are missing"
    )


def add_model_routes(app: APIGatewayHttpResolver, models: ModelWorkflow) -> None:
    """Let `app` roll a tenant's model back."""

    @app.post(
        "/model/rollback",
        **operation(
            "rollBackModel",
            "Trainings",
            "Serve by an earlier model again",
            ModelNotFound,
            description=(
                "The documents stay as they are. A model can come back as long as one of the ten "
                "latest generations names it; the problem `model-not-found` lists those that can."
            ),
            answer="The model that serves now.",
            role=Role.ADMIN,
        ),
    )
    def roll_back(body: ModelChoice) -> ModelRolledBack:
        return ModelRolledBack.model_validate(models.roll_back(current_tenant(app), body.model))
