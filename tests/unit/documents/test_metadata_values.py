"""Metadata survives the staged JSON exactly: same values, same types."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kotogura.documents.extracted import ExtractedDocument, Section, section_at

VALUES = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(timezones=st.just(datetime.UTC)),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.dates().map(str),
    st.datetimes().map(str),
)


def document(metadata):
    return ExtractedDocument(
        document_id="a",
        name="a.txt",
        version="0",
        title="題",
        body="文。",
        media_type="text/plain",
        encoding="utf-8",
        size_bytes=1,
        metadata=metadata,
    )


@given(st.dictionaries(st.text("abc", min_size=1), st.lists(VALUES)))
def test_metadata_comes_back_from_json_as_it_was(metadata):
    back = ExtractedDocument.model_validate_json(document(metadata).model_dump_json()).metadata
    assert back == metadata
    assert [[type(value) for value in values] for values in back.values()] == [
        [type(value) for value in values] for values in metadata.values()
    ]


def test_a_time_becomes_utc():
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    kept = document({"created": [datetime.datetime(2026, 4, 1, 9, tzinfo=tokyo)]}).metadata
    assert str(kept["created"][0]) == "2026-04-01 00:00:00+00:00"


@pytest.mark.parametrize(
    "value",
    [None, float("nan"), float("inf"), datetime.datetime(2026, 4, 1), {"date": "x"}, {}, ["a"]],  # noqa: DTZ001
)
def test_other_values_are_refused(value):
    with pytest.raises(ValidationError):
        document({"a": [value]})


def test_a_place_in_the_body_leads_to_its_section():
    sections = [Section(start=3, heading="序"), Section(start=9, heading="結", page=2)]
    assert section_at(sections, 2) is None
    assert section_at(sections, 3) == sections[0]
    assert section_at(sections, 8) == sections[0]
    assert section_at(sections, 99) == sections[1]
