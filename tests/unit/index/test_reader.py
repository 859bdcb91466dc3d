"""Reading one generation: postings, places, documents, and what is cached of them."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from kotogura.documents.identity import document_id
from kotogura.errors import CorruptIndex, StoreUnavailable
from kotogura.index import reader as reader_module
from kotogura.index.cache import ByteCache
from kotogura.index.places import Span
from kotogura.index.reader import GenerationReader
from tests.memory.library import Library


@pytest.fixture
def filled(library: Library) -> Library:
    """Two segments: a and b merged, of which a is replaced; c and the new a alone."""
    library.upload("a.txt", "old words here", title="first")
    library.upload("b.txt", "apple pear apple", title="apple second")
    library.compact()
    library.upload("c.txt", "pear plum", title="third")
    library.upload("a.txt", "apple plum", title="new first")
    return library


def numbers(reader: GenerationReader, *names: str) -> list[int]:
    found = [reader.find(document_id(name)) for name in names]
    assert None not in found
    return [number for number in found if number is not None]


def test_postings_tell_documents_in_order_and_frequencies(filled: Library) -> None:
    reader = filled.reader()
    a, b, c = numbers(reader, "a.txt", "b.txt", "c.txt")
    found = reader.postings(["apple", "plum", "nothing"])
    assert set(found) == {("title", "apple"), ("body", "apple"), ("body", "plum")}
    apples = found["body", "apple"]
    assert apples.documents.tolist() == sorted([a, b])
    assert dict(zip(apples.documents.tolist(), apples.frequencies.tolist(), strict=True)) == {
        a: 1,
        b: 2,
    }
    assert found["title", "apple"].documents.tolist() == [b]
    assert found["body", "plum"].documents.tolist() == sorted([a, c])


def test_a_replaced_documents_words_have_no_postings(filled: Library) -> None:
    assert all(len(one.documents) == 0 for one in filled.reader().postings(["old"]).values())


def test_lengths_are_told_by_document_and_field(filled: Library) -> None:
    reader = filled.reader()
    a, b, c = numbers(reader, "a.txt", "b.txt", "c.txt")
    assert reader.lengths("body")[[a, b, c]].tolist() == [2, 3, 2]
    assert reader.lengths("title")[[a, b, c]].tolist() == [2, 2, 1]


def test_places_tell_where_terms_stand_in_order(filled: Library) -> None:
    reader = filled.reader()
    (b,) = numbers(reader, "b.txt")
    places = reader.places.spans(["pear", "apple"], [b])[b]
    assert [place for place in places if place.field == "title"] == [Span("title", 0, 5)]
    assert [place for place in places if place.field == "body"] == [
        Span("body", 0, 5),
        Span("body", 6, 10),
        Span("body", 11, 16),
    ]
    assert reader.places.spans([], [b]) == {b: []}
    assert reader.places.spans(["nothing"], [b]) == {b: []}
    assert reader.places.spans(["apple"], []) == {}


def test_places_do_not_mix_documents_of_equal_ordinals(filled: Library) -> None:
    reader = filled.reader()
    a, c = numbers(reader, "a.txt", "c.txt")
    assert reader.places.spans(["pear"], [a, c]) == {a: [], c: [Span("body", 0, 4)]}


def test_documents_come_back_whole(filled: Library) -> None:
    reader = filled.reader()
    a, b = numbers(reader, "a.txt", "b.txt")
    found = reader.documents([b, a])
    assert set(found) == {a, b}
    assert dataclasses.asdict(found[b]) == {
        "document_id": document_id("b.txt"),
        "version": "00000002".ljust(40, "0"),
        "name": "b.txt",
        "title": "apple second",
        "body": "apple pear apple",
        "media_type": "text/plain",
        "title_length": 2,
        "body_length": 3,
        "encoding": "utf-8",
        "size_bytes": 29,
    }
    assert reader.documents([]) == {}
    assert reader.document_ids([a, b]) == {a: document_id("a.txt"), b: document_id("b.txt")}


def test_only_live_documents_are_found_by_id(filled: Library) -> None:
    filled.delete("c.txt")
    reader = filled.reader()
    assert reader.find(document_id("c.txt")) is None
    assert reader.find(document_id("d.txt")) is None
    assert reader.documents(numbers(reader, "a.txt")).popitem()[1].body == "apple plum"


def test_the_vocabulary_counts_body_terms(filled: Library) -> None:
    terms, frequencies = filled.reader().vocabulary()
    counted = dict(zip(terms, frequencies.tolist(), strict=True))
    assert list(counted) == sorted(counted)
    assert counted["apple"] == counted["pear"] == counted["plum"] == 2
    assert "first" not in counted


def test_an_empty_generation_answers_everything_with_nothing(library: Library) -> None:
    reader = library.reader()
    assert reader.postings(["apple"]) == {}
    assert reader.places.spans(["apple"], []) == {}
    assert reader.documents([]) == {}
    assert reader.find("a" * 26) is None
    assert reader.vocabulary()[0] == []
    assert len(reader.live) == 0


def test_a_full_cache_lets_go_and_answers_the_same(filled: Library) -> None:
    expected = {key: one.documents.tolist() for key, one in filled.reader().postings(TERMS).items()}
    cache = ByteCache(limit_bytes=300)
    small = GenerationReader(filled.tenant, filled.manifest, filled.files, cache=cache)
    small.postings(["apple"])
    found = small.postings(TERMS)
    assert {key: one.documents.tolist() for key, one in found.items()} == expected
    assert cache.size_bytes <= 300


def test_a_large_dictionary_is_asked_in_its_files(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = [*TERMS, "title", "nothing", "app", "apples"]
    expected = filled.reader().postings(terms)
    monkeypatch.setattr(reader_module, "WHOLE_DICTIONARY_BYTES", 0)
    found = filled.reader().postings(terms)
    assert set(found) == set(expected)
    for key, one in found.items():
        assert one.documents.tolist() == expected[key].documents.tolist()
        assert one.frequencies.tolist() == expected[key].frequencies.tolist()
        assert one.rows.tolist() == expected[key].rows.tolist()


@pytest.mark.parametrize("whole_bytes", [0, reader_module.WHOLE_DICTIONARY_BYTES])
def test_terms_that_begin_alike_are_told_by_how_frequent_they_are(
    filled: Library, monkeypatch: pytest.MonkeyPatch, whole_bytes: int
) -> None:
    filled.upload("d.txt", "plum pea p% peach pear", title="pears")
    monkeypatch.setattr(reader_module, "WHOLE_DICTIONARY_BYTES", whole_bytes)
    reader = filled.reader()
    fields = ("title", "body")
    found = reader.terms_beginning("p", fields, 10)
    assert found == ["pear", "plum", "p%", "pea", "peach", "pears"]
    assert reader.terms_beginning("p", fields, 2) == ["pear", "plum"]
    assert reader.terms_beginning("pea", ("title",), 10) == ["pears"]
    assert reader.terms_beginning("p%", fields, 10) == ["p%"]
    assert reader.terms_beginning("", fields, 10) == reader.terms_beginning("p", (), 10) == []


def test_positions_are_told_by_document_and_lead_to_offsets(filled: Library) -> None:
    reader = filled.reader()
    b, c = numbers(reader, "b.txt", "c.txt")
    wanted = np.array(sorted([b, c]))
    documents, positions = reader.places.positions("body", "apple", wanted)
    assert (documents.tolist(), positions.tolist()) == ([b, b], [0, 2])
    documents, positions = reader.places.positions("body", "pear", wanted)
    assert dict(zip(documents.tolist(), positions.tolist(), strict=True)) == {b: 1, c: 0}
    assert [len(one) for one in reader.places.positions("title", "pear", wanted)] == [0, 0]
    assert reader.places.unit_spans("body", [(b, 1, 2)]) == {(b, 1, 2): Span("body", 6, 16)}


def test_generations_that_share_a_cache_keep_their_own(filled: Library) -> None:
    cache = ByteCache()
    before, names = [], []
    for pinned in ("first", "second"):
        reader = GenerationReader(
            filled.tenant, filled.manifest, filled.files, cache=cache, pinned=pinned
        )
        before.append(len(reader.postings(["apple"])["body", "apple"].documents))
        names.append({one.name for one in reader.documents(range(2)).values()})
        filled.delete("b.txt")
        filled.compact()
    assert before == [2, 1]
    assert "b.txt" in names[0]
    assert "b.txt" not in names[1]


TERMS = ["apple", "pear", "plum", "first"]


def test_a_quote_or_a_wildcard_in_a_term_is_a_character_like_others(library: Library) -> None:
    library.upload("a.txt", "it's 100% o'clock \\quoted\\ _ ; --")
    for term in ("it's", "100%", "\\quoted\\", "_", ";", "--"):
        assert library.found(term) == {"a.txt"}
    assert library.found("%") == library.found("'") == set()


@pytest.mark.parametrize("folder", ["a=b", "term=1", "[x]", "what?", "two words", "言蔵"])
def test_a_store_may_lie_in_a_folder_of_any_name(tmp_path: Path, folder: str) -> None:
    library = Library(tmp_path / folder)
    library.upload("a.txt", "apple")
    library.upload("b.txt", "apple")
    assert library.found("apple") == {"a.txt", "b.txt"}


def test_a_missing_file_is_a_failure_of_the_store(filled: Library) -> None:
    segment = filled.manifest.segments[0]
    filled.files.remove(filled.tenant, segment.files["postings"].name)
    with pytest.raises(StoreUnavailable):
        filled.reader().postings(["apple"])


def test_a_file_that_is_not_parquet_is_corrupt(filled: Library) -> None:
    name = filled.manifest.segments[0].files["terms"].name
    filled.files.write(filled.tenant, name, b"not a Parquet file at all")
    with pytest.raises(CorruptIndex):
        filled.reader().postings(["apple"])


@pytest.mark.parametrize("kind", ["terms", "postings", "documents"])
def test_a_merge_tells_a_missing_file_from_a_corrupt_one(filled: Library, kind: str) -> None:
    name = filled.manifest.segments[0].files[kind].name
    filled.files.write(filled.tenant, name, b"not a Parquet file at all")
    with pytest.raises(CorruptIndex):
        filled.compact()
    filled.files.remove(filled.tenant, name)
    with pytest.raises(StoreUnavailable):
        filled.compact()
