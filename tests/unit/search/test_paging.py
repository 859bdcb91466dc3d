"""Pages: every hit once and in order, whatever comes and goes in between."""

import base64
import datetime
import json
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.documents.metadata_values import MetadataValue
from kotogura.errors import InvalidCursor, InvalidQuery
from kotogura.index.places import Places
from kotogura.search.answers import Hit, SearchAnswer
from kotogura.tenants.identity import TenantId
from tests.memory.library import Library


@pytest.fixture
def filled(library: Library) -> Library:
    """Nine documents in two folders, of which the lower numbers say `apple` more often."""
    changes = []
    for number in range(9):
        name = f"{'red' if number % 2 else 'green'}/{number}.txt"
        library.described[name] = {"year": [2020 + number % 3], "tag": ["a", "b"][: number % 3]}
        text = "apple " * (9 - number) + "pear " * number
        changes.append(library.stage(library.put(name, text, f"title {number}")))
    library.commit(changes[-1])
    return library


def ask(library: Library, query: str = "", **options: object) -> SearchAnswer:
    return library.service().search(library.tenant, query, **options)  # type: ignore[arg-type]


def names(hits: list[Hit]) -> list[str]:
    return [hit.name or "" for hit in hits]


def pages(library: Library, query: str, limit: int, **options: object) -> list[list[Hit]]:
    found: list[list[Hit]] = []
    cursor = None
    while True:
        answer = ask(library, query, limit=limit, cursor=cursor, **options)
        found.append(answer.hits)
        cursor = answer.cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 4, 9, 10])
@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("apple", {}),
        ("apple pear", {"filters": ["folder:red"]}),
        ("apple", {"sort": "-year"}),
        ("", {"sort": "title"}),
        ("", {"filters": ["tag:*"]}),
        ("apple", {"sort": "tag", "filters": ["-year:2021"]}),
    ],
)
def test_pages_together_are_what_one_page_holds(
    filled: Library, limit: int, query: str, options: dict[str, object]
) -> None:
    whole = ask(filled, query, limit=100, **options)
    parts = pages(filled, query, limit, **options)
    assert [hit for part in parts for hit in part] == whole.hits
    assert whole.total == len(whole.hits) > 2
    assert whole.cursor is None
    assert all(len(part) == limit for part in parts[:-1])
    assert parts[-1]


def test_a_search_by_meaning_goes_on_the_way_it_began(filled: Library) -> None:
    first = ask(filled, "apple", limit=4)
    assert first.mode == "words"
    filled.promote("first")
    second = ask(filled, "apple", limit=4, cursor=first.cursor)
    assert second.mode == "words"
    assert not {hit.name for hit in first.hits} & {hit.name for hit in second.hits}
    assert [hit for part in pages(filled, "apple", 4, mode="meaning") for hit in part] == ask(
        filled, "apple", mode="meaning", limit=100
    ).hits


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["year", "-year", "title", "-tag", None]))
def test_documents_that_stay_come_once_and_in_order_while_others_come_and_go(
    chance: Random, sort: str | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))

        def put(name: str) -> None:
            metadata: dict[str, list[MetadataValue]] = {"tag": ["a", "B"][: chance.randrange(3)]}
            if chance.random() < 0.8:
                metadata["year"] = [chance.randrange(3)]
            library.described[name] = metadata
            # Of one length, so that who comes and goes changes scores but not their order.
            count = chance.randrange(1, 6)
            library.upload(
                name, "apple " * count + "pear " * (6 - count), f"t{chance.randrange(3)}"
            )

        for number in range(10):
            put(f"{number}.txt")
        staying = {f"{number}.txt" for number in range(6)}
        expected = [
            name
            for name in names(ask(library, "apple", limit=100, sort=sort).hits)
            if name in staying
        ]
        seen: list[str] = []
        cursor = None
        while True:
            answer = ask(library, "apple", limit=chance.randrange(1, 4), sort=sort, cursor=cursor)
            seen += names(answer.hits)
            cursor = answer.cursor
            if cursor is None:
                break
            # Behind the last hit of a page the next one goes on as long as that hit is there.
            going = chance.choice(
                [f"{one}.txt" for one in range(6, 10) if f"{one}.txt" != seen[-1]]
            )
            change = chance.random()
            if change < 0.4 and going in {one.name for one in library_names(library)}:
                library.delete(going)
            elif change < 0.8:
                put(f"new-{len(seen)}.txt")
            else:
                library.compact()
        assert [name for name in seen if name in staying] == expected


def library_names(library: Library) -> list[Hit]:
    return ask(library, limit=100, sort="name").hits


def test_the_place_of_a_document_that_has_gone_or_changed_is_still_known(filled: Library) -> None:
    first = ask(filled, "apple", limit=3)
    last = first.hits[-1].name
    assert last is not None
    rest = names(ask(filled, "apple", limit=100).hits)[3:]
    filled.delete(last)
    assert set(names(ask(filled, "apple", limit=100, cursor=first.cursor).hits)) <= set(rest)
    filled.upload(last, "apple apple apple apple apple apple apple apple apple apple")
    again = ask(filled, "apple", limit=100, cursor=first.cursor)
    assert last not in names(again.hits)


def test_totals_count_what_filters_leave_on_every_page(filled: Library) -> None:
    first = ask(filled, "apple", filters=["year:2020,2021"], limit=2)
    assert (first.total, len(first.hits)) == (6, 2)
    assert ask(filled, "apple", filters=["year:2020,2021"], limit=2, cursor=first.cursor).total == 6


def test_facets_count_all_that_is_found_and_not_the_page(filled: Library) -> None:
    answer = ask(filled, "apple", filters=["folder:green"], facets=["year", "tag"], limit=1)
    years, tags = answer.facets
    assert [(one.value, one.count) for one in years.values] == [(2020, 2), (2022, 2), (2021, 1)]
    assert [(one.value, one.count) for one in tags.values] == [("a", 3), ("b", 2)]
    assert tags.missing_count == 2


def test_without_a_query_documents_are_listed_by_name(filled: Library) -> None:
    answer = ask(filled, filters=["folder:*"], limit=100)
    assert names(answer.hits) == sorted(names(answer.hits))
    assert (answer.total, answer.mode) == (9, "words")
    assert names(ask(filled, " ", sort="-score", limit=100).hits) == names(answer.hits)
    with pytest.raises(InvalidQuery):
        ask(filled, " ")


def test_only_the_parts_asked_for_are_made(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Places, "spans", None)
    (hit,) = ask(filled, "apple", limit=1, fields=["title", "metadata.year"]).hits
    assert hit.model_dump(exclude_none=True) == {
        "document_id": hit.document_id,
        "title": "title 0",
        "metadata": {"year": [2020]},
    }
    monkeypatch.undo()
    (hit,) = ask(filled, "apple", limit=1).hits
    assert set(hit.model_dump(exclude_none=True)) == {
        "document_id",
        "name",
        "title",
        "score",
        "snippet",
        "title_highlights",
    }


@pytest.mark.parametrize(
    "said", ["tag:b", "tag:A", "tag:*", "year:2021..", "year:>2020", "folder:r*", "folder:red/"]
)
def test_a_condition_means_the_same_in_a_query_and_in_a_filter(filled: Library, said: str) -> None:
    by_filter = ask(filled, "apple", filters=[said], limit=100)
    by_query = ask(filled, f"apple {said}", limit=100)
    assert names(by_query.hits) == names(by_filter.hits)
    assert 0 < by_query.total < 9
    excluded = ask(filled, f"apple -{said}", limit=100)
    assert names(excluded.hits) == names(ask(filled, "apple", filters=[f"-{said}"], limit=100).hits)


def test_metadata_is_told_as_json(library: Library) -> None:
    library.described["a.txt"] = {
        "day": [datetime.date(2026, 4, 1)],
        "at": [datetime.datetime(2026, 4, 1, 9, tzinfo=datetime.UTC)],
        "kept": [True, 1, 1.5, "x"],
    }
    library.upload("a.txt", "text")
    (hit,) = ask(library, "text", fields=["metadata"]).hits
    assert json.loads(hit.model_dump_json())["metadata"] == {
        "at": ["2026-04-01T09:00:00+00:00"],
        "day": ["2026-04-01"],
        "kept": [True, 1, 1.5, "x"],
    }


def encoded(parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decoded(cursor: str) -> list[object]:
    parts: list[object] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return parts


@pytest.mark.parametrize(
    "cursor", ["x", "e30", "bnVsbA", "W10", "あ", "A" * 2_001, encoded([[[]]]), encoded({"a": 1})]
)
def test_what_is_no_cursor_is_refused(filled: Library, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        ask(filled, "apple", cursor=cursor)


def test_a_cursor_of_another_search_or_tenant_is_refused(filled: Library) -> None:
    cursor = ask(filled, "apple", limit=2).cursor
    assert cursor is not None
    assert ask(filled, "apple", limit=5, cursor=cursor).hits
    for query, options in [
        ("pear", {}),
        ("apple", {"sort": "year"}),
        ("apple", {"filters": ["folder:red"]}),
        ("apple", {"mode": "words"}),
    ]:
        with pytest.raises(InvalidCursor):
            ask(filled, query, cursor=cursor, **options)  # type: ignore[arg-type]
    with pytest.raises(InvalidCursor):
        ask(filled.of(TenantId("other-tenant")), "apple", cursor=cursor)


@pytest.mark.parametrize("sort", [None, "year", "-title"])
@pytest.mark.parametrize(
    ("place", "value"),
    [
        (1, "text"),
        (1, "nonsense"),
        (1, 1),
        (2, "x"),
        (2, float("nan")),
        (2, float("inf")),
        (2, 10**400),
        (2, True),
        (2, [1]),
        (2, None),
        (2, -1e300),
        (3, "\ud800"),
        (3, ""),
        (3, None),
        (4, None),
        (5, "nonsense"),
    ],
)
def test_a_forged_cursor_is_refused_or_read_as_a_place(
    filled: Library, sort: str | None, place: int, value: object
) -> None:
    cursor = ask(filled, "apple", limit=2, sort=sort).cursor
    assert cursor is not None
    parts = decoded(cursor)
    parts[place] = value
    try:
        answer = ask(filled, "apple", limit=100, sort=sort, cursor=encoded(parts))
    except InvalidCursor:
        return
    assert {*names(answer.hits)} <= {*names(ask(filled, "apple", limit=100).hits)}
