"""The text of synonyms: rules in the form of Solr and Elasticsearch, and what is wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.errors import InvalidSynonyms
from kotogura.tenants import synonyms
from kotogura.tenants.synonyms import SynonymRule, parse_synonyms
from kotogura.tenants.texts import TenantText


def both(*words: str) -> SynonymRule:
    return SynonymRule(words, words)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", ()),
        ("\n # nothing\n\n", ()),
        ("有休, 年次有給休暇,年休", (both("有休", "年次有給休暇", "年休"),)),
        ("部長,課長=>管理職", (SynonymRule(("部長", "課長"), ("管理職",)),)),
        ("PC => パソコン, 計算機 # 略", (SynonymRule(("PC",), ("パソコン", "計算機")),)),
        ("a, b\r\nc, d\re, f", (both("a", "b"), both("c", "d"), both("e", "f"))),
        ("電子  メール\t, mail", (both("電子 メール", "mail"),)),
        (r"C\#, シー\, シャープ", (both("C#", "シー, シャープ"),)),
        (r"a\=>b, c=d", (both("a=>b", "c=d"),)),
        (r"\\, backslash", (both("\\", "backslash"),)),
    ],
)
def test_rules_are_read(text: str, rules: tuple[SynonymRule, ...]) -> None:
    assert parse_synonyms(text) == rules


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("有休", "line 1: there is one word alone"),
        ("a, b\n\nc,, d", "line 3: a word is missing"),
        ("=> b", "line 1: a word is missing"),
        ("a =>", "line 1: a word is missing"),
        ("=>", "line 1: a word is missing"),
        ("a, ", "line 1: a word is missing"),
        ("a => b => c", "line 1: there is more than one =>"),
        (",".join("abcdefghijklmnopqrstu"), "line 1: there are above 20 words"),
        ("a, " + "b" * 101, "line 1: a word is above 100 characters"),
        ("語" * 34_000, "above 100,000 bytes"),
        ("a, \ud800", "no Unicode character"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InvalidSynonyms) as raised:
        parse_synonyms(text)
    assert told in raised.value.detail
    assert "\n" not in raised.value.detail


def test_the_first_wrong_lines_are_told_and_how_many_more() -> None:
    with pytest.raises(InvalidSynonyms) as raised:
        parse_synonyms("\n".join(["秘密"] * 8))
    assert [f"line {number}" in raised.value.detail for number in range(1, 9)] == [
        *[True] * 5,
        *[False] * 3,
    ]
    assert raised.value.detail.endswith("; and 3 more")
    assert "秘密" not in raised.value.detail


def test_rules_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synonyms, "RULE_LIMIT", 2)
    assert len(parse_synonyms("a, b\nc, d")) == 2
    with pytest.raises(InvalidSynonyms):
        parse_synonyms("a, b\nc, d\ne, f")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        rules = parse_synonyms(text)
    except InvalidSynonyms:
        return
    assert all(word.strip() for rule in rules for word in (*rule.sources, *rule.targets))


def test_versions_differ_with_the_text() -> None:
    assert TenantText.of("").version == ""
    assert TenantText.of("a, b").version != TenantText.of("a, c").version
