"""A file of JSON Lines becomes one object a line, whatever order its events come in."""

import json
from datetime import date

import pytest

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentState
from kotogura.documents.lines import LINE_LIMIT, read_lines
from kotogura.documents.originals import Original
from kotogura.documents.unpacking import BATCH_COUNT, ROUND_COUNT, SECONDS, unpack
from kotogura.errors import (
    BrokenDocument,
    CommitConflict,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    InvalidDocumentName,
    InvalidMetadata,
    StoreUnavailable,
    UnsupportedDocument,
)
from tests.unit.documents.bucket import MINATO

NAME = "議事録.jsonl"
ID = document_id(NAME)


def lines(*values):
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode()


def named(*keys):
    return [f"{NAME}/{key}.json" for key in keys]


FIRST = lines({"id": "春", "text": "桜を見る。"}, {"id": "夏", "text": "海へ行く。"})
SECOND = lines({"id": "夏", "text": "海へ行く。"}, {"id": "秋", "text": "月を見る。"})


@pytest.fixture
def below(bucket):
    """Return what lists the objects that lie below the file."""
    return lambda: [file.name for file in bucket.list(MINATO, f"{NAME}/")]


def test_each_line_becomes_an_object_that_is_a_document(take, staged, bucket, below, ledger):
    intake = take(bucket.put(NAME, FIRST))
    assert (intake.outcome, intake.reason) == ("skipped", "unpacked")
    assert below() == sorted(named("春", "夏"))
    assert ledger.get(MINATO, ID).state is DocumentState.UNPACKED
    [summer] = named("夏")
    document = staged(take(bucket.put(summer, bucket.current(summer))))
    assert "海へ行く。" in document.body
    assert document.metadata["id"] == ["夏"]


def test_a_line_without_an_id_is_named_by_its_number():
    data = b'\xef\xbb\xbf{"text": "a"}\r\n\r\n{"id": null, "text": "b"}\r\n{"id": 7, "text": "c"}'
    assert list(read_lines(NAME, data)) == named("000001", "000003", "7")


def test_no_two_ids_have_one_name_and_none_makes_a_description():
    data = lines(*({"id": key, "text": "x"} for key in ("a/b", "a%2Fb", "a b", "a.meta", "..")))
    assert list(read_lines(NAME, data)) == named("a%2Fb", "a%252Fb", "a%20b", "a%2Emeta", "..")


def test_only_lines_that_changed_are_written_and_those_not_named_removed(take, bucket, below):
    take(bucket.put(NAME, FIRST))
    bucket.written.clear()
    take(bucket.put(NAME, SECOND))
    assert bucket.written == named("秋")
    assert bucket.removed == named("春")
    assert below() == sorted(named("夏", "秋"))


def test_an_event_that_comes_twice_writes_nothing_the_second_time(take, bucket, ledger):
    event = bucket.put(NAME, FIRST)
    take(event)
    bucket.written.clear()
    take(event)
    assert (bucket.written, bucket.removed) == ([], [])
    assert ledger.get(MINATO, ID).state is DocumentState.UNPACKED


def test_an_older_event_that_comes_late_undoes_nothing(take, bucket, below):
    first, second = bucket.put(NAME, FIRST), bucket.put(NAME, SECOND)
    take(second)
    take(first)
    assert below() == sorted(named("夏", "秋"))
    assert bucket.removed == []


def test_removing_the_file_removes_its_lines_and_nothing_else(take, bucket, below, ledger):
    bucket.put("議事録.jsonl.txt", b"other")
    bucket.put("議事録.jsonl/添付/a.json", b"{}")
    [described] = named("春.json.meta")
    bucket.put(described, b"{}")
    take(bucket.put(NAME, FIRST))
    take(bucket.remove(NAME))
    assert below() == sorted([described, "議事録.jsonl/添付/a.json"])
    assert bucket.current("議事録.jsonl.txt") == b"other"
    assert ledger.get(MINATO, ID).state is DocumentState.DELETED


def test_a_writing_whose_event_comes_after_the_removal_brings_nothing_back(take, bucket, below):
    written = bucket.put(NAME, FIRST)
    take(bucket.remove(NAME))
    take(written)
    assert below() == []


def test_taking_the_newest_version_away_brings_the_lines_of_the_one_before_back(
    take, bucket, below
):
    take(bucket.put(NAME, FIRST))
    take(bucket.put(NAME, SECOND))
    take(bucket.erase(NAME, bucket.version_ids(NAME)[-1]))
    assert below() == sorted(named("春", "夏"))


def test_a_call_that_broke_off_half_way_is_ended_by_the_next(take, bucket, below, monkeypatch):
    event = bucket.put(NAME, FIRST)
    write = bucket.write_many

    def crash(tenant, files):
        write(tenant, dict([next(iter(files.items()))]))
        raise StoreUnavailable

    monkeypatch.setattr(bucket, "write_many", crash)
    with pytest.raises(StoreUnavailable):
        take(event)
    monkeypatch.undo()
    take(event)
    assert bucket.written == named("春", "夏")
    assert below() == sorted(named("春", "夏"))


def test_a_slow_call_takes_back_what_it_wrote_beside_a_newer_one(
    take, bucket, below, monkeypatch, ledger
):
    first = bucket.put(NAME, FIRST)
    write = bucket.write_many

    def overtaken(tenant, files):
        monkeypatch.undo()
        take(bucket.put(NAME, SECOND))
        write(tenant, files)

    monkeypatch.setattr(bucket, "write_many", overtaken)
    take(first)
    assert below() == sorted(named("夏", "秋"))
    assert ledger.get(MINATO, ID).state is DocumentState.UNPACKED


def test_an_overtaken_call_that_broke_off_is_put_right_by_its_next_try(
    take, bucket, below, monkeypatch
):
    first = bucket.put(NAME, FIRST)
    write = bucket.write_many

    def overtaken(tenant, files):
        monkeypatch.undo()
        take(bucket.put(NAME, SECOND))
        write(tenant, files)
        raise StoreUnavailable

    monkeypatch.setattr(bucket, "write_many", overtaken)
    with pytest.raises(StoreUnavailable):
        take(first)
    assert named("春")[0] in below()
    take(first)
    assert below() == sorted(named("夏", "秋"))


def test_a_file_that_never_stands_still_is_tried_again_later(bucket, monkeypatch):
    bucket.put(NAME, FIRST)
    write, turns = bucket.write_many, iter(range(ROUND_COUNT))

    def changing(tenant, files):
        write(tenant, files)
        bucket.put(NAME, lines({"id": next(turns), "text": "x"}))

    monkeypatch.setattr(bucket, "write_many", changing)
    with pytest.raises(CommitConflict):
        unpack(MINATO, NAME, bucket)


def test_what_takes_too_long_goes_on_with_the_next_call(bucket, below):
    bucket.put(NAME, lines(*({"text": str(number)} for number in range(BATCH_COUNT + 1))))
    times = iter([0.0, 0.0, SECONDS + 1])
    with pytest.raises(StoreUnavailable):
        unpack(MINATO, NAME, bucket, lambda: next(times))
    assert len(below()) == BATCH_COUNT
    assert unpack(MINATO, NAME, bucket)
    assert len(bucket.written) == len(below()) == BATCH_COUNT + 1


@pytest.mark.parametrize(
    ("data", "error", "told"),
    [
        (b'{"text": "a"}\n\n{"text"', BrokenDocument, "line 3 is not JSON"),
        (b'{"text": "a"}\n["b"]', BrokenDocument, "line 2 is not an object"),
        (b'{"text": "a"}\n{"text": " "}', EmptyDocument, "line 2 holds no text"),
        (b'{"text": "a", "id": 1.5}', BrokenDocument, "line 1 has an id"),
        (b'{"text": "a", "id": " "}', BrokenDocument, "line 1 has an id"),
        (lines({"id": "1", "a": "x"}, {"a": "y"}, {"id": 1, "a": "z"}), BrokenDocument, "1 and 3"),
        (lines({"id": "あ" * 400, "a": "x"}), InvalidDocumentName, "line 1"),
        (b" \n\n", EmptyDocument, "no text"),
        (b'{"a": "x"}\n' * (LINE_LIMIT + 1), DocumentTooLarge, "10,000 lines"),
    ],
)
def test_a_bad_line_refuses_the_file_before_anything_is_changed(take, bucket, data, error, told):
    take(bucket.put(NAME, FIRST))
    bucket.written.clear()
    with pytest.raises(error, match=told) as caught:
        take(bucket.put(NAME, data))
    assert isinstance(caught.value, DocumentError)
    assert (bucket.written, bucket.removed) == ([], [])


def test_an_extension_in_capitals_is_refused():
    with pytest.raises(UnsupportedDocument, match="small letters"):
        read_lines("a.JSONL", FIRST)


BESIDE = NAME + ".meta.json"


@pytest.fixture
def fields(bucket, take, staged):
    """Return what tells the metadata of a line's document as it lies in the bucket now."""

    def of_line(key):
        [line] = named(key)
        return staged(take(bucket.put(line, bucket.current(line)))).metadata

    return of_line


def test_what_is_said_of_the_file_is_said_of_its_lines(take, bucket, fields):
    long = "長" * 900
    described = {"dept": "総務", "tags": ["規程"], "due": "2026-04-01", "memo": long, "title": "x"}
    bucket.put(BESIDE, json.dumps(described).encode())
    own = {"id": "夏", "text": "海へ行く。", "Dept": "営業", "tags": ["旅"]}
    take(bucket.put(NAME, lines({"id": "春", "text": "桜を見る。"}, own)))
    spring = fields("春")
    assert (spring["dept"], spring["tag"]) == (["総務"], ["規程"])
    assert (spring["due"], spring["memo"]) == ([date(2026, 4, 1)], [long])
    assert "title" not in spring
    summer = fields("夏")
    assert (summer["dept"], summer["tag"], summer["due"]) == (["営業"], ["旅"], [date(2026, 4, 1)])


def test_inherited_fields_are_no_text_of_the_line(take, bucket, staged):
    bucket.put(BESIDE, b'{"dept": "soumu"}')
    take(bucket.put(NAME, FIRST))
    [spring] = named("春")
    document = staged(take(bucket.put(spring, bucket.current(spring))))
    assert "桜を見る。" in document.body
    assert "soumu" not in document.body
    assert "soumu" not in document.title


def test_a_new_description_of_the_file_writes_its_lines_anew(take, bucket, fields, ledger):
    take(bucket.put(NAME, FIRST))
    bucket.written.clear()
    intake = take(bucket.put(BESIDE, json.dumps({"dept": "総務"}).encode()))
    assert (intake.outcome, intake.reason) == ("skipped", "unpacked")
    assert bucket.written == named("春", "夏")
    assert fields("春")["dept"] == ["総務"]
    assert ledger.get(MINATO, ID).state is DocumentState.UNPACKED
    bucket.written.clear()
    take(bucket.remove(BESIDE))
    assert bucket.written == named("春", "夏")
    assert "dept" not in fields("春")


def test_metadata_and_tags_of_the_file_are_passed_on_and_its_description_replaces_them(
    take, bucket, fields, monkeypatch
):
    fetch = bucket.fetch

    def fetch_labelled(tenant, name, *rest):
        found = fetch(tenant, name, *rest)
        labelled = found is not None and name == NAME
        return Original(found.data, {"dept": "総務"}, {"year": "2026"}) if labelled else found

    monkeypatch.setattr(bucket, "fetch", fetch_labelled)
    bucket.put(BESIDE, '{"dept": "営業"}'.encode())
    take(bucket.put(NAME, FIRST))
    assert (fields("春")["dept"], fields("春")["tag"]) == (["営業"], ["year=2026"])


def test_a_bad_description_of_the_file_changes_nothing(take, bucket, below):
    take(bucket.put(NAME, FIRST))
    bucket.written.clear()
    with pytest.raises(InvalidMetadata):
        take(bucket.put(BESIDE, b"[]"))
    assert (bucket.written, below()) == ([], sorted(named("春", "夏")))


def test_a_description_of_a_file_that_is_not_there_yet_describes_nothing(take, bucket):
    intake = take(bucket.put(BESIDE, b"{}"))
    assert (intake.outcome, intake.reason) == ("skipped", "nothing-described")
