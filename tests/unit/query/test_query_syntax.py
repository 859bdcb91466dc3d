"""The query language: what is an operator, what is ordinary text, and which column is at fault."""

import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kotogura.errors import QuerySyntaxError
from kotogura.query.parsing import may_have_operators, parse
from kotogura.query.tree import (
    All,
    Any,
    Boosted,
    Filter,
    InField,
    Node,
    Not,
    Phrase,
    Prefix,
    Run,
    Words,
    children,
    positive_text,
)

METADATA = {"tag", "date", "size", "部署"}


def read(query: str) -> Node:
    return parse(query, METADATA.__contains__)


@pytest.mark.parametrize(
    "query",
    [
        "出張の旅費はいつ精算すればよいですか？",
        "「有給休暇」とは",
        "旅費（国内）の上限",
        "旅費規程（抄",
        "1）旅費の上限 2）日当",
        ")))",
        "https://example.com/手引?p=1",
        "会議は10:30から",
        "C++ と C# の違い",
        "-5℃ で保管する薬",
        "気温 -5℃",
        "A -> B",
        "std::vector",
        "title: 会議",
        "Re: 見積もり",
        "日時:10月1日",
        "and or not",
        "ANDROID の ORACLE",
        "**重要**",
        "2*3",
        "*",
        ":",
        "^_^",
        "(^_^)",
        "print()",
        "~",
        "- 箇条書き",
        "一 − 二",
        "\ud800",
        "",
        "　",
    ],
)
def test_what_people_ask_is_ordinary_text(query: str) -> None:
    assert read(query) == Words(query, 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("旅費 AND 精算", All((Words("旅費", 1), Words("精算", 8)), 1)),
        ("旅費 OR 精算", Any((Words("旅費", 1), Words("精算", 7)), 1)),
        ("a OR b AND c", Any((Words("a", 1), All((Words("b", 6), Words("c", 12)), 6)), 1)),
        ("a b AND c", All((Words("a b", 1), Words("c", 9)), 1)),
        ("(a OR b) AND c", All((Any((Words("a", 2), Words("b", 7)), 2), Words("c", 14)), 1)),
        ("（a OR b） AND c", All((Any((Words("a", 2), Words("b", 7)), 2), Words("c", 14)), 1)),
        ("出張 NOT 海外", Run((Words("出張", 1), Not(Words("海外", 8), 4)), 1)),
        ("出張 -海外", Run((Words("出張", 1), Not(Words("海外", 5), 4)), 1)),
        ("出張 −海外", Run((Words("出張", 1), Not(Words("海外", 5), 4)), 1)),
        ("出張 －海外", Run((Words("出張", 1), Not(Words("海外", 5), 4)), 1)),
        ("-(海外 出張)", Not(Words("海外 出張", 3), 1)),
        ('"年次 休暇"', Phrase("年次 休暇", 1)),
        ("“年次休暇”", Phrase("年次休暇", 1)),
        ("＂年次休暇＂", Phrase("年次休暇", 1)),
        ('"a b"~3', Phrase("a b", 1, 3)),
        ('"a b"～３', Phrase("a b", 1, 3)),
        ('"a b" ~3', Run((Phrase("a b", 1), Words("~3", 7)), 1)),
        ("title:会議", InField("title", Words("会議", 7), 1)),
        ("Body:会議", InField("body", Words("会議", 6), 1)),
        ("title：会議", InField("title", Words("会議", 7), 1)),
        ("title:(a OR b)", InField("title", Any((Words("a", 8), Words("b", 13)), 8), 1)),
        ('title:"a b"', InField("title", Phrase("a b", 7), 1)),
        ("-title:a", Not(InField("title", Words("a", 8), 2), 1)),
        ("tag:人事", Filter("tag", "=", ("人事",), 1)),
        ('tag:"人事 部"', Filter("tag", "=", ("人事 部",), 1)),
        ("tag:人*", Filter("tag", "prefix", ("人",), 1)),
        ("tag:*", Filter("tag", "exists", (), 1)),
        ("部署:人事", Filter("部署", "=", ("人事",), 1)),
        ("size:>=10", Filter("size", ">=", ("10",), 1)),
        ("size:＜１０", Filter("size", "<", ("10",), 1)),
        ("date:2026-01-01..", Filter("date", "..", ("2026-01-01", ""), 1)),
        (
            "date:2026-01-01..2026-12-31",
            Filter("date", "..", ("2026-01-01", "2026-12-31"), 1),
        ),
        (
            'tag:(a OR "b c")',
            Any((Filter("tag", "=", ("a",), 1), Filter("tag", "=", ("b c",), 1)), 1),
        ),
        ("会議^2.5", Boosted(Words("会議", 1), 2.5, 1)),
        ('"a b"~1^3', Boosted(Phrase("a b", 1, 1), 3.0, 1)),
        ("(a b)^2 c", Run((Boosted(Words("a b", 2), 2.0, 1), Words("c", 9)), 1)),
        ("東京*", Prefix("東京", 1)),
        ("東京＊ 観光", Run((Prefix("東京", 1), Words("観光", 5)), 1)),
        ("日時:(a AND b)", Run((Words("日時:", 1), All((Words("a", 5), Words("b", 11)), 5)), 1)),
        (
            "旅費（国内）の上限 -海外",
            Run((Words("旅費（国内）の上限", 1), Not(Words("海外", 12), 11)), 1),
        ),
    ],
)
def test_operators_are_understood(query: str, expected: Node) -> None:
    assert read(query) == expected


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("旅費 AND", 4),
        ("AND 旅費", 1),
        ("旅費 OR AND 精算", 7),
        ("旅費 AND (精算 OR )", 12),
        ("旅費 NOT", 4),
        ("NOT NOT 旅費", 5),
        ("(旅費 -海外", 1),
        ("旅費) -海外", 3),
        ("（旅費 -海外", 1),
        ('旅費 "精算', 4),
        ("旅費^", 3),
        ("旅費^高", 3),
        ("旅費^0", 3),
        ("旅費^1000", 3),
        ('"旅費"~101', 5),
        ('"旅費"~99999', 5),
        ("title:^2", 7),
        ("(" * 17 + "a OR b" + ")" * 17, 17),
        ("a* " * 9, 25),
        ("\ud800 ( -a", 3),
    ],
)
def test_what_is_broken_is_refused_with_its_column(query: str, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as refused:
        read(query)
    assert refused.value.column == column
    assert refused.value.detail.startswith(f"column {column}: ")
    assert refused.value.members == {"column": column}


def test_a_query_has_a_bounded_number_of_parts() -> None:
    for query in ["a -b " * 10_000, '"a" ' * 10_000, "a OR " * 30_000 + "a", "a AND (" * 20_000]:
        with pytest.raises(QuerySyntaxError):
            read(query)


def test_an_error_does_not_quote_the_query() -> None:
    with pytest.raises(QuerySyntaxError) as refused:
        read("極秘計画 AND")
    assert "極秘" not in refused.value.detail


def test_what_is_excluded_is_not_looked_for() -> None:
    node = read('title:旅費 "精算 期限"~2 -海外 東京* size:>3 NOT (国外 出張)')
    assert positive_text(node) == "旅費 精算 期限 東京"


def test_a_question_does_not_import_the_parser() -> None:
    program = (
        "import sys; from kotogura.query.parsing import parse;"
        "parse('旅費はいくら？'); assert 'lark' not in sys.modules; parse('a AND b');"
        "assert 'lark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


SIGNS = """旅費 - − AND OR NOT ( ) （ ） " “ ＂ ^ 2 ~ ～3 * ＊ : ： title: tag: .. >= é x"""
ATOMS = st.sampled_from([*SIGNS.split(), " ", "\u3000", "\n", "\ud800", "\u200b"])


@settings(max_examples=400, deadline=None)
@given(st.lists(ATOMS, max_size=25).map("".join) | st.text(max_size=60))
@example("NOT -a")
@example('tag:("a" AND (b* OR -c))')
@example("tag:(title:a)")
def test_anything_is_a_query_or_points_at_a_column(query: str) -> None:
    node, column = outcome(query)
    if node is None:
        assert 1 <= column <= len(query)
    else:
        assert all(1 <= one.column <= max(1, len(query)) for one in everything(node))
        assert may_have_operators(query) or node == Words(query, 1)


def everything(node: Node) -> list[Node]:
    return [node, *(below for one in children(node) for below in everything(one))]


def outcome(query: str) -> tuple[Node | None, int]:
    try:
        return read(query), 0
    except QuerySyntaxError as error:
        return None, error.column
