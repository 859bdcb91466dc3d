"""Guard: SAM sees the parameters that a deployment gives, not their defaults alone.

SAM writes a parameter's value into what it generates, such as an HTTP API's CORS origins.
MiniStack hands it no values, so it took the template's defaults, whatever was given.
"""

from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers

from kotogura.local.guards.private_names import private, replace


def install() -> None:
    """Make given values the defaults of the template that SAM transforms."""
    transform = private(engine, "_apply_transforms")
    values_of = private(engine, "_transform_parameters")

    def with_values(template: Any, provided: Any = None, previous: Any = None) -> Any:
        values = values_of(template, provided, previous)
        declared = template.get("Parameters") or {}
        parameters = {
            name: {**one, "Default": values[name]} if name in values else one
            for name, one in declared.items()
        }
        return transform({**template, "Parameters": parameters}, provided, previous)

    for module in (engine, changesets, handlers):
        replace(module, "_apply_transforms", with_values)
