"""The handler of `functions/upkeep/leaving.py`: the folder of a tenant who leaves."""

import time
from collections.abc import Mapping
from typing import Any

from kotogura.errors import Conflict
from kotogura.platform.handlers.actions import Action, by_action
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.tenant_folder import erase_folder, list_folder, read_piece
from kotogura.platform.wiring import Parts
from kotogura.tenants.identity import TenantId

ERASING_SECONDS = 600.0
"""The function ends after fifteen minutes."""


def leaving_handler() -> Handler:
    """Return the handler that does the event's `action` for its `tenant`.

    `list` may want a `prefix` and the name to go on `after`; `read` wants a `name` and may want
    where to `start`; `erase` goes on for ten minutes at most. All answer as `tenant_folder` says.
    """
    parts = Parts.from_environment()

    def listed(tenant: TenantId, event: Event) -> Mapping[str, Any]:
        prefix, after = str(event.get("prefix", "")), str(event.get("after") or "")
        return list_folder(tenant, parts.files, prefix, after)

    def read(tenant: TenantId, event: Event) -> Mapping[str, Any]:
        return read_piece(tenant, parts.files, str(event["name"]), int(event.get("start", 0)))

    def erased(tenant: TenantId, _: Event) -> Mapping[str, Any]:
        if not parts.tenants.erased_at(tenant):
            raise Conflict("mark the tenant as erased first; `kotogura tenant erase` does")
        began = time.monotonic()
        return erase_folder(tenant, parts.files, lambda: time.monotonic() - began < ERASING_SECONDS)

    actions: dict[str, Action] = {
        "list": listed,
        "read": read,
        "erase": erased,
    }

    return Telemetry().step(by_action(actions))
