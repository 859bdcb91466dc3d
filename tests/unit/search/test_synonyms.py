"""Synonyms at query time: one-way, two-way, of one word and of several, live at once."""

import pytest

from kotogura.analysis.analyzer import AnalyzedText, Analyzer
from kotogura.errors import UnanalyzableText
from kotogura.search.opened import OpenGenerations
from kotogura.search.query_words import query_words
from kotogura.search.service import SearchService
from kotogura.search.synonyms import LOOK_SECONDS, NO_SYNONYMS, SynonymRules, Synonyms
from kotogura.tenants.identity import TenantId
from kotogura.tenants.synonyms import parse_synonyms
from tests.memory.language import WordAnalyzer
from tests.memory.library import MINATO, Library
from tests.memory.texts import MemoryTexts

TEXTS = {
    "有休.txt": "有休は前日までに届ける。",
    "年次.txt": "年次有給休暇の日数を数える。",
    "年休.txt": "年休を半日ずつ使う。",
    "部長.txt": "部長が承認する。",
    "管理職.txt": "管理職の研修を開く。",
    "食堂.txt": "食堂は正午に開く。",
}
RULES = """
# 休暇
有休, 年次有給休暇, 年休
部長 => 管理職
社員食堂 => 食堂
PC, パソコン
"""


@pytest.fixture
def store() -> MemoryTexts:
    return MemoryTexts()


def service(library: Library, store: MemoryTexts) -> SearchService:
    opened = OpenGenerations(library.generations, library.files, library.models)
    return SearchService(opened, library.words, synonyms=store)


def found(library: Library, store: MemoryTexts, query: str) -> set[str]:
    answer = service(library, store).search(library.tenant, query, "words")
    return {hit.name.removesuffix(".txt") for hit in answer.hits}


def test_two_way_synonyms_find_each_other(japanese: Library, store: MemoryTexts) -> None:
    assert found(japanese, store, "有休") == {"有休"}
    store.put(MINATO, RULES)
    for query in ("有休", "年次有給休暇", "年休", "有休の日", "有休　申請"):
        assert found(japanese, store, query) == {"有休", "年次", "年休"}, query


def test_one_way_synonyms_find_one_way(japanese: Library, store: MemoryTexts) -> None:
    store.put(MINATO, RULES)
    assert found(japanese, store, "部長") == {"部長", "管理職"}
    assert found(japanese, store, "管理職") == {"管理職"}
    assert found(japanese, store, "社員食堂") >= {"食堂"}


def test_synonyms_hold_among_operators_and_not_in_phrases(
    japanese: Library, store: MemoryTexts
) -> None:
    store.put(MINATO, RULES)
    assert found(japanese, store, "部長 AND 開く") == {"管理職"}
    assert found(japanese, store, "body:部長") == {"部長", "管理職"}
    assert found(japanese, store, "開く -部長") == {"食堂"}
    assert found(japanese, store, '"部長"') == {"部長"}


def test_what_a_synonym_found_is_shown(japanese: Library, store: MemoryTexts) -> None:
    store.put(MINATO, RULES)
    answer = service(japanese, store).search(MINATO, "部長", "words")
    (hit,) = [hit for hit in answer.hits if hit.name == "管理職.txt"]
    start, end = hit.snippet.highlights[0]
    assert TEXTS["管理職.txt"][start:end] == "管理職"


def test_a_word_and_its_synonyms_count_once(japanese: Library, store: MemoryTexts) -> None:
    japanese.upload("両方.txt", "alpha beta gamma", "題")
    japanese.upload("一つ.txt", "alpha delta gamma", "題")
    store.put(MINATO, "alpha, beta")
    opened = OpenGenerations(japanese.generations, japanese.files, japanese.models)
    plain = SearchService(opened, japanese.words, rescoring=None, synonyms=store)
    scores = {hit.name: hit.score for hit in plain.search(MINATO, "alpha", "words").hits}
    assert scores["両方.txt"] == scores["一つ.txt"]


def test_a_change_is_seen_after_a_few_seconds(analyzer: Analyzer, store: MemoryTexts) -> None:
    now = [100.0]
    rules = SynonymRules(store, lambda: now[0])
    assert rules.of(MINATO, analyzer) == NO_SYNONYMS
    store.put(MINATO, RULES)
    now[0] += LOOK_SECONDS - 1
    assert rules.of(MINATO, analyzer) == NO_SYNONYMS
    assert store.read_count == 1
    now[0] += 2
    kept = rules.of(MINATO, analyzer)
    assert kept.by_first
    now[0] += LOOK_SECONDS
    assert rules.of(MINATO, analyzer) is kept  # read again, and found unchanged
    assert store.read_count == 3
    store.put(MINATO, "")
    now[0] += LOOK_SECONDS
    assert rules.of(MINATO, analyzer) == NO_SYNONYMS


def test_another_tenants_synonyms_are_not_used(japanese: Library, store: MemoryTexts) -> None:
    store.put(TenantId("tsubame"), RULES)
    assert found(japanese, store, "有休") == {"有休"}


def test_without_rules_a_query_stays_as_it_is(analyzer: Analyzer) -> None:
    words = query_words("有休の申請", analyzer)
    assert NO_SYNONYMS.expand(words) is words
    assert Synonyms.of(parse_synonyms("犬, 猫"), analyzer).expand(words) == words


def test_rules_of_dropped_words_alone_do_nothing(analyzer: Analyzer) -> None:
    synonyms = Synonyms.of(parse_synonyms("。, 、\n。 => 有休\n部長 => 。"), analyzer)
    for query in ("。、", "部長。", ""):
        words = query_words(query, analyzer)
        assert synonyms.expand(words) == words


def test_a_word_that_the_analyzer_refuses_spoils_no_other_rule() -> None:
    class Refusing(WordAnalyzer):
        def analyze(self, text: str) -> AnalyzedText:
            if text == "bad":
                raise UnanalyzableText("the analyzer refuses a character of the text")
            return super().analyze(text)

    analyzer = Refusing()
    synonyms = Synonyms.of(parse_synonyms("bad, good\ncar, automobile"), analyzer)
    (word,) = synonyms.expand(query_words("car", analyzer))
    assert ("automobile",) in [one.terms for one in word.alternatives]
    (word,) = synonyms.expand(query_words("good", analyzer))
    assert ("bad",) not in [one.terms for one in word.alternatives]


def test_a_source_of_several_words_stands_beside_them(analyzer: Analyzer) -> None:
    synonyms = Synonyms.of(parse_synonyms("電子 伝票 => voucher"), analyzer)
    for query in ("電子伝票の設定", "電子 伝票"):
        words = query_words(query, analyzer)
        (wide,) = [word for word in synonyms.expand(words) if word not in words]
        assert query[wide.start : wide.end] in {"電子伝票", "電子 伝票"}
        assert ("voucher",) in [one.terms for one in wide.alternatives]
    apart = query_words("伝票の電子", analyzer)
    assert synonyms.expand(apart) == apart
