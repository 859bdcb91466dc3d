"""The handlers of `functions/ingest`: extract a document, or record why that can't be done."""

import json
from collections.abc import Mapping
from typing import Any

from kotogura import errors
from kotogura.documents.changes import parse_event
from kotogura.documents.intake import quarantine, receive, skipped
from kotogura.documents.ledger import Reason
from kotogura.errors import TenantErased
from kotogura.index.changes import stage_removal
from kotogura.platform.metrics import QUARANTINED
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.tenants.identity import TenantId


def ingest_handler() -> Handler:
    """Return the handler that takes an S3 event in; see `Intake` for its answer.

    Nothing of a tenant that is erased is taken in, neither what still comes nor its own removal.
    """
    parts = Parts.from_environment()

    def work(event: Event) -> Mapping[str, Any]:
        change = parse_event(event)
        if parts.tenants.erased_at(change.tenant):
            return skipped(change, TenantErased.code).model_dump(exclude_none=True)
        intake = receive(
            event, parts.originals, parts.ledger, parts.files, parts.read, parts.quota.check
        )
        if intake.outcome == "removed":
            tenant = TenantId(intake.tenant)
            stage_removal(tenant, intake.document_id, intake.sequencer, parts.staged)
        return intake.model_dump(exclude_none=True)

    return Telemetry().step(work)


def quarantine_handler() -> Handler:
    """Return the handler that records a failure; see `Quarantined` for its answer."""
    parts = Parts.from_environment()

    telemetry = Telemetry()

    def work(event: Event) -> Mapping[str, Any]:
        reason = reason_of(event["error"])
        quarantined = quarantine(event["event"], reason, parts.ledger)
        if quarantined.outcome == "quarantined":
            telemetry.add(QUARANTINED, 1, code=quarantined.code, tenant=quarantined.tenant)
        return quarantined.model_dump()

    return telemetry.step(work)


def reason_of(error: Mapping[str, str]) -> Reason:
    """Return the reason that a state machine's error stands for.

    Our own errors carry a sentence for the tenant. Others, such as a timeout, are told by their
    name alone: their text may quote what must not be shown.

    >>> reason_of({"Error": "UndecodableText", "Cause": '{"errorMessage": "save as UTF-8"}'})
    Reason(code='undecodable-text', detail='save as UTF-8')
    >>> reason_of({"Error": "Sandbox.Timedout", "Cause": ""}).code
    'internal'
    """
    name = error.get("Error", "")
    found = getattr(errors, name, None)
    if isinstance(found, type) and issubclass(found, errors.KotoguraError):
        try:
            detail = json.loads(error.get("Cause", ""))["errorMessage"]
        except (ValueError, KeyError, TypeError):
            detail = found.code
        return Reason(found.code, detail)
    return Reason("internal", f"it could not be processed ({name}); upload it again")
