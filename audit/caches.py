"""Rule `cache-without-tenant`: a cache that outlives a request is keyed by the tenant first.

A process serves one tenant after another, so three forms are looked at: functions under `cache` or
`lru_cache` that take arguments, none of them a `TenantId`; an `OrderedDict`, which is what caches
here are made of, whose keys don't begin with a `TenantId`; and what is got from or put into
something called `cache` under a key that doesn't begin with the tenant.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from audit.findings import Rule, assigned, functions, last_name

_MEMOS = {"cache", "lru_cache"}
_TENANT = "TenantId"
_KEYS = ("key", "_key")


def _look(modules: dict[Path, ast.Module]) -> Iterator[tuple[Path, ast.AST, str]]:
    for path, module in modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.AnnAssign) and not _keyed(node.annotation):
                yield path, node, f"{ast.unparse(node.target)} is not keyed by tenant first"
        for function in functions(module):
            for memo in _memos(function):
                if not _takes_tenant(function):
                    yield path, memo, f"{function.name} remembers across tenants"
            makes_key = function.name in _KEYS and _has_cache(module)
            if makes_key and not _returns_tenant_first(function, module):
                yield path, function, "this key of a cache doesn't begin with the tenant"
            for key in _keys(function):
                if not _begins_with_tenant(key, function, module):
                    yield path, key, f"{ast.unparse(key)} doesn't begin with the tenant"


def _memos(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if last_name(called) in _MEMOS:
            yield decorator


def _takes_tenant(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the function has the tenant among its arguments, or takes none: one for everybody."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    if not arguments and not function.args.vararg and not function.args.kwarg:
        return True
    return any(
        argument.annotation is not None and _TENANT in ast.unparse(argument.annotation)
        for argument in arguments
    )


def _keyed(annotation: ast.expr) -> bool:
    if not isinstance(annotation, ast.Subscript) or last_name(annotation.value) != "OrderedDict":
        return True
    kinds = annotation.slice
    key = kinds.elts[0] if isinstance(kinds, ast.Tuple) else kinds
    if isinstance(key, ast.Subscript) and last_name(key.value) == "tuple":
        key = key.slice.elts[0] if isinstance(key.slice, ast.Tuple) else key.slice
    return last_name(key) == _TENANT


def _keys(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """Yield what a function uses as a key of a cache."""
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("get", "put", "setdefault")
            and last_name(node.func.value).strip("_").endswith("cache")
            and node.args
        ):
            yield node.args[0]
        elif isinstance(node, ast.Subscript) and last_name(node.value).strip("_").endswith("cache"):
            yield node.slice


def _begins_with_tenant(key: ast.expr, function: ast.AST, module: ast.Module) -> bool:
    if isinstance(key, ast.Tuple):
        return bool(key.elts) and _begins_with_tenant(key.elts[0], function, module)
    if isinstance(key, ast.Starred):
        return _begins_with_tenant(key.value, function, module)
    if isinstance(key, ast.Call):  # itself held to the rule, where it is defined
        return last_name(key.func) in _KEYS
    name = last_name(key)
    if name.strip("_") == "tenant":
        return True
    values = assigned(function if isinstance(key, ast.Name) else module, name) if name else []
    return bool(values) and all(_begins_with_tenant(value, function, module) for value in values)


def _has_cache(module: ast.Module) -> bool:
    attributes = (node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute))
    return any(name.strip("_") == "cache" for name in attributes)


def _returns_tenant_first(
    function: ast.FunctionDef | ast.AsyncFunctionDef, module: ast.Module
) -> bool:
    returns = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return all(
        value is not None and _begins_with_tenant(value, function, module) for value in returns
    )


CACHES = Rule("cache-without-tenant", _look)
