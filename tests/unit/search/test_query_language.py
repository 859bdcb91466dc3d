"""The query language over Japanese documents, by word and by meaning."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.analysis.analyzer import Analyzer
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.errors import InvalidArgument, QuerySyntaxError
from kotogura.index.manifest import FIELDS
from kotogura.search.answers import Mode
from kotogura.search.marks import MarkedWords, Marks
from kotogura.search.resolution import words_of
from tests.memory.library import Library

TEXTS = {
    "空港.txt": ("関西国際空港への行き方", "関西国際空港まで電車で五十分かかる。"),
    "離れ.txt": ("国際会議の案内", "国際会議は空港の近くで開く。関西からも国際線で来られる。"),
    "旅費.txt": (
        "出張旅費の精算",
        "出張旅費の精算は帰社の翌週までに済ませる。海外出張は別に定める。",
    ),
    "国内.txt": ("国内出張の手引", "国内出張の旅費は実費で払う。精算には領収書が要る。"),
    "観光.md": ("# 東京の観光", "東京都には庭園が多い。東京タワーから海が見える。"),
    "開発.txt": ("開発の道具", "C++ と New York City の地図。気温は-5℃。"),
}


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return sudachi_analyzer()


@pytest.fixture(scope="module")
def japanese(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Library:
    library = Library(tmp_path_factory.mktemp("language"), analyzer=analyzer)
    for name, (title, body) in TEXTS.items():
        library.upload(name, body, title)
    return library


def found(library: Library, query: str) -> set[str]:
    return {name.partition(".")[0] for name in library.found(query)}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('"関西国際空港"', {"空港"}),
        ('"国際空港"', {"空港"}),
        ('"関西 国際 空港"', {"空港"}),
        ('"国際会議"', {"離れ"}),
        ('"出張旅費の精算"', {"旅費"}),
        ('"旅費の精算"', {"旅費"}),
        ('"旅費は精算"', {"旅費"}),  # a particle is a place, whichever it is
        ('"旅費精算"', set()),
        ('"旅費精算"~2', {"旅費"}),
        ('"旅費 精算"~9', {"旅費", "国内"}),
        ('"精算 旅費"~9', {"旅費", "国内"}),
        ('"精算 旅費"~3', {"旅費"}),
        ('"精算 旅費"~2', set()),
        ('"精算 旅費"', set()),
        ('"new york city"', {"開発"}),
        ('"C++"', {"開発"}),
        ("東京*", {"観光"}),
        ("とうきょう*", {"観光"}),
        ("ci*", {"開発"}),
        ("旅費 AND 海外", {"旅費"}),
        ("海外出張 AND 旅費", {"旅費"}),
        ("国際空港 AND 関西", {"空港", "離れ"}),
        ("出張 -海外", {"国内"}),
        ("出張 NOT 国内出張", {"旅費"}),
        ("旅費 －領収書", {"旅費"}),
        ("title:旅費", {"旅費"}),
        ("body:旅費", {"旅費", "国内"}),
        ("title:手引 OR 庭園", {"国内", "観光"}),
        ("type:markdown", {"観光"}),
        ("type:text 庭園", set()),
        ("（旅費 OR 庭園） AND 出張", {"旅費", "国内"}),
        ("空港 の", {"空港", "離れ"}),
        ("空港 AND の", {"空港", "離れ"}),
        ('"の"', set()),
        ("-の", set()),
        ("tag:人事", set()),
        ("-tag:人事 庭園", {"観光"}),
    ],
)
def test_japanese_is_found_as_written(japanese: Library, query: str, names: set[str]) -> None:
    assert found(japanese, query) == names


def test_nothing_but_an_exclusion_finds_the_rest(japanese: Library) -> None:
    assert found(japanese, "-出張") == {"空港", "離れ", "観光", "開発"}


def test_a_phrase_is_highlighted_where_it_stands(japanese: Library) -> None:
    (hit,) = japanese.service().search(japanese.tenant, '"国際空港" 電車', "words").hits
    assert hit.snippet is not None
    body = TEXTS["空港.txt"][1]
    assert [body[start:end] for start, end in hit.snippet.highlights] == ["国際空港", "電車"]
    assert "<mark>国際空港</mark>" in hit.snippet.html


def test_what_is_excluded_is_not_highlighted(japanese: Library) -> None:
    (hit,) = japanese.service().search(japanese.tenant, "精算 -海外", "words").hits
    assert hit.snippet is not None
    body = TEXTS["国内.txt"][1]
    assert [body[start:end] for start, end in hit.snippet.highlights] == ["精算"]


def test_a_question_scores_as_its_words_do_with_an_exclusion_beside_it(japanese: Library) -> None:
    service = japanese.service()
    query = "出張旅費の精算はいつまでですか"
    plain = service.search(japanese.tenant, query, "words").hits
    wrapped = service.search(japanese.tenant, f"{query} -庭園", "words").hits
    assert [(hit.name, hit.score) for hit in wrapped] == [(hit.name, hit.score) for hit in plain]


@pytest.mark.parametrize("mode", ["words", "meaning", "both"])
@pytest.mark.parametrize(
    "query",
    ["apple pear", "apple AND pear", "apple -plum", '"apple pear"^2 OR plum', "ap* title:fruit"],
)
def test_explanations_sum_to_scores_in_every_mode(tmp_path: Path, mode: Mode, query: str) -> None:
    library = fruits(tmp_path)
    hits = library.service().search(library.tenant, query, mode, explain=True).hits
    assert hits
    for hit in hits:
        assert hit.explanation is not None
        assert hit.explanation.value == pytest.approx(hit.score, abs=1e-6)
        if hit.explanation.kind == "sum":
            values = [part.value for part in hit.explanation.parts]
            assert sum(values) == pytest.approx(hit.score, abs=1e-6)


@pytest.mark.parametrize("mode", ["meaning", "both"])
def test_conditions_hold_for_a_search_by_meaning(tmp_path: Path, mode: Mode) -> None:
    library = fruits(tmp_path)

    def names(query: str) -> set[str | None]:
        return {hit.name for hit in library.service().search(library.tenant, query, mode).hits}

    assert names("apple") == {"0.txt", "1.txt", "3.md"}
    assert names("apple -plum") == {"0.txt", "3.md"}
    assert names("apple type:markdown") == {"3.md"}
    assert names('apple "pear fig"') == {"0.txt"}
    assert names("apple AND pear") == {"0.txt"}
    assert names("type:text") == {"0.txt", "1.txt", "2.txt"}


def fruits(folder: Path) -> Library:
    library = Library(folder)
    library.upload("0.txt", "apple pear fig", "fruit")
    library.upload("1.txt", "apple plum plum", "fruit")
    library.upload("2.txt", "pear quince", "fruit")
    library.upload("3.md", "apple apple quince", "# fruit")
    library.promote("a" * 64)
    return library


def test_a_broken_query_is_refused_and_not_searched_for(japanese: Library) -> None:
    with pytest.raises(QuerySyntaxError) as refused:
        japanese.service().search(japanese.tenant, "旅費 AND", "words")
    assert refused.value.column == 4


SIGNS = "AND OR NOT title: type: tag: size_bytes: >= .. 10 ッー 魈 C++ a* 旅費 出張 空港 国際"
TYPED = st.lists(
    st.sampled_from([*SIGNS.split(), *'"“()（）-−^2~*＊:： ', " ", "\u3000", "\ud800", "\u200b"]),
    max_size=20,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(query=TYPED | st.text(max_size=40))
def test_whatever_is_typed_is_answered_or_refused(japanese: Library, query: str) -> None:
    answered = outcome(japanese, query)
    assert answered is None or all(hit.explanation is not None for hit in answered)


def outcome(library: Library, query: str) -> list | None:
    try:
        return library.service().search(library.tenant, query, "words", explain=True).hits
    except InvalidArgument:
        return None


def test_a_long_phrase_is_sought_in_a_text_that_repeats_itself_in_seconds(
    library: Library,
) -> None:
    library.upload("a.txt", "pear " * 80_000)
    phrase = " ".join(["pear"] * 190)
    service = library.service()
    before = time.process_time()
    hits = service.search(library.tenant, f'"{phrase}"', "words").hits
    assert time.process_time() - before < 7
    assert [hit.name for hit in hits] == ["a.txt"]


def test_a_word_that_a_query_has_twice_is_highlighted_once(library: Library) -> None:
    library.upload("a.txt", "pear apple pear")
    reader = library.reader()
    words = words_of("pear", library.words, reader)
    once, twice = (Marks((MarkedWords(words, FIELDS),) * count) for count in (1, 2))
    assert len(once.places([0], reader)[0]) == 2
    assert twice.places([0], reader) == once.places([0], reader)
