"""Guard: a nested stack's template is transformed, as CloudFormation does.

MiniStack transforms the template of a stack that somebody asks for, but not those that it names, so
that a function or a workflow in one is a resource type that nobody knows.
"""

from contextvars import ContextVar
from typing import Any

from ministack.services.cloudformation import engine, provisioners

from kotogura.local.guards.private_names import private, replace

# The parameters that the nested stack in work is given; None while none is.
_given: ContextVar[list[dict[str, str]] | None] = ContextVar("given", default=None)


def install() -> None:
    """Have SAM transform each nested template, with the parameters that it is given."""
    deploy = private(provisioners, "_cfn_nested_stack_deploy")
    parse = private(engine, "_parse_template")
    private(engine, "_apply_transforms")

    def deploy_transformed(
        logical_id: str, properties: dict[str, Any], parent: str, **before: Any
    ) -> Any:
        values = (properties.get("Parameters") or {}).items()
        token = _given.set([{"Key": name, "Value": str(value)} for name, value in values])
        try:
            return deploy(logical_id, properties, parent, **before)
        finally:
            _given.reset(token)

    def parse_transformed(text: str) -> Any:
        template, given = parse(text), _given.get()
        # Looked up now: another guard stands in its place.
        return template if given is None else private(engine, "_apply_transforms")(template, given)

    replace(provisioners, "_cfn_nested_stack_deploy", deploy_transformed)
    replace(engine, "_parse_template", parse_transformed)
