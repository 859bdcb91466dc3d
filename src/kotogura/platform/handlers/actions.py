"""A function that is asked by hand: one event, one tenant, one of several actions."""

from collections.abc import Callable, Mapping
from typing import Any

from kotogura.errors import InvalidArgument
from kotogura.platform.telemetry import Event, Work
from kotogura.tenants.identity import TenantId

Action = Callable[[TenantId, Event], Mapping[str, Any]]


def by_action(actions: Mapping[str, Action]) -> Work:
    """Return what does as the event's `action` says, and answers with tenant and action beside."""

    def work(event: Event) -> Mapping[str, Any]:
        tenant, action = TenantId(event["tenant"]), actions.get(event.get("action", ""))
        if action is None:
            raise InvalidArgument(f"the action is one of {', '.join(actions)}")
        return {"tenant": tenant, "action": event["action"], **action(tenant, event)}

    return work
