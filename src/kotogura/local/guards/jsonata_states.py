"""Guard: JSONata in Distributed Map and in Parallel.

MiniStack takes the expressions of these two literally: ItemReader's Arguments, Items, ItemSelector,
MaxConcurrency and the tolerances of a Distributed Map, and Parallel's Arguments; and it leaves out
their Output and Assign.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from kotogura.local.guards.private_names import private, replace

_State = dict[str, Any]
_LIMITS = ("MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage")
_DONE_HERE = ("Output", "Assign", "ItemsPath", "Arguments")


class _Selector(dict[str, Any]):
    """An ItemSelector to be evaluated once per item, with the state's own input."""

    def __init__(self, template: Any, state_input: Any) -> None:
        super().__init__(template=template, state_input=state_input)


def install() -> None:
    """Evaluate the expressions before the original runs, and Output and Assign after it."""
    for name in ("_state_query_language", "_apply_jsonata_template", "_apply_jsonata_arguments"):
        private(stepfunctions, name)
    for name in ("_apply_jsonata_output", "_apply_state_assign"):
        private(stepfunctions, name)
    _guard_selectors(private(stepfunctions, "_resolve_params_obj"))
    _guard_map(private(stepfunctions, "_run_distributed_map"))
    _guard_parallel(private(stepfunctions, "_run_parallel_branches"))


def _guard_selectors(resolve: Callable[..., Any]) -> None:
    def resolve_selector(template: Any, data: Any, ctx: Any = None) -> Any:
        if isinstance(template, _Selector):
            return stepfunctions._apply_jsonata_template(
                template["template"], template["state_input"], ctx
            )
        return resolve(template, data, ctx)

    replace(stepfunctions, "_resolve_params_obj", resolve_selector)


def _guard_map(run_map: Callable[..., Any]) -> None:
    def run(state: _State, state_input: Any, effective: Any, *surroundings: Any) -> Any:
        _processor, _execution, ctx = surroundings
        if stepfunctions._state_query_language(state, ctx) != "JSONata":
            return run_map(state, state_input, effective, *surroundings)

        def evaluate(template: Any) -> Any:
            return stepfunctions._apply_jsonata_template(template, state_input, ctx)

        plain = {key: value for key, value in state.items() if key not in _DONE_HERE}
        if "ItemReader" in state:
            reader = dict(state["ItemReader"])
            reader["Parameters"] = evaluate(reader.pop("Arguments", {}))
            reader["ReaderConfig"] = evaluate(reader.get("ReaderConfig") or {})
            plain["ItemReader"] = reader
        elif "Items" in state:
            effective = evaluate(state["Items"])
        for limit in _LIMITS:
            if limit in state:
                plain[limit] = evaluate(state[limit])
        if state.get("ItemSelector"):
            plain["ItemSelector"] = _Selector(state["ItemSelector"], state_input)
        result, following = run_map(plain, state_input, effective, *surroundings)
        return _output(state, state_input, ctx, result), following

    replace(stepfunctions, "_run_distributed_map", run)


def _guard_parallel(run_branches: Callable[..., Any]) -> None:
    def run(state: _State, state_input: Any, execution: Any, ctx: Any) -> Any:
        if stepfunctions._state_query_language(state, ctx) != "JSONata":
            return run_branches(state, state_input, execution, ctx)
        plain = {key: value for key, value in state.items() if key not in _DONE_HERE}
        arguments = stepfunctions._apply_jsonata_arguments(state, state_input, ctx)
        result, following = run_branches(plain, arguments, execution, ctx)
        return _output(state, state_input, ctx, result), following

    replace(stepfunctions, "_run_parallel_branches", run)


def _output(state: _State, state_input: Any, ctx: Any, result: Any) -> Any:
    output = stepfunctions._apply_jsonata_output(
        state, state_input, ctx, result=result, default=result
    )
    stepfunctions._apply_state_assign(state, state_input, ctx, result=result)
    return output
