"""Queries that find a word written otherwise; the real analyzer over a small library."""

from pathlib import Path

import pytest

from kotogura.analysis.tokenizers import sudachi_analyzer
from tests.memory.library import Library

ANALYZER = sudachi_analyzer()


def found(library: Library, query: str) -> list[str | None]:
    hits = library.service().search(library.tenant, query, "words", 100).hits
    return [hit.name for hit in hits]


@pytest.mark.parametrize(
    ("query", "body", "other"),
    [
        ("ﾄｳｷﾖｳ", "東京の倉庫です。", "京都の倉庫です。"),
        ("カブシキガイシャ", "ｶﾌﾞｼｷｶﾞｲｼﾔカモメより入金。", "ｺﾞｳﾄﾞｳｶﾞｲｼﾔカモメより入金。"),
        ("無し", "添付なしの便。", "添付の多い便。"),
        ("20歳", "二十歳になる人へ。", "会員になる人へ。"),
        ("二十歳", "20歳になる人へ。", "20年になる人へ。"),
        ("1人", "受付に一人いる。", "受付に猫がいる。"),
        ("ほか", "課長外二名が来た。", "課長が来た。"),
        ("飲まされた", "薬を飲む前に食べる。", "薬を塗る前に洗う。"),
        ("世論", "輿論を調べる。", "実地を調べる。"),
        ("㈲", "有限会社かもめへ送る。", "合同会社かもめへ送る。"),
        ("0665432109", "電話は06-6543-2109です。", "電話は06-6543-2100です。"),
        ("wi-fi6e", "新しいwifi6eの機器。", "新しい有線の機器。"),
        ("すたっふ", "スタッフを募る。", "商品を売る。"),
    ],
)
def test_the_other_spelling_is_found_and_no_other_word(
    tmp_path: Path, query: str, body: str, other: str
) -> None:
    library = Library(tmp_path, analyzer=ANALYZER)
    library.upload("one.txt", body)
    library.upload("other.txt", other)
    assert found(library, query) == ["one.txt"]


@pytest.mark.parametrize(("query", "body"), [("動かさない", "机が動く。"), ("外", "他の人。")])
def test_what_is_another_word_is_not_found(tmp_path: Path, query: str, body: str) -> None:
    library = Library(tmp_path, analyzer=ANALYZER)
    library.upload("one.txt", body)
    assert found(library, query) == []
