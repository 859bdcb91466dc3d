"""Asking the upkeep function, and running a reindex to its end."""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import RebuildFailed, UpkeepFailed
from kotogura.commands.terminal import Terminal
from kotogura.errors import Internal
from kotogura.platform.upkeep_calls import ask_upkeep
from kotogura.tenants.identity import TenantId

_POLL_SECONDS = 1.0


def ask(deployment: Deployment, tenant: TenantId, action: str, **wanted: Any) -> dict[str, Any]:
    """Return what the upkeep function answers to `action`.

    Raises:
        KotoguraError: of the function's own class, when it refuses.
        UpkeepFailed: when it broke, or ran out of time.
    """
    try:
        return ask_upkeep(
            deployment.functions,
            deployment.outputs["UpkeepFunctionName"],
            tenant,
            action,
            **wanted,
        )
    except Internal as error:
        if type(error) is Internal:
            raise UpkeepFailed(error.detail) from None
        raise


def rebuild(
    deployment: Deployment,
    tenant: TenantId,
    terminal: Terminal,
    run_id: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Run `reindex` to its end and return what it answers; with `run_id`, go on with that run.

    Raises:
        RebuildFailed: when the workflow failed; the message tells how to resume the run.
    """
    run_id = run_id or uuid4().hex
    started = deployment.workflows.start_execution(
        stateMachineArn=deployment.outputs["ReindexStateMachineArn"],
        # By this name the tenant finds it among its own.
        name=f"{uuid4().hex}-{tenant}",
        input=json.dumps({"tenant": tenant, "run_id": run_id}),
    )
    terminal.note(f"run {run_id}")
    with terminal.progress(f"reindexing {tenant}", None) as bar:
        while True:
            execution = deployment.workflows.describe_execution(
                executionArn=started["executionArn"]
            )
            if execution["status"] != "RUNNING":
                break
            done = ask(deployment, tenant, "progress", run_id=run_id)
            bar.show(done["built_batch_count"], done["planned_batch_count"])
            sleep(_POLL_SECONDS)
    if execution["status"] != "SUCCEEDED":
        why = execution.get("error") or execution["status"]
        raise RebuildFailed(
            f"the reindex of {tenant} failed ({why}); resume it with --run {run_id}"
        )
    answer: dict[str, Any] = json.loads(execution["output"])
    return answer
