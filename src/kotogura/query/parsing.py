"""From what was typed to a tree, or to an error that points at the column."""

import re
from collections.abc import Callable

from kotogura.query.tree import Node, Words

TEXT_FIELDS = ("title", "body")

_PARENTHESES = re.compile(r"[()（）]")

_SIGNS = frozenset('"“”„＂()（）^*＊:：-−－')
_CAPITALS = ("AND", "OR", "NOT", "ＡＮＤ", "ＯＲ", "ＮＯＴ")
_OPERATORS = re.compile(
    r'["“”„＂()（）^*＊:：]|(?<!\S)[-−－](?=[^\W\d_])|(?<!\S)(?:AND|OR|NOT|ＡＮＤ|ＯＲ|ＮＯＴ)(?!\S)'
)


def may_have_operators(query: str) -> bool:
    """Return whether `query` holds anything that could be an operator; a question seldom does.

    >>> may_have_operators("出張の旅費はいつ精算する？"), may_have_operators("旅費 -海外")
    (False, True)
    """
    if _SIGNS.isdisjoint(query) and not any(word in query for word in _CAPITALS):
        return False  # an eighth of the time that the expression takes
    return _OPERATORS.search(query) is not None


def parse(query: str, is_field: Callable[[str], bool] = lambda _: False) -> Node:
    """Return what `query` asks for; `Words` with all of its text if it has no operator.

    Args:
        query: as it was typed.
        is_field: tells names of metadata. Another name before a colon is ordinary text, as is the
            colon; `title` and `body` are always fields.

    Raises:
        QuerySyntaxError: where an operator lacks what it needs. `column` tells where.

    >>> parse("旅費の精算")
    Words(text='旅費の精算', column=1)
    >>> parse("旅費規程（抄")
    Words(text='旅費規程（抄', column=1)
    """
    if not any(may_have_operators(_PARENTHESES.sub(blank, query)) for blank in ("", " ")):
        return Words(query, 1)  # 約款(抄 and 1） are text, where no operator needs a group
    from kotogura.query.grammar import parse_operators  # noqa: PLC0415 — few queries need a parser

    node = parse_operators(query, is_field)
    return Words(query, 1) if isinstance(node, Words) else node
