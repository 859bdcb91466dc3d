"""Words of a query and the ways they stand in an index; the real analyzer over a small library."""

from pathlib import Path

import pytest

from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.errors import AnalyzerMismatch
from kotogura.search.query_words import Alternative, query_words
from kotogura.search.resolution import places_of, words_of
from tests.memory.library import Library

ANALYZER = sudachi_analyzer()


@pytest.fixture
def japanese(tmp_path: Path) -> Library:
    return Library(tmp_path, analyzer=ANALYZER)


def found(library: Library, query: str) -> list[str]:
    hits = library.service().search(library.tenant, query, "words", 100).hits
    return sorted(hit.name for hit in hits if hit.name)


def test_a_compound_comes_before_its_parts_with_places_in_the_query():
    words = query_words("関西国際空港", ANALYZER)
    assert [(word.start, word.end, word.position, word.width) for word in words] == [
        (0, 6, 0, 3),
        (0, 2, 0, 1),
        (2, 4, 1, 1),
        (4, 6, 2, 1),
    ]


def test_the_forms_of_one_place_are_alternatives_of_one_word():
    (word,) = query_words("commit", ANALYZER)
    assert word.alternatives[:2] == (
        Alternative("word", ("コミット",)),
        Alternative("word", ("commit",)),
    )


def test_another_analyzers_index_is_refused():
    with pytest.raises(AnalyzerMismatch):
        query_words("空港", ANALYZER, "0123456789abcdef")


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("とうきょう", "東京の支店"),
        ("トウキョウ", "東京の支店"),
        ("tokyo", "東京の支店"),
        ("tōkyō", "東京の支店"),
        ("toukyou", "東京の支店"),
        ("しょうひぜい", "消費税の申告"),
        ("こんぴゅーた", "コンピューターを買う"),
        ("フガラン", "ホゲフガランドで会う"),
        ("龘", "魈龘の碑"),
        ("髙橋", "高橋の机"),
        ("高橋", "髙橋の机"),
        ("メモリー", "メモリを足す"),
        ("千", "千円の本"),
        ("芝公園", "東京都港区芝公園四丁目"),
        ("霞が関", "霞ケ関の庁舎"),
    ],
)
def test_a_word_is_found_however_it_is_written(japanese: Library, query: str, body: str):
    japanese.upload("a.txt", body)
    japanese.upload("b.txt", "傘を置き忘れた。")
    assert found(japanese, query) == ["a.txt"]


def test_signs_tell_words_apart(japanese: Library):
    japanese.upload("a.txt", "C++の本")
    japanese.upload("b.txt", "C言語の本")
    assert found(japanese, "C++") == ["a.txt"]


def test_an_english_word_is_not_read_as_japanese(japanese: Library):
    japanese.upload("a.txt", "伊達の城")
    assert found(japanese, "date") == []


def test_a_word_in_kana_hides_the_pieces_that_it_was_cut_into(japanese: Library):
    japanese.upload("a.txt", "自動車の鍵")
    japanese.upload("b.txt", "児童の鍵")
    assert found(japanese, "じどうしゃ") == ["a.txt"]


def test_a_word_counts_once_by_all_its_alternatives(japanese: Library):
    japanese.upload("a.txt", "東京の支店")
    japanese.upload("b.txt", "とうきょうの支店")
    hits = japanese.service().search(japanese.tenant, "とうきょう", "words", 10).hits
    assert len(hits) == 2
    reader = japanese.reader()
    (word,) = words_of("とうきょう", ANALYZER, reader)
    assert {one.stream for one in word.alternatives} == {"word", "reading"}


def test_grams_of_a_word_count_only_where_they_are_neighbours(japanese: Library):
    japanese.upload("a.txt", "ホゲフガランドで会う")
    japanese.upload("b.txt", "モゲフリはナフガルの隣")
    assert {"ゲフ", "フガ"} <= set(ANALYZER.analyze("モゲフリはナフガルの隣").grams.terms)
    assert found(japanese, "ゲフガ") == ["a.txt"]


@pytest.mark.parametrize(
    ("query", "shown"), [("とうきょう", "東京"), ("フガラン", "フガラン"), ("髙橋", "高橋")]
)
def test_matches_of_every_stream_are_shown(japanese: Library, query: str, shown: str):
    body = "高橋は東京のホゲフガランドへ。"
    japanese.upload("a.txt", body)
    reader = japanese.reader()
    words = words_of(query, ANALYZER, reader)
    spans = places_of(words, [0], reader)[0]
    marked = {place for span in spans for place in range(span.start, span.end)}
    assert "".join(body[place] for place in sorted(marked)) == shown


def test_a_merge_keeps_readings_and_grams(japanese: Library):
    japanese.upload("a.txt", "東京のホゲフガランド")
    japanese.upload("b.txt", "大阪の店")
    before = found(japanese, "とうきょう"), found(japanese, "フガラン")
    japanese.compact()
    assert (
        (found(japanese, "とうきょう"), found(japanese, "フガラン")) == before == (["a.txt"],) * 2
    )
