"""The handler that mends what events missed, outside the VPC: it starts workflows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import boto3

from kotogura.documents.reconciliation import PATIENCE, Repair, reconcile
from kotogura.errors import InvalidArgument
from kotogura.platform.clock import now
from kotogura.platform.ingest_workflow import IngestWorkflow
from kotogura.platform.metrics import RECONCILED
from kotogura.platform.settings import required
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.tenants.identity import TenantId

SHOWN_COUNT = 100


def reconcile_handler() -> Handler:
    """Return the handler that compares a tenant's bucket with its ledger, and starts `ingest`.

    With `dry_run` in the event, it only looks; `older_than_minutes` is the patience with events
    that are on their way, two hours without. It answers `found`, how many documents by what they
    differ in, the first 100 `document_ids`, `started_count`, and whether that is all: `complete`.
    """
    parts = Parts.from_environment()
    arn = required(parts.settings.ingest_workflow_arn, "KOTOGURA_INGEST_WORKFLOW_ARN")
    workflow = IngestWorkflow(boto3.client("stepfunctions"), arn)
    telemetry = Telemetry()

    def work(event: Event) -> Mapping[str, Any]:
        tenant, dry_run = TenantId(event["tenant"]), event.get("dry_run") is True
        patience = _patience(event.get("older_than_minutes"))
        document_ids: list[str] = []

        def mend(repair: Repair) -> None:
            if len(document_ids) < SHOWN_COUNT:
                document_ids.append(repair.document_id)
            if dry_run:
                return
            workflow.start(repair.event)
            telemetry.logger.warning(
                "document was missed",
                extra={"document_id": repair.document_id, "finding": repair.finding.value},
            )

        done = reconcile(tenant, parts.originals, parts.ledger, now(), mend, patience=patience)
        started_count = 0 if dry_run else done.found.total()
        if started_count:
            telemetry.add(RECONCILED, started_count, tenant=tenant)
        return {
            "tenant": tenant,
            "found": {finding.value: count for finding, count in sorted(done.found.items())},
            "document_ids": document_ids,
            "started_count": started_count,
            "complete": done.complete,
        }

    return telemetry.step(work)


def _patience(minutes: object) -> timedelta:
    if minutes is None:
        return PATIENCE
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 <= minutes <= 10_000:
        raise InvalidArgument("say `older_than_minutes` as a whole number from 0 to 10,000")
    return timedelta(minutes=minutes)
