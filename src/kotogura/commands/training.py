"""Starting a training and following it to its end."""

import time
from collections.abc import Mapping
from typing import Any

from kotogura.commands.api import Api
from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import TrainingFailed
from kotogura.commands.terminal import Terminal
from kotogura.semantics.trainings import TrainingRecord, TrainingState
from kotogura.tenants.identity import TenantId

_POLL_SECONDS = 0.5
_ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}


def described(progress: Mapping[str, Any]) -> str:
    """Return how far a training is, in a line: only what is known by then.

    >>> described({"stage": "fine-tune", "loss": 0.4321, "score": 0.87, "seconds_left": 95.2})
    'fine-tune, loss 0.432, watched MRR 0.870, 95 s left'
    >>> described({"stage": "export", "loss": None})
    'export'
    """
    parts = [str(progress["stage"])]
    for name, form in (
        ("loss", "loss {:.3f}"),
        ("score", "watched MRR {:.3f}"),
        ("seconds_left", "{:.0f} s left"),
    ):
        if progress.get(name) is not None:
            parts.append(form.format(float(progress[name])))
    return ", ".join(parts)


def run_training(
    deployment: Deployment,
    api: Api,
    tenant: TenantId,
    terminal: Terminal,
    deadline_seconds: float = 3_900,
) -> tuple[TrainingRecord, dict[str, Any]]:
    """Start a training and return its record and its workflow execution once both have ended.

    Raises:
        TrainingFailed: when it failed, with the reason in its record, or the deadline passed.
    """
    started = api.start_training()
    training_id, execution_arn = started["training_id"], started["execution_arn"]
    begun = time.monotonic()
    with terminal.progress(f"fine-tuning for {tenant}", None) as bar:
        while True:
            record = deployment.trainings.get(tenant, training_id)
            progress = (record.progress if record else None) or {}
            if "stage" in progress:
                bar.show(
                    progress["step"],
                    progress["steps"] or None,
                    f"fine-tuning for {tenant}: {described(progress)}",
                )
            execution = deployment.workflows.describe_execution(executionArn=execution_arn)
            if execution["status"] in _ENDED:
                break
            if time.monotonic() - begun > deadline_seconds:
                raise TrainingFailed(f"the training did not end in {deadline_seconds:.0f} s")
            time.sleep(_POLL_SECONDS)
    record = deployment.trainings.get(tenant, training_id)
    if record is None or execution["status"] != "SUCCEEDED":
        reason = (record.reason if record else None) or {}
        detail = reason.get("detail") or execution.get("error") or "no reason was recorded"
        raise TrainingFailed(f"the training of {tenant} failed: {detail}")
    if record.state is TrainingState.FAILED:
        raise TrainingFailed(f"the training of {tenant} failed: {(record.reason or {})['detail']}")
    facts = {
        "arn": execution_arn,
        "status": execution["status"],
        "workflow": execution["stateMachineArn"].rpartition(":")[2],
    }
    return record, facts
