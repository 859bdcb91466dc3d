"""Rule `sql-from-input`: SQL is constant; whatever comes from outside is a parameter of it.

What reaches `execute`, `executemany`, `executescript`, `sql` or a `Statement=` must be a literal,
or a name in capitals, which is a constant. A function that hands its own parameter `sql` on is a
way in as well: its callers are looked at instead. And no text that begins like SQL is put together
at run time.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from audit.findings import Rule, assigned, functions, last_name

_WAYS_IN = {"execute", "executemany", "executescript", "sql"}
_SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|DROP|COPY|ATTACH|PRAGMA|WITH)\s"
)
_HANDED_ON = "sql"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _look(modules: dict[Path, ast.Module]) -> Iterator[tuple[Path, ast.AST, str]]:
    ways_in: dict[str, int] = dict.fromkeys(_WAYS_IN, 0)
    while True:
        known = len(ways_in)
        for module in modules.values():
            for function in functions(module):
                ways_in |= _hands_on(function, ways_in)
        if len(ways_in) == known:
            break
    for path, module in modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call) and _is_made_sql(node):
                yield path, node, "SQL is put together at run time; pass values as parameters"
        own = {one.name for one in functions(module)}
        hand_on = {name for one in functions(module) for name in _hands_on(one, ways_in)}
        here = {name: at for name, at in ways_in.items() if name not in own - hand_on}
        for scope in (module, *functions(module)):
            for call in _own_calls(scope):
                for argument in _statements(call, here):
                    if not _is_constant(argument, scope):
                        yield path, argument, f"{ast.unparse(argument)} is no constant SQL"


def _own_calls(scope: ast.Module | _Function) -> Iterator[ast.Call]:
    """Yield the calls in a scope that are in no function within it."""
    waiting: list[ast.AST] = list(scope.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Function):
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting += ast.iter_child_nodes(node)


def _statements(call: ast.Call, ways_in: dict[str, int]) -> Iterator[ast.expr]:
    place = ways_in.get(last_name(call.func))
    if place is not None and len(call.args) > place:
        yield call.args[place]
    for keyword in call.keywords:
        if keyword.arg == "Statement":
            yield keyword.value


def _hands_on(function: _Function, ways_in: dict[str, int]) -> dict[str, int]:
    """Return `function` by name, and which argument it hands on to a way in, if it does."""
    parameters = [argument.arg for argument in function.args.args if argument.arg != "self"]
    hands_on = _HANDED_ON in parameters and any(
        isinstance(argument, ast.Name) and argument.id == _HANDED_ON
        for call in _own_calls(function)
        for argument in _statements(call, ways_in)
    )
    return {function.name: parameters.index(_HANDED_ON)} if hands_on else {}


def _is_constant(node: ast.expr, scope: ast.AST) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.BinOp(left=one, op=ast.Add(), right=other) | ast.IfExp(body=one, orelse=other):
            return _is_constant(one, scope) and _is_constant(other, scope)
        case ast.Subscript(value=table):
            return last_name(table).isupper()
        case ast.Name(id=name) if not name.strip("_").isupper() and isinstance(scope, _Function):
            if name == _HANDED_ON and _HANDED_ON in [one.arg for one in scope.args.args]:
                return True  # looked at where the function is called
            values = assigned(scope, name)
            return bool(values) and all(_is_constant(value, scope) for value in values)
        case _:
            return last_name(node).strip("_").isupper()


def _is_made_sql(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        made = any(isinstance(part, ast.FormattedValue) for part in node.values)
        return made and _begins_as_sql(node.values[0])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        fixed = all(isinstance(one, ast.Constant) or last_name(one).isupper() for one in values)
        return _begins_as_sql(node.left) and not fixed
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "format" and _begins_as_sql(node.func.value)
    return False


def _begins_as_sql(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(_SQL.match(node.value))
    )


SQL = Rule("sql-from-input", _look)
