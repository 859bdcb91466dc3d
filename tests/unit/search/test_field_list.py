"""Which fields can be filtered, counted and sorted by, and how many documents have them."""

from datetime import date

from kotogura.search.request import read_request
from tests.memory.library import Library


def kinds(library: Library) -> dict[str, dict[str, int]]:
    answer = library.service().fields(library.tenant)
    return {
        field.name: {one.kind: one.document_count for one in field.kinds} for field in answer.fields
    }


def test_an_empty_index_has_no_fields(library: Library) -> None:
    answer = library.service().fields(library.tenant)
    assert (answer.document_count, answer.fields) == (0, [])


def test_each_field_has_its_kinds_with_documents_counted(library: Library) -> None:
    library.described = {
        "a.txt": {"tag": ["x", "y"], "due": [date(2026, 4, 1)], "年": [2026, "令和八年"]},
        "rules/b.txt": {"tag": ["x"], "年": [2027], "valid": [True]},
    }
    for name in ("a.txt", "rules/b.txt", "c.txt"):
        library.upload(name, "apple", "title")
    found = kinds(library)
    assert list(found) == [
        *("folder", "name", "size_bytes", "title", "type"),
        *("due", "tag", "valid", "年"),
    ]
    assert found["name"] == found["title"] == found["type"] == {"text": 3}
    assert found["size_bytes"] == {"number": 3}
    assert found["folder"] == {"text": 1}
    assert found["tag"] == {"text": 2}
    assert found["due"] == {"date": 1}
    assert found["valid"] == {"flag": 1}
    assert found["年"] == {"number": 2, "text": 1}


def test_what_was_removed_or_replaced_counts_no_more(library: Library) -> None:
    library.described = {name: {"tag": ["x"]} for name in ("a.txt", "b.txt")}
    library.upload("a.txt", "apple")
    library.upload("b.txt", "apple")
    library.delete("a.txt")
    library.described = {}
    library.upload("b.txt", "pear")
    assert "tag" not in kinds(library)
    assert kinds(library)["name"] == {"text": 1}


def test_every_field_that_is_listed_can_be_filtered_and_sorted_by(library: Library) -> None:
    library.described = {"rules/a.txt": {"tag": ["x"], "year": [2026], "valid": [True]}}
    library.upload("rules/a.txt", "apple", "title")
    service = library.service()
    for name in kinds(library):
        for request in (
            read_request("apple", filters=[f"{name}:*"]),
            read_request("apple", sort=name),
            read_request("apple", facets=[name]),
        ):
            assert service.answer(library.tenant, request).total == 1, name
