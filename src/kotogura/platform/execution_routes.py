"""The routes of a tenant's workflows, part of `functions/manage`: what ran, and a reindex."""

from dataclasses import asdict
from typing import Annotated

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel, Field

from kotogura.errors import ExecutionNotFound
from kotogura.platform.executions import Execution, Executions
from kotogura.platform.http import Limit, current_tenant
from kotogura.platform.operations import operation
from kotogura.platform.reindex_workflow import DictionaryWorkflow
from kotogura.tenants.roles import Role

ExecutionIdInPath = Annotated[
    str,
    Path(description="an execution's id", pattern=r"^[a-z]+\.[A-Za-z0-9_-]{1,80}$"),
]


class ExecutionView(BaseModel):
    """One run of a workflow."""

    execution_id: str
    workflow: str = Field(description="`train`, `reindex` or `compact`")
    state: str = Field(description="`running`, `succeeded`, `failed`, `timed-out` or `aborted`")
    started_at: str = Field(description="ISO 8601 in UTC")
    ended_at: str | None = Field(description="null while it runs")
    error: str | None = Field(description="class of the error that ended it")


class StepView(BaseModel):
    """A state that an execution entered."""

    name: str = Field(description="the state's, in `statemachines/`")
    started_at: str
    ended_at: str | None = Field(description="null where it was not left")
    error: str | None = Field(description="class of the error that it met")


class ExecutionList(BaseModel):
    """Executions, the newest first."""

    executions: list[ExecutionView]


class ExecutionDetail(ExecutionView):
    """An execution with its steps, in the order in which they began."""

    steps: list[StepView]


class ReindexStarted(BaseModel):
    """The execution that builds the index anew."""

    execution_id: str
    started: bool = Field(description="false where it was running already")


def add_execution_routes(
    app: APIGatewayHttpResolver, executions: Executions, reindexes: DictionaryWorkflow
) -> None:
    """Let `app` tell what ran for a tenant, and start a reindex."""

    @app.get(
        "/executions",
        **operation(
            "listExecutions",
            "Operations",
            "List what the workflows did for the tenant",
            description="Of the newest ten thousand executions of each workflow, the tenant's own.",
            answer="Executions, the newest first.",
            role=Role.ADMIN,
        ),
    )
    def list_executions(limit: Limit = 20) -> ExecutionList:
        found = executions.newest(current_tenant(app), limit)
        return ExecutionList(executions=[_view(one) for one in found])

    @app.get(
        "/executions/<execution_id>",
        **operation(
            "getExecution",
            "Operations",
            "See the steps of an execution",
            ExecutionNotFound,
            answer="The execution and its steps.",
            role=Role.ADMIN,
        ),
    )
    def get_execution(execution_id: ExecutionIdInPath) -> ExecutionDetail:
        execution, steps = executions.get(current_tenant(app), execution_id)
        return ExecutionDetail(
            **asdict(execution), steps=[StepView(**asdict(one)) for one in steps]
        )

    @app.post(
        "/reindex",
        **operation(
            "startReindex",
            "Operations",
            "Build the index anew from all documents",
            description="Searches go on by the old index until the new one is complete.",
            answer="The execution that does it.",
            status=202,
            role=Role.ADMIN,
        ),
    )
    def start_reindex() -> ReindexStarted:
        tenant = current_tenant(app)
        running = executions.running(tenant, "reindex")
        if running is not None:
            return ReindexStarted(execution_id=running, started=False)
        name = reindexes.start(tenant)
        return ReindexStarted(execution_id=f"reindex.{name}", started=True)


def _view(execution: Execution) -> ExecutionView:
    return ExecutionView(**asdict(execution))
