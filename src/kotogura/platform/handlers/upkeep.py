"""The handler of `functions/upkeep`: what an operator asks of a tenant's index."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kotogura.errors import InvalidArgument
from kotogura.index.differences import differences
from kotogura.index.inspection import inspect
from kotogura.index.rollback import rollback
from kotogura.index.runs import built_count, check_run_id, find_plan
from kotogura.index.verification import verify
from kotogura.platform.clock import pause
from kotogura.platform.handlers.actions import Action, by_action
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.semantics.model_rollback import roll_back_model
from kotogura.tenants.identity import TenantId

SHOWN_PROBLEM_COUNT = 1_000
"""An answer of a function is limited to 6 MB."""


def upkeep_handler() -> Handler:
    """Return the handler that does the event's `action` for its `tenant`.

    `inspect` and `verify` answer `IndexReport` and `Verification`; `rollback` wants a `generation`
    and answers the one it published, with `Differences`; `rollback-model` may want a `model` and
    answers `ModelRollback`; `progress` wants a `run_id` and answers how many batches of that run
    are planned, None before its plan, and built.
    """
    parts = Parts.from_environment()

    def look(tenant: TenantId, _: Event) -> Mapping[str, Any]:
        return inspect(tenant, parts.generations, parts.files).model_dump()

    def check(tenant: TenantId, _: Event) -> Mapping[str, Any]:
        found = verify(tenant, parts.generations, parts.files)
        problem_count = len(found.problems)
        shown = found.model_copy(update={"problems": found.problems[:SHOWN_PROBLEM_COUNT]})
        return {**shown.model_dump(), "problem_count": problem_count}

    def go_back(tenant: TenantId, event: Event) -> Mapping[str, Any]:
        number = event.get("generation")
        if not isinstance(number, int) or isinstance(number, bool):
            raise InvalidArgument("name the generation to roll back to by its number")
        before = parts.generations.current(tenant)
        published = rollback(tenant, number, parts.generations, parts.files, pause).manifest
        since = differences(
            tenant, before.manifest if before else published, published, parts.directory
        )
        return {
            **since.model_dump(),
            "generation": published.generation,
            "content_of": number,
            "document_count": published.document_count,
            "model": published.model.digest if published.model else None,
        }

    def go_back_to_model(tenant: TenantId, event: Event) -> Mapping[str, Any]:
        digest = event.get("model")
        if digest is not None and not (isinstance(digest, str) and digest):
            raise InvalidArgument("name the model to roll back to by its digest, or none")
        return asdict(
            roll_back_model(tenant, digest, parts.generations, parts.files, pause),
        )

    def follow(tenant: TenantId, event: Event) -> Mapping[str, Any]:
        run_id = check_run_id(str(event.get("run_id", "")))
        planned = find_plan(tenant, run_id, parts.files)
        return {
            "run_id": run_id,
            "planned_batch_count": planned.batch_count if planned else None,
            "built_batch_count": built_count(tenant, run_id, parts.files),
        }

    actions: dict[str, Action] = {
        "inspect": look,
        "verify": check,
        "rollback": go_back,
        "rollback-model": go_back_to_model,
        "progress": follow,
    }

    return Telemetry().step(by_action(actions))
