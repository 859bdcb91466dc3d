"""Guard: what an update of a nested stack leaves alone keeps its attributes.

MiniStack forgets them, so that `Fn::GetAtt` of an unchanged resource fails the update, and the
stack can't be rolled back either: a state folder would not survive a change of the template.
"""

from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import provisioners

from kotogura.local.guards.private_names import private, replace


def install() -> None:
    """Hand the attributes that the stack knows to an update that was called without any."""
    update = private(provisioners, "_update_resource")
    stacks = private(cloudformation, "_stacks")

    def update_resource(
        resource_type: str,
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack_name: str,
        logical_id: str | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> Any:
        if attributes is None:
            known = (stacks.get(stack_name) or {}).get("_resources", {})
            attributes = known.get(logical_id, {}).get("Attributes")
        return update(resource_type, physical_id, old, new, stack_name, logical_id, attributes)

    replace(provisioners, "_update_resource", update_resource)
