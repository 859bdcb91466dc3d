"""Parsing with the grammar in `operators.lark`: tokens, checks that name columns, and the tree."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, VisitError

from kotogura.errors import QuerySyntaxError
from kotogura.query.tree import (
    All,
    Any,
    Boosted,
    Filter,
    InField,
    Node,
    Not,
    Operator,
    Phrase,
    Prefix,
    Run,
    TextField,
    Words,
)

DEPTH_LIMIT = 16
"""How deep parentheses may stand within each other."""
PART_LIMIT = 64
"""How many words between operators, phrases and filters a query may have."""
PREFIX_LIMIT = 8
SLOP_LIMIT = 100
LEAST_BOOST, GREATEST_BOOST = 0.01, 100.0

_NOTHING = Words("", 1)
_BINARY = {"AND", "OR"}
_UNARY = {"NOT", "MINUS"}
_COMPARISONS: tuple[Operator, ...] = (">=", "<=", ">", "<")


def parse_operators(query: str, is_field: Callable[[str], bool]) -> Node:
    """Return the tree of `query`; one without operators is `Words`. Raises QuerySyntaxError."""
    parser = _parser()
    try:
        tokens = list(parser.lex(query))
        _check_operators(tokens)
        _check_parentheses(tokens)
        _check_size(tokens)
        if not tokens:
            return Words(query, 1)
        tree = parser.parse(query)
        found: _Items = _Builder(query, is_field).transform(tree)
    except UnexpectedCharacters as error:
        # Every other character is a word's.
        place = error.pos_in_stream or 0
        if query[place] == "^":
            raise _refusal("a boost is ^ and a number, as in ^2", place + 1) from None
        raise _refusal("the quotation mark has no second one", place + 1) from None
    except UnexpectedInput as error:
        raise _refusal(
            "something is missing here or stands here too much", (error.pos_in_stream or 0) + 1
        ) from None
    except VisitError as error:
        if isinstance(error.orig_exc, QuerySyntaxError):
            raise error.orig_exc from None
        raise
    return _joined(query, found).node


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("operators.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer="basic")


def _check_operators(tokens: Sequence[Token]) -> None:
    """Refuse an operator that has nothing to work on."""
    for before, token in pairwise([None, *tokens, None]):
        kind = token.type if token else "RPAR"
        if kind in _BINARY and (before is None or before.type in {*_BINARY, "LPAR"}):
            raise _refusal(f"{kind} needs something before it", token)
        if before is None or kind not in {*_BINARY, *_UNARY, "RPAR"}:
            continue
        if before.type in _UNARY:
            reason = "one exclusion is enough" if kind in _UNARY else "say what to exclude"
            raise _refusal(reason, token if kind in _UNARY else before)
        if before.type in _BINARY and kind == "RPAR":
            raise _refusal(f"{before.type} needs something after it", before)


def _check_parentheses(tokens: Sequence[Token]) -> None:
    opened: list[Token] = []
    for token in tokens:
        if token.type == "LPAR":
            opened.append(token)
        elif token.type == "RPAR":
            if not opened:
                raise _refusal("the parenthesis was never opened", token)
            opened.pop()
        if len(opened) > DEPTH_LIMIT:
            raise _refusal(f"parentheses nest more than {DEPTH_LIMIT} deep", token)
    if opened:
        raise _refusal("the parenthesis is never closed", opened[-1])


def _check_size(tokens: Sequence[Token]) -> None:
    """Refuse what would take long to answer."""
    parts = prefixes = 0
    for before, token in pairwise([None, *tokens]):
        if token is None:
            continue
        parts += _begins_a_part(token, before)
        prefixes += token.type == "PREFIX"
        if parts > PART_LIMIT:
            raise _refusal(f"a query has at most {PART_LIMIT} parts", token)
        if prefixes > PREFIX_LIMIT:
            raise _refusal(f"a query has at most {PREFIX_LIMIT} words with *", token)


def _begins_a_part(token: Token, before: Token | None) -> bool:
    """Return whether `token` is more than another bare word beside the one before it."""
    if token.type == "WORD":
        return before is None or before.type != "WORD"
    return token.type in {"PREFIX", "QUOTED", "FIELD", "BOOST", "LPAR"}


def _refusal(reason: str, where: Token | int | None) -> QuerySyntaxError:
    column = _column(where) if isinstance(where, Token) else where or 1
    return QuerySyntaxError(f"column {column}: {reason}", column)


def _column(token: Token) -> int:
    return (token.start_pos or 0) + 1


@dataclass(frozen=True, slots=True)
class _Item:
    """A node, and which characters of the query it takes."""

    node: Node
    start: int
    end: int


_Items = list[_Item]


@v_args(inline=True)
class _Builder(Transformer[Token, "_Items"]):
    """Makes nodes, from the leaves upwards; every method returns the items that stand there."""

    def __init__(self, query: str, is_field: Callable[[str], bool]) -> None:
        super().__init__()
        self._query = query
        self._is_field = is_field

    def start(self, items: _Items) -> _Items:
        return items

    def disjunction(self, *parts: _Items | Token) -> _Items:
        return self._combined(Any, parts)

    def conjunction(self, *parts: _Items | Token) -> _Items:
        return self._combined(All, parts)

    def run(self, *parts: _Items) -> _Items:
        items: _Items = []
        for item in (item for part in parts for item in part):
            if items and isinstance(items[-1].node, Words) and isinstance(item.node, Words):
                first = items.pop()
                text = self._query[first.start : item.end]
                items.append(_Item(Words(text, first.start + 1), first.start, item.end))
            else:
                items.append(item)
        return [_joined(self._query, items)]

    def exclusion(self, sign: Token, items: _Items) -> _Items:
        inner = _joined(self._query, items)
        return [_Item(Not(inner.node, _column(sign)), _start(sign), inner.end)]

    def boosted(self, items: _Items, sign: Token) -> _Items:
        factor = float(unicodedata.normalize("NFKC", sign[1:]))
        if not LEAST_BOOST <= factor <= GREATEST_BOOST:
            raise _refusal(f"a boost is {LEAST_BOOST} to {GREATEST_BOOST:.0f}", sign)
        inner = _joined(self._query, items)
        return [_Item(Boosted(inner.node, factor, inner.start + 1), inner.start, _end(sign))]

    def word(self, token: Token) -> _Items:
        return [_Item(Words(str(token), _column(token)), _start(token), _end(token))]

    def prefix(self, token: Token) -> _Items:
        return [_Item(Prefix(token[:-1], _column(token)), _start(token), _end(token))]

    def phrase(self, quoted: Token, proximity: Token | None = None) -> _Items:
        digits = unicodedata.normalize("NFKC", proximity[1:]) if proximity else "0"
        if len(digits) > 4 or int(digits) > SLOP_LIMIT:
            raise _refusal(
                f"the words of a phrase may be at most {SLOP_LIMIT} apart",
                proximity or quoted,
            )
        node = Phrase(quoted[1:-1], _column(quoted), int(digits))
        return [_Item(node, _start(quoted), _end(proximity or quoted))]

    def group(self, left: Token, *parts: _Items | Token) -> _Items:
        inner, right = parts if len(parts) == 2 else ([_Item(_NOTHING, 0, 0)], parts[0])
        node = _joined(self._query, cast("_Items", inner)).node
        return [_Item(node, _start(left), _end(cast("Token", right)))]

    def field(self, name: Token, items: _Items) -> _Items:
        known = unicodedata.normalize("NFKC", name[:-1])
        inner = _joined(self._query, items)
        place = _column(name)
        if known.lower() in ("title", "body"):
            field = cast("TextField", known.lower())
            return [_Item(InField(field, inner.node, place), _start(name), inner.end)]
        for field_name in (known, known.lower()):
            if self._is_field(field_name):
                node = _filter(field_name, inner.node, place)
                return [_Item(node, _start(name), inner.end)]
        text = _Item(Words(str(name), place), _start(name), _end(name))
        return [text, *items]

    def _combined(self, kind: type[All] | type[Any], parts: Sequence[_Items | Token]) -> _Items:
        items = [_joined(self._query, part) for part in parts if isinstance(part, list)]
        if len(items) == 1:
            return items
        nodes = tuple(item.node for item in items)
        return [_Item(kind(nodes, items[0].start + 1), items[0].start, items[-1].end)]


def _filter(field: str, value: Node, column: int) -> Node:
    """Return the condition that `field` is `value`, a word, a quoted text or several by OR."""
    if isinstance(value, Phrase):
        return Filter(field, "=", (unicodedata.normalize("NFKC", value.text),), column)
    if isinstance(value, Prefix):
        return Filter(field, "prefix", (unicodedata.normalize("NFKC", value.text),), column)
    if isinstance(value, Words):
        conditions = [_condition(field, text, column) for text in value.text.split()]
        return conditions[0] if len(conditions) == 1 else Any(tuple(conditions), column)
    if isinstance(value, Any | All | Run):
        nodes = tuple(_filter(field, node, column) for node in value.nodes)
        kind = All if isinstance(value, All) else Any
        return kind(nodes, column)
    if isinstance(value, Not):
        return Not(_filter(field, value.node, column), column)
    raise _refusal("a field of metadata has values, joined by OR at most", value.column)


def _condition(field: str, typed: str, column: int) -> Filter:
    text = unicodedata.normalize("NFKC", typed).replace("≥", ">=").replace("≤", "<=")
    if text == "*":
        return Filter(field, "exists", (), column)
    low, dots, high = text.partition("..")
    if dots and (low or high):
        return Filter(field, "..", (low, high), column)
    for operator in _COMPARISONS:
        if text.startswith(operator) and len(text) > len(operator):
            return Filter(field, operator, (text[len(operator) :],), column)
    return Filter(field, "=", (text,), column)


def _joined(query: str, items: _Items) -> _Item:
    """Return several items side by side as one."""
    if len(items) == 1:
        return items[0]
    start, end = items[0].start, items[-1].end
    if all(isinstance(item.node, Words) for item in items):
        return _Item(Words(query[start:end], start + 1), start, end)
    return _Item(Run(tuple(item.node for item in items), start + 1), start, end)


def _start(token: Token) -> int:
    return token.start_pos or 0


def _end(token: Token) -> int:
    return token.end_pos or 0
