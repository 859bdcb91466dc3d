"""Filters, facets and orders against what anyone would do who goes through the documents."""

import datetime
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.documents.metadata_values import MetadataValue
from kotogura.errors import InvalidFilter
from kotogura.index.reader import GenerationReader
from kotogura.search.conditions import Filter, parse_filter
from kotogura.search.facets import Facet, Period, count_facets
from kotogura.search.filters import matches, select
from kotogura.search.ordering import Sort, page_by_field, place_of
from tests.memory.described import Described, described_reader

UTC = datetime.UTC
TEXTS = ["規程", "ｷﾃｲ", "キテイ", "PDF", "pdf", "ＰＤＦ", "p", "", "規程集"]
NUMBERS = [0, 1, -1, 1.5, 2, 2.0, 10]
DATES = [datetime.date(2026, 1, 1), datetime.date(2026, 1, 31), datetime.date(2025, 12, 31)]
TIMES = [
    datetime.datetime(2026, 1, 1, tzinfo=UTC),
    datetime.datetime(2026, 1, 31, 23, 59, 59, 999000, tzinfo=UTC),
    datetime.datetime(2026, 2, 1, tzinfo=UTC),
]
VALUES = {
    "text": st.sampled_from(TEXTS),
    "number": st.sampled_from(NUMBERS),
    "when": st.sampled_from([*DATES, *TIMES]),
    "flag": st.booleans(),
    "mixed": st.sampled_from([*TEXTS, *NUMBERS, *DATES, *TIMES, True, False]),
}
METADATA = st.fixed_dictionaries(
    {}, optional={name: st.lists(values, min_size=1, max_size=3) for name, values in VALUES.items()}
)
BATCHES = st.lists(
    st.lists(st.tuples(METADATA, st.booleans()), min_size=1, max_size=5), min_size=1, max_size=3
)

Value = MetadataValue
Test = Callable[[Value], bool]


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def moment(value: Value) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None


def within(start: datetime.datetime | None, end: datetime.datetime | None) -> Test:
    """Hold for points in time from `start` and before `end`."""

    def test(value: Value) -> bool:
        time = moment(value)
        return time is not None and not (start and time < start) and not (end and time >= end)

    return test


def at(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


JANUARY = at(2026, 1, 1), at(2026, 2, 1)
FILTERS: list[tuple[str, str, Test]] = [
    ("text", "規程", lambda value: value == "規程"),
    ("text", "キテイ", lambda value: isinstance(value, str) and folded(value) == "キテイ"),
    (
        "text",
        "pdf,キテイ",
        lambda value: isinstance(value, str) and folded(value) in ("pdf", "キテイ"),
    ),
    ("text", "Ｐ*", lambda value: isinstance(value, str) and folded(value).startswith("p")),
    ("text", "*", lambda _: True),
    ("text", '""', lambda value: value == ""),
    ("number", "2", lambda value: value == 2),
    ("number", ">=1", lambda value: is_number(value) and value >= 1),  # type: ignore[operator]
    ("number", ">１", lambda value: is_number(value) and value > 1),  # type: ignore[operator]
    ("number", "<1.5", lambda value: is_number(value) and value < 1.5),  # type: ignore[operator]
    ("number", "<=1.5", lambda value: is_number(value) and value <= 1.5),  # type: ignore[operator]
    ("number", "0..2", lambda value: is_number(value) and 0 <= value <= 2),  # type: ignore[operator]
    ("number", "..0,10..", lambda value: value <= 0 or value >= 10),  # type: ignore[operator]
    ("flag", "true", lambda value: value is True),
    ("flag", "FALSE", lambda value: value is False),
    ("when", "2026-01", within(*JANUARY)),
    ("when", "2026年1月", within(*JANUARY)),
    ("when", "2026", within(at(2026, 1, 1), at(2027, 1, 1))),
    ("when", "2025..2026-01", within(at(2025, 1, 1), at(2026, 2, 1))),
    ("when", ">2026-01", within(at(2026, 2, 1), None)),
    ("when", ">=2026/01/31", within(at(2026, 1, 31), None)),
    ("when", "<2026-01-01", within(None, at(2026, 1, 1))),
    ("when", "<=2026-01-01", within(None, at(2026, 1, 2))),
    ("when", "2026-02-01T09:00:00+09:00", lambda value: value == at(2026, 2, 1)),
    ("when", "..2025-12-31", within(None, at(2026, 1, 1))),
    ("mixed", "2", lambda value: value == 2 and is_number(value)),
    ("mixed", "true", lambda value: value is True),
    ("mixed", "2026-01", within(*JANUARY)),
    ("mixed", "pdf", lambda value: isinstance(value, str) and folded(value) == "pdf"),
    ("unknown", "2", lambda _: True),
]


def generation(
    folder: str, batches: Sequence[Sequence[tuple[dict[str, list[Value]], bool]]]
) -> tuple[GenerationReader, dict[int, Described]]:
    """Return a reader and its live documents by number; ids are in no order."""
    made = []
    for batch in batches:
        first = sum(map(len, made))
        made.append(
            [
                Described(f"{(first + place) * 7 % 11:02}{first + place}", metadata, dead)
                for place, (metadata, dead) in enumerate(batch)
            ]
        )
    live = {
        number: one
        for number, one in enumerate(one for batch in made for one in batch)
        if not one.dead
    }
    return described_reader(Path(folder), made), live


def having(live: dict[int, Described], field: str, test: Test) -> set[int]:
    return {number for number, one in live.items() if any(map(test, one.metadata.get(field, ())))}


@settings(max_examples=40, deadline=None)
@given(BATCHES)
def test_a_filter_leaves_what_has_such_a_value(
    batches: list[list[tuple[dict[str, list[Value]], bool]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        reader, live = generation(folder, batches)
        for field, said, test in FILTERS:
            expected = having(live, field, test)
            kinds = {type(value) for one in live.values() for value in one.metadata.get(field, ())}
            if field == "mixed" and str not in kinds:
                continue  # a value may fit none of the kinds that are there; see below
            met = select(reader, [parse_filter(f"{field}:{said}")])
            assert set(np.flatnonzero(met).tolist()) == expected, (field, said)
            unmet = select(reader, [parse_filter(f"-{field}:{said}")])
            assert set(np.flatnonzero(unmet).tolist()) == set(live) - expected, (field, said)
        both = select(reader, [parse_filter("flag:true"), parse_filter("number:>0")])
        assert set(np.flatnonzero(both).tolist()) == having(
            live, "flag", lambda value: value is True
        ) & having(live, "number", lambda value: value > 0)  # type: ignore[operator]
        reader.close()


def class_of(value: Value) -> tuple[int, object]:
    """Return what a value is put in order by."""
    if isinstance(value, bool):
        return 0, value
    if is_number(value):
        return 1, value
    time = moment(value)
    return (3, folded(str(value))) if time is None else (2, time)


def in_order(live: dict[int, Described], field: str, descending: bool) -> list[int]:
    pick = max if descending else min
    keyed = [
        (pick(map(class_of, one.metadata[field])), number)
        for number, one in live.items()
        if field in one.metadata
    ]
    by_id = sorted(keyed, key=lambda pair: live[pair[1]].document_id)
    ordered = sorted(by_id, key=lambda pair: pair[0], reverse=descending)
    if descending:  # a reversed sort keeps equals as they were
        assert [pair[0] for pair in ordered] == sorted((one for one, _ in keyed), reverse=True)
    missing = [number for number, one in live.items() if field not in one.metadata]
    missing.sort(key=lambda number: live[number].document_id)
    return [number for _, number in ordered] + missing


@settings(max_examples=40, deadline=None)
@given(BATCHES, st.sampled_from([*VALUES, "unknown"]), st.booleans(), st.integers(1, 4))
def test_pages_by_a_field_follow_its_order_and_hold_each_document_once(
    batches: list[list[tuple[dict[str, list[Value]], bool]]],
    field: str,
    descending: bool,
    limit: int,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        reader, live = generation(folder, batches)
        sort = Sort(field, descending)
        seen: list[int] = []
        place = None
        while page := page_by_field(reader, reader.live, sort, limit, place):
            assert len(page) <= limit
            seen += page
            place = place_of(reader, sort, page[-1], live[page[-1]].document_id, "01", "words")
        assert seen == in_order(live, field, descending)
        reader.close()


@settings(max_examples=40, deadline=None)
@given(BATCHES, BATCHES, st.sampled_from(list(VALUES)), st.booleans(), st.data())
def test_a_place_means_the_same_in_any_generation(
    batches: list[list[tuple[dict[str, list[Value]], bool]]],
    others: list[list[tuple[dict[str, list[Value]], bool]]],
    field: str,
    descending: bool,
    data: st.DataObject,
) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as elsewhere:
        reader, live = generation(folder, batches)
        other, found = generation(elsewhere, others)
        if live:
            number = data.draw(st.sampled_from(sorted(live)))
            last = live[number]
            sort = Sort(field, descending)
            place = place_of(reader, sort, number, last.document_id, "01", "words")
            both = {**found, 1_000: last}
            if any(one.document_id == last.document_id for one in found.values()):
                both = {
                    key: one
                    for key, one in both.items()
                    if key == 1_000 or one.document_id != last.document_id
                }
            expected = in_order(both, field, descending)
            behind = expected[expected.index(1_000) + 1 :]
            page = page_by_field(other, other.live, sort, 100, place)
            assert [one for one in page if found[one].document_id != last.document_id] == behind
        reader.close()
        other.close()


def counted(value: Value, period: str) -> object:
    time = moment(value)
    if time is not None:
        return ("when", time.strftime("%Y-%m" if period == "month" else "%Y"))
    return folded(value) if isinstance(value, str) else (type(value) is bool, value)


@settings(max_examples=40, deadline=None)
@given(BATCHES, st.sampled_from([*VALUES, "unknown"]), st.sampled_from(["month", "year"]))
def test_a_facet_counts_documents_by_value(
    batches: list[list[tuple[dict[str, list[Value]], bool]]], field: str, period: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        reader, live = generation(folder, batches)
        found = {number: one for number, one in live.items() if number % 3}
        mask = np.zeros(len(reader.live), dtype=bool)
        mask[list(found)] = True
        expected = Counter(
            key
            for one in found.values()
            for key in {counted(value, period) for value in one.metadata.get(field, ())}
        )
        by: Period = "year" if period == "year" else "month"
        whole, some = count_facets(
            reader,
            mask,
            [Facet(field, 100, by), Facet(field, 2, by)],
        )
        assert sorted(one.count for one in whole.values) == sorted(expected.values())
        texts = {
            folded(one.value): one.count
            for one in whole.values
            if isinstance(one.value, str) and ("when", one.value) not in expected
        }
        assert texts == {key: count for key, count in expected.items() if isinstance(key, str)}
        assert whole.missing_count == sum(field not in one.metadata for one in found.values())
        assert whole.other_count == 0
        if field != "when":
            shown = [one.count for one in some.values if ("when", one.value) not in expected]
            assert shown == sorted(shown, reverse=True)
        reader.close()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("number:many", "numbers"),
        ("number:1*", "numbers"),
        ("flag:maybe", "true or false"),
        ("when:soon", "dates"),
        ("when:2026-02-30", "dates"),
        ("text:>=a", "texts"),
        ("text:a..b", "texts"),
    ],
)
def test_a_value_of_another_kind_is_refused_and_the_kinds_are_named(
    tmp_path: Path, said: str, told: str
) -> None:
    metadata: dict[str, list[Value]] = {
        "number": [1],
        "flag": [True],
        "when": [DATES[0]],
        "text": ["a"],
    }
    reader = described_reader(tmp_path, [[Described("a", metadata)]])
    field = said.partition(":")[0]
    with pytest.raises(InvalidFilter, match=f"the field {field} has {told}"):
        select(reader, [parse_filter(said)])


def test_what_every_document_has_is_filtered_without_being_metadata(tmp_path: Path) -> None:
    reader = described_reader(
        tmp_path,
        [
            [
                Described("a", {}, name="rules/2026/a.pdf", media_type="application/pdf"),
                Described("b", {}, name="rules/b.txt", title="休暇"),
                Described("c", {}, name="c.md", media_type="text/markdown"),
            ]
        ],
    )
    for said, expected in {
        "type:pdf": [0],
        "type:application/pdf,markdown": [0, 2],
        "folder:rules/": [0, 1],
        "folder:rules/2026": [0],
        "-folder:*": [2],
        "name:rules/*": [0, 1],
        "title:休暇": [1],
        "size_bytes:<5": [2],
    }.items():
        met = select(reader, [parse_filter(said)])
        assert np.flatnonzero(met).tolist() == expected, said


@pytest.mark.parametrize(
    "said",
    [
        "",
        "tag",
        "tag:",
        ":x",
        "a b:x",
        "tag:,",
        "tag:a,,b",
        'tag:"a',
        'tag:"a"b',
        "tag:" + "a" * 2_000,
        "tag:" + "a," * 101,
        "x" * 101 + ":a",
    ],
)
def test_what_is_no_filter_is_refused(said: str) -> None:
    with pytest.raises(InvalidFilter):
        parse_filter(said)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_refused(said: str) -> None:
    try:
        made = parse_filter(said)
    except InvalidFilter:
        return
    assert isinstance(made, Filter)
    assert made.conditions


@settings(max_examples=60, deadline=None)
@given(said=st.text(max_size=20))
def test_any_value_is_compared_or_refused(
    tmp_path_factory: pytest.TempPathFactory, said: str
) -> None:
    metadata: dict[str, list[Value]] = {"mixed": [1, "a", True, *DATES, *TIMES]}
    reader = described_reader(tmp_path_factory.mktemp("one"), [[Described("a", metadata)]])
    try:
        condition = parse_filter("mixed:" + said).conditions[0]
        assert matches(reader, "mixed", condition).dtype == bool
    except InvalidFilter:
        pass
    reader.close()
