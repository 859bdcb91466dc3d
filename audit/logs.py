"""Rule `text-in-log`: no log, metric or trace holds a text, a query, or a term.

A message is a constant; facts go into named fields. Names of what people wrote may not appear among
them, nor an exception or its traceback, which may quote it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from audit.findings import Rule, functions, last_name

_WRITERS = {"logger", "log", "logging", "metrics", "tracer", "telemetry"}
_METHODS = {
    *("debug", "info", "warning", "error", "critical", "exception", "log", "append_keys"),
    *("add_metadata", "add_dimension", "put_annotation", "put_metadata", "set_correlation_id"),
}
_WRITTEN_BY_PEOPLE = {
    *("text", "texts", "body", "title", "titles", "heading", "headings", "content", "snippet"),
    *("query", "queries", "q", "term", "terms", "word", "words", "filter", "filters"),
    *("synonyms", "suggestion", "suggestions", "passage", "passages", "highlights", "hit", "hits"),
    *("token", "password", "authorization", "email"),
}


def _look(modules: dict[Path, ast.Module]) -> Iterator[tuple[Path, ast.AST, str]]:
    for path, module in modules.items():
        caught = {
            (function.lineno, handler.name)
            for function in functions(module)
            for handler in ast.walk(function)
            if isinstance(handler, ast.ExceptHandler) and handler.name
        }
        errors = {name for _, name in caught}
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and _writes(node):
                for detail in _breaches(node, errors):
                    yield path, node, detail


def _writes(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS:
        return False
    return last_name(call.func.value).strip("_") in _WRITERS


def _breaches(call: ast.Call, errors: set[str]) -> Iterator[str]:
    method = last_name(call.func)
    if method == "exception":
        yield "`exception` writes an error's message; use `error` with `where_raised`"
    if call.args and not (isinstance(call.args[0], ast.Constant)):
        yield "the message is no constant; put facts into fields"
    for keyword in call.keywords:
        if keyword.arg == "exc_info":
            yield "`exc_info` writes an error's message; use `where_raised`"
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield from _quoted(value, errors)
    for keyword in call.keywords:
        if keyword.arg in _WRITTEN_BY_PEOPLE:
            yield f"`{keyword.arg}` is what people wrote"


def _quoted(value: ast.expr, errors: set[str]) -> Iterator[str]:
    """Yield the names in a logged value that stand for what people wrote."""
    if isinstance(value, ast.Call) and last_name(value.func) in ("len", "where_raised", "type"):
        return
    name = last_name(value)
    if name in _WRITTEN_BY_PEOPLE:
        yield f"`{name}` is what people wrote"
    if isinstance(value, ast.Name) and value.id in errors:
        yield f"`{value.id}` is an error; its message may quote what people wrote"
    if isinstance(value, ast.Subscript) and _is_written(value.slice):
        yield f"{ast.unparse(value)} is what people wrote"
    if isinstance(value, ast.Dict):
        for key in value.keys:
            if key is not None and _is_written(key):
                yield f"{ast.unparse(key)} is what people wrote"
    if isinstance(value, ast.Attribute):  # of an error: its `code` and `kind` quote nothing
        return
    for child in ast.iter_child_nodes(value):
        if isinstance(child, ast.expr):
            yield from _quoted(child, errors)


def _is_written(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in _WRITTEN_BY_PEOPLE


LOGS = Rule("text-in-log", _look)
