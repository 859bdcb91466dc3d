"""Writing a segment: the same documents give the same bytes, and rows lie where readers look."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.documents.extracted import ExtractedDocument
from kotogura.index import segment as segment_module
from kotogura.index.content import analyse_documents
from kotogura.index.manifest import SegmentEntry
from kotogura.index.segment import write_segment
from kotogura.index.stored import Place, StoredSegment
from kotogura.tenants.identity import TenantId
from tests.memory.files import MemoryFiles
from tests.memory.language import WordAnalyzer
from tests.memory.library import MINATO, Library


def document(name: str, body: str, title: str = "", version: str = "01") -> ExtractedDocument:
    return ExtractedDocument(
        document_id=name,
        name=f"{name}.txt",
        version=version,
        title=title,
        body=body,
        media_type="text/plain",
        encoding="utf-8",
        size_bytes=len(body),
    )


def write(
    files: MemoryFiles,
    documents: Sequence[ExtractedDocument],
    analyzer: WordAnalyzer | None = None,
    tenant: TenantId = MINATO,
) -> SegmentEntry:
    analyzer = analyzer or WordAnalyzer()
    content = analyse_documents(documents, analyzer)
    return write_segment(tenant, content, analyzer.fingerprint, files)


@pytest.fixture
def files(tmp_path: Path) -> MemoryFiles:
    return MemoryFiles(tmp_path)


def rows(files: MemoryFiles, segment: SegmentEntry, kind: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(
        files.path(MINATO, segment.files[kind].name)
    ).to_pylist()
    return found


PAIR = [document("b", "pear apple pear", "apple"), document("a", "apple")]


def test_the_same_documents_give_the_same_bytes(tmp_path: Path, files: MemoryFiles) -> None:
    other = MemoryFiles(tmp_path / "other")
    one, again = write(files, PAIR), write(other, PAIR)
    for kind, entry in one.files.items():
        assert files.read(MINATO, entry.name) == other.read(MINATO, again.files[kind].name)


def test_no_name_is_ever_written_twice(files: MemoryFiles) -> None:
    one, again = write(files, PAIR), write(files, PAIR)
    assert one.segment_id != again.segment_id
    assert not {entry.name for entry in one.file_entries()} & {
        entry.name for entry in again.file_entries()
    }


@pytest.mark.parametrize(
    "documents",
    [
        PAIR[::-1],
        PAIR[:1],
        [PAIR[0], document("a", "apple", version="02")],
        [PAIR[0], document("a", "apples")],
        [PAIR[0], document("a", "apple", title="pear")],
    ],
)
def test_other_documents_versions_or_texts_make_another_segment(
    files: MemoryFiles, documents: list[ExtractedDocument]
) -> None:
    assert write(files, documents).segment_id != write(files, PAIR).segment_id


def test_another_analyzer_makes_another_segment(files: MemoryFiles) -> None:
    other = write(files, PAIR, WordAnalyzer("another analyzer"))
    assert other.segment_id != write(files, PAIR).segment_id
    assert other.analyzer == "another analyzer"


def test_the_entry_counts_documents_units_and_bytes(files: MemoryFiles) -> None:
    segment = write(files, PAIR)
    assert (segment.document_count, segment.live_count) == (2, 2)
    assert segment.field_lengths == {"title": 1, "body": 4}
    for entry in segment.files.values():
        assert len(files.read(MINATO, entry.name)) == entry.size_bytes


def test_terms_are_ordered_by_text_and_field_and_point_to_their_postings(
    files: MemoryFiles,
) -> None:
    segment = write(files, PAIR)
    assert [tuple(row.values()) for row in rows(files, segment, "terms")] == [
        ("apple", "body", 0, 2, 0),
        ("apple", "title", 1, 1, 2),
        ("pear", "body", 2, 1, 3),
    ]
    assert [tuple(row.values()) for row in rows(files, segment, "postings")] == [
        (0, 0, 1),
        (0, 1, 1),
        (1, 0, 1),
        (2, 0, 2),
    ]
    assert [tuple(row.values()) for row in rows(files, segment, "positions")] == [
        ([1], [1]),
        ([0], [1]),
        ([0], [1]),
        ([0, 2], [1, 1]),
    ]


def test_texts_tell_how_far_each_unit_is_from_the_next(files: MemoryFiles) -> None:
    found = rows(files, write(files, PAIR), "texts")
    assert [row["body"] for row in found] == ["pear apple pear", "apple"]
    assert [row["body_advances"] for row in found] == [[0, 5, 6, 4], [0, 5]]
    assert [row["body_gaps"] for row in found] == [[1, 1, 0], []]
    assert [row["title_advances"] for row in found] == [[0, 5], []]


def test_documents_keep_their_order(files: MemoryFiles) -> None:
    found = rows(files, write(files, PAIR), "documents")
    assert [(row["document"], row["document_id"]) for row in found] == [(0, "b"), (1, "a")]


def test_rows_come_in_groups_that_can_be_skipped(
    files: MemoryFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_module, "TEXT_BYTES_PER_GROUP", 10_000)
    many = [document(f"{number:04d}", f"word{number} word") for number in range(2_100)]
    segment = write(files, many)
    metadata = {
        kind: pq.ParquetFile(files.path(MINATO, entry.name)).metadata
        for kind, entry in segment.files.items()
    }
    counts = {kind: one.num_row_groups for kind, one in metadata.items()}
    assert counts == {
        "terms": 2,
        "postings": 1,
        "positions": 2,
        "documents": 2,
        "texts": 8,
        "forms": 1,
    }
    for kind, column in (("terms", 0), ("postings", 0), ("documents", 0)):
        assert metadata[kind].row_group(0).column(column).statistics.has_min_max


WORDS = st.lists(st.sampled_from(["apple", "pear", "言葉", "𠮷野", "a-b"]), max_size=12)


@settings(max_examples=30)
@given(bodies=st.lists(WORDS, min_size=1, max_size=4))
def test_every_word_has_its_posting_and_every_posting_its_word(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[list[str]]
) -> None:
    files = MemoryFiles(tmp_path_factory.mktemp("segment"))
    texts = ["　".join(words) for words in bodies]
    segment = write(files, [document(f"d{n}", text) for n, text in enumerate(texts)])
    terms = [row["term"] for row in rows(files, segment, "terms")]
    stored = StoredSegment(MINATO, segment, files)
    seen: dict[tuple[int, int], object] = {}
    for number, row in enumerate(rows(files, segment, "postings")):
        ordinal, term = int(str(row["document"])), terms[int(str(row["term_id"]))]
        places = rows(files, segment, "positions")[number]["positions"]
        spans = stored.spans([Place("body", ordinal, number)])[Place("body", ordinal, number)]
        assert isinstance(places, list)
        for position, (start, end) in zip(places, spans, strict=True):
            assert texts[ordinal][start:end] == term
            seen[ordinal, position] = term
    assert seen == {
        (number, position): word
        for number, words in enumerate(bodies)
        for position, word in enumerate(words)
    }


@settings(max_examples=40, deadline=None)
@given(text=st.text(alphabet="関西国際空港のサーバ㌕ｶﾞ\u3099\u200b。 ab1", max_size=40))
def test_stored_offsets_are_those_of_the_analysis(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    files = MemoryFiles(tmp_path_factory.mktemp("offsets"))
    content = analyse_documents([document("d", text)], ANALYZER)
    segment = write_segment(MINATO, content, ANALYZER.fingerprint, files)
    terms = rows(files, segment, "terms")
    stored = StoredSegment(MINATO, segment, files)
    found = {
        (terms[int(str(row["term_id"]))]["term"], span)
        for number, row in enumerate(rows(files, segment, "postings"))
        if terms[int(str(row["term_id"]))]["field"] == "body"
        for span in stored.spans([Place("body", 0, number)])[Place("body", 0, number)]
    }
    assert found == {(one.term, (one.start, one.end)) for one in ANALYZER.analyze(text).tokens}


ANALYZER = sudachi_analyzer()


def test_japanese_is_found_by_its_words_and_by_parts_of_compounds(tmp_path: Path) -> None:
    library = Library(tmp_path, analyzer=sudachi_analyzer())
    library.upload("旅費.txt", "関西国際空港までの交通費はサーバー室で精算します。", title="旅費")
    library.upload("備品.txt", "備品はｻｰﾊﾞ室に返却してください。", title="備品")
    assert library.found("空港") == {"旅費.txt"}
    assert library.found("サーバ") == {"旅費.txt", "備品.txt"}
    assert library.found("備品の返却") == {"備品.txt"}
    assert library.found("は") == set()
