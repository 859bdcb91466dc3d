"""Metadata stays what it was, value by value and in order, whatever segments it goes through."""

import datetime
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.documents.extracted import ExtractedDocument, Section
from kotogura.documents.metadata_values import MetadataValue
from kotogura.index.content import analyse_documents
from kotogura.index.described import write_file
from kotogura.index.manifest import Manifest, SegmentEntry
from kotogura.index.merge import merge_segments
from kotogura.index.metadata import metadata_table, value_of
from kotogura.index.reader import GenerationReader
from kotogura.index.recount import recount
from kotogura.index.segment import write_segment
from kotogura.index.verification import verify
from tests.memory.files import MemoryFiles
from tests.memory.language import WordAnalyzer
from tests.memory.library import MINATO, Library

Described = dict[str, list[MetadataValue]]

VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["規程", "手引", "Tag", ""]),
    st.text(st.characters(codec="utf-8"), max_size=4),
    st.dates(),
    st.datetimes(timezones=st.just(datetime.UTC)).map(
        lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)
    ),
)
METADATA = st.dictionaries(
    st.sampled_from(["tag", "date", "author", "頁"]), st.lists(VALUES, min_size=1, max_size=3)
)
SECTIONS = st.lists(
    st.builds(
        Section,
        start=st.integers(0, 9),
        heading=st.sampled_from(["", "申請", "承認"]),
        page=st.none() | st.integers(1, 3),
    ),
    max_size=3,
    unique_by=lambda section: section.start,
).map(lambda some: sorted(some, key=lambda section: section.start))
DOCUMENT = st.tuples(METADATA, SECTIONS, st.booleans())


def document(number: int, metadata: Described, sections: Sequence[Section]) -> ExtractedDocument:
    return ExtractedDocument(
        document_id=f"{number:04}",
        name=f"{number}.txt",
        version="01",
        title=f"title {number % 3}",
        body="word",
        media_type="text/plain",
        encoding="utf-8",
        size_bytes=number,
        metadata=metadata,
        sections=list(sections),
    )


def write(files: MemoryFiles, documents: Sequence[ExtractedDocument]) -> SegmentEntry:
    return write_segment(MINATO, analyse_documents(documents, WordAnalyzer()), "f" * 16, files)


def reader_of(files: MemoryFiles, segments: Sequence[SegmentEntry]) -> GenerationReader:
    manifest = Manifest(
        generation=1,
        content_generation=1,
        analyzer="f" * 16,
        segments=tuple(segments),
        created_at="",
    )
    return GenerationReader(MINATO, manifest, files)


def typed(metadata: Described) -> dict[str, list[tuple[str, MetadataValue]]]:
    """Tell 1 from True, and a date from a time; whole numbers are one kind with all others."""
    return {
        field: [
            (type(value).__name__ if not isinstance(value, float) else "int", value)
            for value in values
        ]
        for field, values in metadata.items()
    }


def held(reader: GenerationReader, field: str) -> list[tuple[int, str, MetadataValue]]:
    found = []
    for column in reader.metadata.columns(field):
        for number, value in zip(column.documents.tolist(), column.values.tolist(), strict=True):
            plain = column.texts[value] if column.kind == "text" else value
            found.append((number, column.kind, value_of(column.kind, plain)))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(DOCUMENT, min_size=1, max_size=4), min_size=1, max_size=3))
def test_metadata_and_sections_are_read_as_they_were_before_a_merge_and_after(
    batches: list[list[tuple[Described, list[Section], bool]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = MemoryFiles(Path(folder))
        segments: list[SegmentEntry] = []
        live: dict[int, ExtractedDocument] = {}
        first = 0
        for batch in batches:
            documents = [
                document(first + place, metadata, sections)
                for place, (metadata, sections, _) in enumerate(batch)
            ]
            dead = tuple(place for place, (_, _, gone) in enumerate(batch) if gone)
            segments.append(write(files, documents).model_copy(update={"tombstones": dead}))
            live |= {first + place: one for place, one in enumerate(documents) if place not in dead}
            first += len(batch)
        check(reader_of(files, segments), live)
        if live:
            merged = merge_segments(MINATO, segments, files, lambda *_: None, None)  # type: ignore[arg-type]
            check(reader_of(files, [merged]), dict(enumerate(live.values())))


def check(reader: GenerationReader, live: dict[int, ExtractedDocument]) -> None:
    numbers = sorted(live)
    whole = reader.metadata.of_documents(numbers)
    assert {number: typed(one) for number, one in whole.items()} == {
        number: typed(one.metadata) for number, one in live.items()
    }
    assert reader.metadata.sections(numbers) == {
        number: one.sections for number, one in live.items()
    }
    for field in ("tag", "date", "author", "頁", "unknown"):
        expected = [
            (number, value)
            for number, one in sorted(live.items())
            for value in one.metadata.get(field, [])
        ]
        found = held(reader, field)
        assert sorted(map(repr, ((number, value) for number, _, value in found))) == sorted(
            map(repr, ((number, value_of(*kept(value))) for number, value in expected))
        )
        summary = {one.name: one.documents_by_kind for one in reader.metadata.fields()}
        counted: dict[str, set[int]] = {}
        for number, kind, _ in found:
            counted.setdefault(kind, set()).add(number)
        assert summary.get(field, {}) == {kind: len(some) for kind, some in counted.items()}
    ranks = reader.metadata.order().ranks
    ids = [one.document_id for _, one in sorted(live.items())]
    assert sorted(ids, key=dict(zip(ids, ranks[numbers], strict=True)).__getitem__) == sorted(ids)
    reader.close()


def kept(value: MetadataValue) -> tuple[str, str | float | int]:
    """Return what a segment makes of a value."""
    (row,) = metadata_table([{"field": [value]}]).to_pylist()
    if row["kind"] == "text":
        return "text", row["text"]
    if row["kind"] in ("number", "flag"):
        return row["kind"], row["number"]
    return row["kind"], round(row["time"].timestamp() * 1000)


def test_a_number_that_a_double_cannot_hold_is_kept_as_text(tmp_path: Path) -> None:
    files = MemoryFiles(tmp_path)
    segment = write(files, [document(0, {"serial": [12345678901234567890]}, [])])
    reader = reader_of(files, [segment])
    assert reader.metadata.of_documents([0]) == {0: {"serial": ["12345678901234567890"]}}


def test_a_segment_without_metadata_has_no_file_of_it(tmp_path: Path) -> None:
    files = MemoryFiles(tmp_path)
    assert not {"metadata", "sections"} & set(write(files, [document(0, {}, [])]).files)
    assert "metadata" in write(files, [document(0, {"tag": ["a"]}, [])]).files


def test_facts_of_documents_are_columns_too(tmp_path: Path) -> None:
    files = MemoryFiles(tmp_path)
    first = write(files, [document(number, {}, []) for number in range(3)])
    second = write(files, [document(number, {}, []) for number in range(3, 5)])
    reader = reader_of(files, [first.model_copy(update={"tombstones": (1,)}), second])
    titles = reader.metadata.fact("title")
    assert titles.documents.tolist() == [0, 2, 3, 4]
    assert [titles.texts[place] for place in titles.values] == [
        "title 0",
        "title 2",
        "title 0",
        "title 1",
    ]
    assert reader.metadata.fact("size_bytes").values.tolist() == [0.0, 2.0, 3.0, 4.0]
    assert reader.metadata.fact("name").texts[0] == "0.txt"


def test_an_id_has_its_place_in_the_order_whether_it_is_there_or_not(tmp_path: Path) -> None:
    reader = reader_of(
        MemoryFiles(tmp_path),
        [write(MemoryFiles(tmp_path), [document(number, {}, []) for number in (5, 1, 3)])],
    )
    order = reader.metadata.order()
    assert order.ranks.tolist() == [2, 0, 1]
    assert order.place("0003") == (1, True)
    assert order.place("0004") == (2, False)
    assert reader_of(MemoryFiles(tmp_path), []).metadata.order().place("x") == (0, False)


@pytest.mark.parametrize("compacted", [False, True])
def test_metadata_comes_with_commits_and_goes_with_them(library: Library, compacted: bool) -> None:
    library.described = {"a.txt": {"tag": ["old"]}, "b.txt": {"tag": ["kept"]}}
    library.upload("a.txt", "text of a")
    library.upload("b.txt", "text of b")
    library.described["a.txt"] = {"tag": ["new", "newer"]}
    library.upload("a.txt", "another text of a")
    library.upload("c.txt", "text of c")
    library.delete("c.txt")
    if compacted:
        library.compact()
    assert sorted(value for _, _, value in held(library.reader(), "tag")) == [
        "kept",
        "new",
        "newer",
    ]


def test_metadata_out_of_order_is_told(library: Library) -> None:
    library.described = {"a.txt": {"tag": ["one"], "year": [2026]}}
    library.upload("a.txt", "text")
    assert verify(library.tenant, library.generations, library.files).problems == []
    (segment,) = library.manifest.segments
    path = library.files.path(library.tenant, segment.files["metadata"].name)
    table = pq.read_table(path)
    sink = io.BytesIO()
    pq.write_table(table.take([1, 0]), sink)
    entry = write_file(
        library.tenant, "segments/x/metadata.parquet", sink.getvalue(), library.files
    )
    broken = segment.model_copy(update={"files": {**segment.files, "metadata": entry}})
    assert list(recount(library.tenant, broken, library.files)) == ["its metadata are not in order"]
