"""Fields: their names, their values, and which of several sources is heard."""

import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.documents.metadata import (
    FIELD_LIMIT,
    TEXT_LIMIT,
    VALUE_LIMIT,
    combine,
    described_name,
    field_name,
    object_fields,
    read_description,
)
from kotogura.documents.originals import Original
from kotogura.errors import InvalidMetadata

APRIL = datetime.date(2026, 4, 1)


def description(value):
    return read_description(json.dumps(value).encode())


def test_a_description_is_a_title_and_typed_fields():
    found = description(
        {
            "title": "旅費規程\n2026",
            "tags": ["規程", "総務"],
            "担当部署": "総務部",
            "Valid From": "2026-04-01",
            "approved": "2026-04-01T09:00:00+09:00",
            "revision": 3,
            "rate": 0.5,
            "draft": False,
            "nothing": None,
        }
    )
    assert found.title == "旅費規程 2026"
    assert found.fields == {
        "tag": ["規程", "総務"],
        "担当部署": ["総務部"],
        "valid_from": [APRIL],
        "approved": [datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)],
        "revision": [3],
        "rate": [0.5],
        "draft": [False],
    }


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": }', "line 1, column 7"),
        (b"[]", "object"),
        ('{"題": "名"}'.encode("cp932"), "UTF-8"),
        (b"[" * 500_00, "nested"),
        (b'{"a": {"b": 1}}', "field 1: nested"),
        (b'{"a": [[1]]}', "field 1: nested"),
        (b'{"b": 1, "a": NaN}', "field 2"),
        (b'{"a": 1' + b"0" * 5_000 + b"}", "number"),
        (b'{"title": 1}', "title"),
        (b'{"type": "x"}', "name that no field may have"),
        (b'{"!!": "x"}', "name that no field may have"),
        (b'{"a": "' + b"x" * (TEXT_LIMIT + 1) + b'"}', "characters"),
        (json.dumps({"a": list(range(VALUE_LIMIT + 1))}).encode(), "values"),
        (json.dumps({f"a{n}": n for n in range(FIELD_LIMIT + 1)}).encode(), "fields"),
        (b" " * 100_001, "bytes"),
    ],
)
def test_a_description_that_can_not_be_used_says_why(data, why):
    with pytest.raises(InvalidMetadata, match=why) as refused:
        read_description(data)
    assert refused.value.detail.startswith("the .meta.json beside the file ")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_description_or_a_reason(data):
    try:
        found = read_description(data)
    except InvalidMetadata:
        return
    assert isinstance(found.title, str)


def test_what_an_object_bears_are_fields():
    original = Original(
        b"",
        metadata={"department": "総務", "due": "2026-04-01", "count": "12", "tags": "規程, 旅費"},
        tags={"契約": "", "部署": "経理"},
    )
    assert object_fields(original) == {
        "department": ["総務"],
        "due": [APRIL],
        "count": ["12"],
        "部署": ["経理"],
        "tag": ["規程", "旅費", "契約", "部署=経理"],
    }


def test_an_object_that_bears_nothing_has_no_fields():
    assert object_fields(Original(b"")) == {}


def test_a_later_source_replaces_a_field_as_a_whole():
    made = combine({"author": ["港", "浜"], "a": ["1"]}, {"Author": ["花子"]}, {"b": [2]})
    assert made == {"author": ["花子"], "a": ["1"], "b": [2]}


@pytest.mark.parametrize(
    ("given_", "date"),
    [
        ({"created": ["古"], "modified": [APRIL]}, [APRIL]),
        ({"created": [APRIL]}, [APRIL]),
        ({"created": [APRIL], "date": ["春"]}, ["春"]),
        ({"a": ["x"]}, None),
    ],
)
def test_a_documents_date_is_its_own_or_that_of_its_last_change(given_, date):
    assert combine(given_).get("date") == date


def test_what_a_file_tells_is_cut_to_the_limits():
    many = {f"a{number}": ["x" * 5_000] * 100 for number in range(100)}
    made = combine(many, {"z": ["late"]})
    assert len(made) == FIELD_LIMIT
    assert made["z"] == ["late"]
    assert len(made["a99"]) == VALUE_LIMIT
    assert len(made["a99"][0]) == TEXT_LIMIT


def test_numbers_that_no_index_holds_exactly_are_texts():
    assert combine({"a": [2**53, 2**53 + 1, True]}) == {"a": [2**53, "9007199254740993", True]}


def test_what_every_document_has_is_no_field():
    assert combine({"type": ["x"], "Name": ["y"], "body": ["z"], " ": ["w"]}) == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Due Date", "due_date"),
        ("x-y_z", "x-y_z"),
        ("ﾌﾞｼｮ", "ブショ"),
        ("作成/日", "作成_日"),
        ("__a__", "a"),
        ("\ud800", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_names_of_fields_are_plain(text, name):
    assert field_name(text) == name


@pytest.mark.parametrize(
    ("name", "described"),
    [
        ("a.pdf.meta.json", "a.pdf"),
        ("x/a.pdf.meta.json", "x/a.pdf"),
        ("a.json", None),
        (".meta.json", None),
        ("x/.meta.json", None),
        ("a.meta.json.meta.json", None),
        ("a.META.JSON", None),
    ],
)
def test_a_descriptions_name_tells_its_document(name, described):
    assert described_name(name) == described
