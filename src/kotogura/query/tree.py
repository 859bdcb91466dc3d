"""What a query asks for, as a tree. All nodes are immutable and know where they begin.

A column counts code points of the query from 1. `Run` is what stands side by side: any of its bare
parts will do, but every part that is a phrase, a field, a filter or an exclusion, or a group of
nothing else, must hold.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

TextField: TypeAlias = Literal["title", "body"]
Operator: TypeAlias = Literal["=", ">", ">=", "<", "<=", "..", "prefix", "exists"]


@dataclass(frozen=True, slots=True)
class Words:
    """Bare text: words or a question, as it was typed."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every word that begins with `text`, which is as it was typed, without the asterisk."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text` as it stands, with at most `slop` more units between its words, all in all."""

    text: str
    column: int
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a field of metadata.

    Attributes:
        field: its name.
        operator: `..` has two values, of which one may be empty, `exists` none, the others one.
        values: as they were typed, in NFKC.
        column: where the field's name begins.
    """

    field: str
    operator: Operator
    values: tuple[str, ...]
    column: int


@dataclass(frozen=True, slots=True)
class InField:
    """`node`, in one field of the text alone."""

    field: TextField
    node: "Node"
    column: int


@dataclass(frozen=True, slots=True)
class Boosted:
    """`node`, its score multiplied by `factor`, which is above 0."""

    node: "Node"
    factor: float
    column: int


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever `node` does not match."""

    node: "Node"
    column: int


@dataclass(frozen=True, slots=True)
class Run:
    """Parts side by side; see above."""

    nodes: tuple["Node", ...]
    column: int


@dataclass(frozen=True, slots=True)
class All:
    """Parts joined by AND."""

    nodes: tuple["Node", ...]
    column: int


@dataclass(frozen=True, slots=True)
class Any:
    """Parts joined by OR."""

    nodes: tuple["Node", ...]
    column: int


Node: TypeAlias = Words | Prefix | Phrase | Filter | InField | Boosted | Not | Run | All | Any


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below `node`, in their order."""
    if isinstance(node, Run | All | Any):
        return node.nodes
    if isinstance(node, InField | Boosted | Not):
        return (node.node,)
    return ()


def positive_text(node: Node) -> str:
    """Return the text that `node` looks for, without what it excludes and without filters.

    >>> positive_text(Run((Words("旅費 精算", 1), Not(Words("海外", 8), 7)), 1))
    '旅費 精算'
    """
    if isinstance(node, Words | Phrase | Prefix):
        return node.text
    if isinstance(node, Not):
        return ""
    return " ".join(filter(None, map(positive_text, children(node))))
