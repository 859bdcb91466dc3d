"""Guard: policies' variables, `${aws:PrincipalTag/TenantId}` among them, take the request's values.

MiniStack compares them as they are written, so that a policy with a variable allows nothing. As on
AWS, a statement with a variable that the request has no value for doesn't match.
"""

import dataclasses
import re
from typing import Any

from ministack.core import iam_evaluator

from kotogura.local.guards.private_names import private, replace

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_LITERALS = "*?$"  # `${*}` is how a policy says an asterisk


class _NoValueError(Exception):
    """The request has no value for a variable."""


def install() -> None:
    """Put values in before statements, and trust policies' conditions, are compared."""
    first_match = private(iam_evaluator, "_first_match")
    conditions_met = private(iam_evaluator, "_conditions_met")
    private(iam_evaluator, "_resolve_condition_key")

    def first_match_of_values(context: Any, statements: list[Any], effect: str) -> Any:
        return first_match(context, list(_with_resources(context, statements)), effect)

    def conditions_met_by_values(conditions: dict[str, Any], context: Any) -> bool:
        try:
            return bool(conditions_met(_with_values(conditions, context), context))
        except _NoValueError:
            return False

    replace(iam_evaluator, "_first_match", first_match_of_values)
    replace(iam_evaluator, "_conditions_met", conditions_met_by_values)


def _with_resources(context: Any, statements: list[Any]) -> Any:
    for statement in statements:
        try:
            yield dataclasses.replace(
                statement,
                resources=_with_values(statement.resources, context),
                not_resources=_with_values(statement.not_resources, context),
            )
        except _NoValueError:
            continue


def _with_values(value: Any, context: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_values(one, context) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_values(one, context) for one in value]
    if not isinstance(value, str):
        return value
    return _VARIABLE.sub(lambda found: _value_of(found[1], context), value)


def _value_of(variable: str, context: Any) -> str:
    if variable in _LITERALS:
        return variable
    name, _, default = variable.partition(",")
    value = iam_evaluator._resolve_condition_key(name.strip(), context)
    if value is None and default:
        return default.strip().strip("'")
    if value is None or isinstance(value, list):
        raise _NoValueError
    return str(value)
