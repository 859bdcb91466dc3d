"""What a rule finds, and how a line says that it may stay.

A line that breaks a rule and is right all the same carries a mark, or has it before it: the rule
and the reason, as in `# audit: text-in-log - the field names of a table`. A mark without a reason
is none, and one that nothing needs is a finding itself.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_MARK = re.compile(r"# audit: (?P<rule>[a-z-]+) - (?P<reason>\S.{9,})")


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in the source that breaks a rule."""

    path: Path
    line: int
    rule: str
    detail: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.detail}"


Found = Iterator[tuple[ast.AST, str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by name, and what looks for breaches of it in all modules together."""

    name: str
    look: Callable[[dict[Path, ast.Module]], Iterator[tuple[Path, ast.AST, str]]]


def check(rules: tuple[Rule, ...], paths: list[Path]) -> list[Finding]:
    """Return all findings in these files, by place.

    Raises:
        SyntaxError: when a file isn't Python.
    """
    sources = {path: path.read_text("utf-8") for path in paths}
    modules = {path: ast.parse(source, str(path)) for path, source in sources.items()}
    marks = {
        (path, number): match["rule"]
        for path, source in sources.items()
        for number, line in enumerate(source.splitlines(), 1)
        if (match := _MARK.search(line))
    }
    used: set[tuple[Path, int]] = set()
    findings = []
    for rule in rules:
        for path, node, detail in rule.look(modules):
            line = getattr(node, "lineno", 1)
            excused = [at for at in (line, line - 1) if marks.get((path, at)) == rule.name]
            used |= {(path, at) for at in excused}
            if not excused:
                findings.append(Finding(path, line, rule.name, detail))
    findings += [
        Finding(path, line, rule, "this mark excuses nothing; take it away")
        for (path, line), rule in marks.items()
        if (path, line) not in used
    ]
    return sorted(findings, key=lambda found: (str(found.path), found.line))


def last_name(node: ast.AST) -> str:
    """Return the last part of a dotted name, or the empty string.

    >>> last_name(ast.parse("self.cache.get", mode="eval").body)
    'get'
    """
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a module, inner ones included."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def assigned(within: ast.AST, name: str) -> list[ast.expr]:
    """Return everything that is assigned to a name, or to an attribute `self.<name>`, within."""
    found: list[ast.expr] = []
    for node in ast.walk(within):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found += _bound(target, node.value, name)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value:
            found += _bound(node.target, node.value, name)
    return found


def _bound(target: ast.expr, value: ast.expr, name: str) -> list[ast.expr]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=False)
        return [bound for one, other in pairs for bound in _bound(one, other, name)]
    return [value] if last_name(target) == name else []
