"""What is read out of S3's events."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.documents.changes import OLDEST, normalize_sequencer, parse_event
from kotogura.documents.identity import document_id, document_key
from kotogura.errors import InvalidEvent, InvalidTenantId, KotoguraError
from kotogura.tenants.identity import TenantId
from tests.unit.documents.bucket import CREATED, ERASED, MARKED, changed_event, sample_event

HEX = st.text("0123456789abcdefABCDEF", min_size=1, max_size=40)
FIELDS = st.sampled_from(["object", "key", "size", "sequencer", "version-id", "deletion-type"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(FIELDS, inner),
)


def test_a_written_object_is_a_created_document():
    change = parse_event(CREATED)
    assert change.tenant == TenantId("minato-shoji")
    assert change.name == "rules/旅費規程.txt"
    assert change.document_id == document_id("rules/旅費規程.txt")
    assert change.kind == "created"
    assert change.sequencer == "0065E1A2B3C4D5E6F7".ljust(40, "0")
    assert change.version_id == "Z2FTn0pPj6lIe4qkqvbS7f2mE0Hq3a1c"
    assert change.size_bytes == 2118
    assert not change.marker


def test_a_delete_marker_is_told_from_a_permanent_deletion():
    marked, erased = parse_event(MARKED), parse_event(ERASED)
    assert (marked.kind, marked.marker) == ("deleted", True)
    assert (erased.kind, erased.marker) == ("deleted", False)
    assert marked.size_bytes == erased.size_bytes == 0


def test_a_removal_is_later_than_the_writing_before_it():
    assert parse_event(MARKED).sequencer > parse_event(CREATED).sequencer


def test_an_expiry_by_lifecycle_is_a_deletion_like_any_other():
    event = copy.deepcopy(ERASED)
    event["detail"] |= {"reason": "Lifecycle Expiration", "requester": "s3.amazonaws.com"}
    assert parse_event(event) == parse_event(ERASED)


def test_a_bucket_without_versions_names_none():
    assert parse_event(changed_event(CREATED, version_id=None)).version_id is None


def test_an_object_of_no_bytes_is_told_as_such():
    assert parse_event(changed_event(CREATED, size=0)).size_bytes == 0


@pytest.mark.parametrize("name", ["s3-object-tagged", "s3-other-prefix"])
def test_an_event_about_anything_else_is_refused(name):
    with pytest.raises(InvalidEvent):
        parse_event(sample_event(name))


@pytest.mark.parametrize("field", ["source", "detail-type", "detail"])
def test_an_event_without_one_of_its_fields_is_refused(field):
    event = copy.deepcopy(CREATED)
    del event[field]
    with pytest.raises(InvalidEvent):
        parse_event(event)


@pytest.mark.parametrize("field", ["key", "size", "sequencer"])
def test_an_object_without_one_of_its_fields_is_refused(field):
    with pytest.raises(InvalidEvent):
        parse_event(changed_event(CREATED, **{field: None}))


@pytest.mark.parametrize(
    "changes",
    [
        {"key": 7},
        {"key": ["minato-shoji/documents/a.txt"]},
        {"key": ""},
        {"key": "minato-shoji"},
        {"key": "minato-shoji/documents"},
        {"key": "minato-shoji/documents/"},
        {"key": "minato-shoji/Documents/a.txt"},
        {"key": "minato-shoji//documents/a.txt"},
        {"key": "documents/a.txt"},
        {"key": "/minato-shoji/documents/a.txt"},
        {"size": "2118"},
        {"size": -1},
        {"size": 1.5},
        {"size": True},
        {"size": []},
        {"version_id": 3},
        {"sequencer": 17},
        {"sequencer": ""},
        {"sequencer": "0065E1A2B3C4D5E6FG"},
        {"sequencer": "00 65"},
        {"sequencer": "００６５"},
        {"sequencer": "0065\n"},
        {"sequencer": "0" * 41},
    ],
)
def test_an_object_with_an_odd_field_is_refused(changes):
    with pytest.raises(InvalidEvent):
        parse_event(changed_event(CREATED, **changes))


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        None,
        "Object Created",
        {**CREATED, "detail": None},
        {**CREATED, "detail": []},
        {**CREATED, "detail": "text"},
        {**CREATED, "detail": {"object": None}},
        {**CREATED, "detail": {"object": "key sequencer size"}},
        {**CREATED, "detail": {"object": []}},
        {**CREATED, "detail-type": ["Object Created"]},
        {**CREATED, "detail-type": "Object Restore Completed"},
        {**CREATED, "source": "com.example"},
        {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "a"}}}]},
    ],
)
def test_what_is_no_object_event_of_eventbridge_is_refused(event):
    with pytest.raises(InvalidEvent):
        parse_event(event)


@given(JSON)
def test_no_detail_at_all_gives_any_error_but_ours(detail):
    try:
        parse_event({**CREATED, "detail": detail})
    except KotoguraError:
        return
    raise AssertionError("no such detail is an object of a tenant")


@pytest.mark.parametrize(
    "tenant", ["MINATO", "mi", "minato_shoji", "..", "港商事", "minato%2Dshoji", "x" * 33, ""]
)
def test_a_prefix_that_can_be_no_tenant_is_refused(tenant):
    event = changed_event(CREATED, key=f"{tenant}/documents/a.txt")
    with pytest.raises(InvalidTenantId):
        parse_event(event)


@pytest.mark.parametrize(
    "name",
    [
        "a+b.txt",
        "a b.txt",
        "a%20b.txt",
        "a%2Bb.txt",
        "a%E6%97%A5.txt",
        "100%.txt",
        "Q&A.txt",
        "Q&amp;A.txt",
        "a=b?c#d.txt",
        "会議室 予約ルール.txt",
        "規程／旅費.txt",
        "か\u3099.txt",
        "a//b.txt",
        "../../他社/documents/a.txt",
        "documents/a.txt",
        " a.txt ",
        "\u3000.txt",
        "a\tb.txt",
        "folder/",
    ],
)
def test_a_key_is_not_form_encoded_and_stays_as_it_is(name):
    change = parse_event(changed_event(CREATED, key=f"minato-shoji/documents/{name}"))
    assert change.name == name
    assert change.tenant == "minato-shoji"


@given(st.text(min_size=1, max_size=60).filter(lambda name: name.isprintable() and name[-1] != "/"))
def test_the_name_of_any_key_we_make_comes_back(name):
    key = document_key(TenantId("minato-shoji"), name)
    assert parse_event(changed_event(CREATED, key=key)).name == name


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("0055AED6DCD90281E5", "0055AED6DCD90281E6"),
        ("0055AED6DCD90281E5", "0055aed6dcd90281e6"),
        ("0055aed6dcd90281e5", "0055AED6DCD90281E501"),
        ("0055AED6DCD90281E5", "0055AED6DCD90281F"),
        ("00", "01"),
        ("9", "A"),
        ("9", "a"),
        (OLDEST, "0001"),
    ],
)
def test_of_two_sequencers_the_greater_is_the_later_whatever_their_length_and_case(earlier, later):
    assert normalize_sequencer(earlier) < normalize_sequencer(later)


@pytest.mark.parametrize(("one", "other"), [("00AB", "00ab"), ("12", "1200"), ("0", "00000")])
def test_sequencers_that_differ_in_zeros_to_the_right_or_in_case_are_one(one, other):
    assert normalize_sequencer(one) == normalize_sequencer(other)


@given(HEX, HEX)
def test_sequencers_are_ordered_as_s3_orders_them(one, other):
    width = max(len(one), len(other))
    ours = normalize_sequencer(one) < normalize_sequencer(other)
    assert ours == (one.upper().ljust(width, "0") < other.upper().ljust(width, "0"))


@given(HEX)
def test_a_normalised_sequencer_stays_as_it_is(sequencer):
    once = normalize_sequencer(sequencer)
    assert normalize_sequencer(once) == once >= OLDEST
