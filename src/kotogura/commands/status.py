"""What a deployment looks like now."""

from collections import Counter
from typing import Any

from kotogura.commands.deployment import Deployment
from kotogura.commands.terminal import Terminal
from kotogura.commands.training import described
from kotogura.tenants.identity import TenantId


def show_status(deployment: Deployment, terminal: Terminal) -> None:
    """Show addresses, and of each tenant its documents by state, its generation and its model."""
    tenants = [_tenant(deployment, record.tenant) for record in deployment.tenants.all()]
    terminal.line(f"API      {deployment.api_url}")
    terminal.line(f"bucket   s3://{deployment.bucket}")
    if deployment.endpoint:
        terminal.line(f"endpoint {deployment.endpoint}")
    terminal.rows(
        ["tenant", "documents", "generation", "last training"],
        [
            [
                entry["tenant"],
                ", ".join(f"{count} {state}" for state, count in entry["documents"].items()),
                str(entry["generation"]),
                _training(entry),
            ]
            for entry in tenants
        ],
    )
    terminal.result(
        {"api_url": deployment.api_url, "bucket": deployment.bucket, "tenants": tenants}
    )


def _tenant(deployment: Deployment, tenant: TenantId) -> dict[str, Any]:
    states: Counter[str] = Counter()
    cursor: str | None = None
    while True:
        page = deployment.ledger.page(tenant, cursor=cursor)
        states.update(record.state.value for record in page.records)
        cursor = page.cursor
        if cursor is None:
            break
    pointer = deployment.pointers.get(tenant)
    trainings = deployment.trainings.newest(tenant, 1)
    return {
        "tenant": tenant,
        "documents": dict(states),
        "generation": pointer.generation if pointer else 0,
        "training": trainings[0].state.value if trainings else None,
        "progress": trainings[0].progress if trainings else None,
    }


def _training(entry: dict[str, Any]) -> str:
    """Return what the last training came to, or how far it is.

    >>> progress = {"stage": "fine-tune", "step": 12, "steps": 50, "seconds_left": 9.0}
    >>> _training({"training": "running", "progress": progress})
    'running: fine-tune, 9 s left, step 12 of 50'
    """
    if entry["training"] is None:
        return "none"
    progress = entry["progress"] or {}
    if "stage" not in progress:
        return str(entry["training"])
    steps = f", step {progress['step']} of {progress['steps']}" if progress.get("steps") else ""
    return f"{entry['training']}: {described(progress)}{steps}"
