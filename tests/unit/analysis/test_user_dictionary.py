"""A user dictionary compiled, and what the analyzer makes of its words."""

from pathlib import Path

import pytest

from kotogura.analysis.analyzer import SudachiAnalyzer, fingerprint
from kotogura.analysis.analyzers import Analyzers
from kotogura.analysis.user_dictionary import compile_dictionary, digest_of, source_of
from kotogura.errors import StoreUnavailable
from kotogura.tenants.dictionaries import CONNECTIONS, parse_dictionary
from kotogura.tenants.identity import TenantId

MINATO, TSUBAME = TenantId("minato-shoji"), TenantId("tsubame")
TEXT = """\
湊式点検票,みなとしきてんけんひょう
きゃりこぽん,きゃりこぽん
ＡＢＣ商会,えーびーしーしょうかい
髙橋式電卓,たかはししきでんたく
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dictionaries of two tenants, under equal digests."""
    root = tmp_path_factory.mktemp("dictionaries")
    for tenant, text in ((MINATO, TEXT), (TSUBAME, "燕式点検票,つばめしきてんけんひょう")):
        for number in range(3):
            data = compile_dictionary(source_of(parse_dictionary(text)))
            (root / f"{tenant}-{number}.dic").write_bytes(data)
    return root


@pytest.fixture
def analyzers(analyzer: SudachiAnalyzer, folder: Path) -> Analyzers:
    return Analyzers(analyzer, lambda tenant, digest: folder / f"{tenant}-{digest}.dic", 2)


def terms(analyzer: SudachiAnalyzer, text: str) -> list[tuple[str, int, int]]:
    found = analyzer.analyze(text)
    return list(zip(found.terms, found.positions, found.widths, strict=True))


def test_equal_dictionaries_compile_to_equal_bytes() -> None:
    source = source_of(parse_dictionary(TEXT))
    assert compile_dictionary(source) == compile_dictionary(source)
    assert digest_of(source) == digest_of(source_of(parse_dictionary(f"# 湊\n{TEXT}")))
    assert digest_of(source) != digest_of(source_of(parse_dictionary(TEXT + "湊花子,みなと")))


def test_whatever_is_valid_compiles() -> None:
    rows = [f"湊式,ミナト,{','.join(kind)}" for kind in CONNECTIONS]
    rows += ["湊" * 100 + "," + "ミ" * 200, "「湊」,ミナト", '"湊,式",ミナト']
    columns = "湊式,0,5980,32767,湊式,新しい,品詞,一般,*,*,*,ミナトシキ,湊式,*,C,U0/U1,U1,*"
    assert compile_dictionary(source_of(parse_dictionary("\n".join([*rows, columns]))))


def test_a_coined_word_is_one_and_its_parts_stay(analyzers: Analyzers) -> None:
    own = analyzers.of(MINATO, "0")
    assert terms(analyzers.shared, "湊式点検票")[0] == ("湊", 0, 1)
    assert terms(own, "湊式点検票を") == [
        ("湊式点検票", 0, 4),
        ("湊", 0, 1),
        ("式", 1, 1),
        ("点検", 2, 1),
        ("票", 3, 1),
    ]
    found = own.analyze("新しい湊式点検票")
    assert "みなとしきてんけんひょう" in found.readings.terms
    assert (found.unit_starts[1], found.unit_ends[-1]) == (3, 8)


def test_kana_that_the_system_dictionary_would_cut_is_one_word_alone(analyzers: Analyzers) -> None:
    assert terms(analyzers.of(MINATO, "0"), "きゃりこぽん") == [("きゃりこぽん", 0, 1)]


@pytest.mark.parametrize("text", ["ABC商会", "ａｂｃ商会", "ＡＢＣ商会"])
def test_a_word_is_met_in_any_width_and_case(analyzers: Analyzers, text: str) -> None:
    met = {term for term, _, width in terms(analyzers.of(MINATO, "0"), text) if width == 2}
    assert len(met) == 1


def test_a_word_is_met_in_old_and_new_kanji(analyzers: Analyzers) -> None:
    own = analyzers.of(MINATO, "0")
    assert terms(own, "髙橋式電卓") == terms(own, "高橋式電卓")
    assert terms(own, "高橋式電卓")[0][2] == 3


def test_other_text_is_cut_as_before(analyzers: Analyzers) -> None:
    text = "空港までの日当は、旅費規程により精算する。COVID-19の時期も同じ。"
    assert analyzers.of(MINATO, "0").analyze(text) == analyzers.shared.analyze(text)


def test_a_dictionary_is_its_tenants_alone(analyzers: Analyzers) -> None:
    word = "湊式点検票"
    assert terms(analyzers.of(MINATO, "0"), word)[0][2] == 4
    assert terms(analyzers.of(TSUBAME, "0"), word) == terms(analyzers.shared, word)
    assert terms(analyzers.of(TSUBAME, "0"), "燕式点検票")[0][2] == 4
    assert terms(analyzers.of(MINATO, "0"), "燕式点検票")[0][2] == 1
    assert terms(analyzers.of(TSUBAME, None), word) == terms(analyzers.shared, word)


def test_the_fingerprint_tells_the_dictionary(analyzers: Analyzers) -> None:
    prints = {analyzers.of(MINATO, digest).fingerprint for digest in (None, "0", "1")}
    assert prints == {fingerprint(), fingerprint("0"), fingerprint("1")}
    assert len(prints) == 3


def test_the_least_lately_used_analyzer_goes_first(analyzers: Analyzers) -> None:
    first, second = analyzers.of(MINATO, "0"), analyzers.of(MINATO, "1")
    assert analyzers.of(MINATO, "0") is first
    analyzers.of(MINATO, "2")
    assert analyzers.of(MINATO, "0") is first
    assert analyzers.of(MINATO, "1") is not second
    assert analyzers.of(MINATO, None) is analyzers.shared


def test_a_dictionary_that_is_missing_or_broken_is_told(analyzers: Analyzers, folder: Path) -> None:
    with pytest.raises(StoreUnavailable):
        analyzers.of(MINATO, "none")
    (folder / f"{MINATO}-broken.dic").write_bytes(b"x" * 400)
    with pytest.raises(StoreUnavailable):
        analyzers.of(MINATO, "broken")
