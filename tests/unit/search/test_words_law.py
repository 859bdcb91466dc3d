"""Search by word equals a plain reference, and answers the same however segments are cut.

The reference is written from the formulas alone: no DuckDB, no numpy, no code of the product.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.documents.identity import document_id
from kotogura.search.answers import Hit
from kotogura.search.bm25 import Bm25Settings
from kotogura.search.service import SearchService
from tests.memory.library import Library

WORDS = ["apple", "pear", "plum", "fig"]
K1, B = 0.9, 0.5
WEIGHTS = {"title": 2.0, "body": 1.0}


@dataclass(frozen=True)
class Text:
    title: tuple[str, ...]
    body: tuple[str, ...]


def reference(
    texts: dict[str, Text], query: Sequence[str], weights: dict[str, float] | None = None
) -> list[tuple[str, float]]:
    """Return (name, score) of all documents that match, the best first, equals by document id."""
    weights = weights or WEIGHTS
    fields = {
        name: [(getattr(text, field), weight) for field, weight in weights.items()]
        for name, text in texts.items()
    }
    lengths = {
        name: sum(weight * len(words) for words, weight in some) for name, some in fields.items()
    }
    average = sum(lengths.values()) / max(1, len(lengths))
    scores: dict[str, float] = {}
    for word in dict.fromkeys(query):
        frequencies = {
            name: sum(weight * words.count(word) for words, weight in some)
            for name, some in fields.items()
        }
        having = [name for name, frequency in frequencies.items() if frequency]
        idf = math.log(1 + (len(texts) - len(having) + 0.5) / (len(having) + 0.5))
        for name in having:
            norm = 1 - B + B * lengths[name] / average
            gain = idf * frequencies[name] / (frequencies[name] + K1 * norm)
            scores[name] = scores.get(name, 0.0) + gain
    return sorted(scores.items(), key=lambda pair: (-pair[1], document_id(pair[0])))


def same_ranking(hits: list[Hit], expected: list[tuple[str, float]]) -> None:
    """Compare scores to a millionth, and order where the scores differ by more."""
    assert {hit.name for hit in hits} == {name for name, _ in expected}
    wanted = dict(expected)
    for hit in hits:
        assert hit.score == pytest.approx(wanted[hit.name], abs=1e-6)
    keys = [(-round(wanted[hit.name], 9), hit.document_id) for hit in hits]
    assert keys == sorted(keys)


words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(tuple)
collections = st.lists(st.builds(Text, title=words, body=words), min_size=1, max_size=7)
queries = st.lists(st.sampled_from([*WORDS, "quince"]), min_size=1, max_size=4)


def fill(library: Library, texts: dict[str, Text], cuts: Sequence[bool]) -> None:
    """Upload `texts`; where a cut is True, all segments so far become one."""
    for (name, text), cut in zip(texts.items(), cuts, strict=True):
        library.upload(name, " ".join(text.body), " ".join(text.title))
        if cut:
            library.compact()


@settings(max_examples=20)
@given(data=st.data(), collection=collections, query=queries)
def test_scores_equal_the_reference_and_no_merge_changes_them(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    collection: list[Text],
    query: list[str],
) -> None:
    library = Library(tmp_path_factory.mktemp("law"))
    texts = {f"{number}.txt": text for number, text in enumerate(collection)}
    cuts = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    fill(library, texts, cuts)
    gone = data.draw(st.sets(st.sampled_from(sorted(texts)), max_size=2))
    replaced = data.draw(st.sets(st.sampled_from(sorted(texts)), max_size=2)) - gone
    for name in sorted(gone):
        library.delete(name)
        del texts[name]
    for name in sorted(replaced):
        texts[name] = data.draw(st.builds(Text, title=words, body=words))
        library.upload(name, " ".join(texts[name].body), " ".join(texts[name].title))

    service = SearchService(library.service()._opened, library.words, rescoring=None)
    cut = service.search(library.tenant, " ".join(query), "words", 100)
    same_ranking(cut.hits, reference(texts, query))
    assert cut.total == len(cut.hits)
    library.compact()
    merged = service.search(library.tenant, " ".join(query), "words", 100)
    assert merged.hits == cut.hits
    limit = data.draw(st.integers(1, 7))
    best = service.search(library.tenant, " ".join(query), "words", limit)
    assert (best.hits, best.total) == (cut.hits[:limit], cut.total)


@settings(max_examples=8)
@given(
    collection=collections,
    query=queries,
    title=st.floats(0.1, 5),
    body=st.floats(0.1, 5),
)
def test_fields_count_by_their_weights(
    tmp_path_factory: pytest.TempPathFactory,
    collection: list[Text],
    query: list[str],
    title: float,
    body: float,
) -> None:
    library = Library(tmp_path_factory.mktemp("weights"))
    texts = {f"{number}.txt": text for number, text in enumerate(collection)}
    for name, text in texts.items():
        library.stage(library.put(name, " ".join(text.body), " ".join(text.title)))
    library.upload("0.txt", " ".join(texts["0.txt"].body), " ".join(texts["0.txt"].title))
    weights = {"title": title, "body": body}
    service = SearchService(
        library.service()._opened, library.words, Bm25Settings(K1, B, weights), None
    )
    found = service.search(library.tenant, " ".join(query), "words", 100)
    same_ranking(found.hits, reference(texts, query, weights))


@settings(max_examples=12)
@given(collection=collections, query=queries)
def test_no_merge_changes_what_rescoring_makes_of_scores(
    tmp_path_factory: pytest.TempPathFactory, collection: list[Text], query: list[str]
) -> None:
    library = Library(tmp_path_factory.mktemp("rescoring"))
    texts = {f"{number}.txt": text for number, text in enumerate(collection)}
    fill(library, texts, [False] * len(texts))
    before = library.service().search(library.tenant, " ".join(query), "words", 100)
    library.compact()
    after = library.service().search(library.tenant, " ".join(query), "words", 100)
    assert after.hits == before.hits


def test_equal_documents_come_by_their_ids(library: Library) -> None:
    names = [f"{number}.txt" for number in range(12)]
    for name in names:
        library.upload(name, "apple pear", "fruit")
    hits = library.service().search(library.tenant, "apple", "words", 5).hits
    assert [hit.document_id for hit in hits] == sorted(map(document_id, names))[:5]
    assert len({hit.score for hit in hits}) == 1
