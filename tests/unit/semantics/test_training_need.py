"""What changed since the last training, what is left of the month, and people's own pairs."""

import json

from hypothesis import given
from hypothesis import strategies as st

from kotogura.documents.identity import document_id
from kotogura.semantics.labelled_pairs import parse_labelled
from kotogura.semantics.training_need import (
    changed_share,
    decode_learned,
    encode_learned,
    learned_from,
    minutes_spent,
)
from kotogura.semantics.training_pairs import TrainingDocument
from kotogura.semantics.trainings import TrainingRecord, TrainingState

LEARNED = st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=6)


@given(LEARNED, LEARNED)
def test_the_changed_share_is_a_share_and_knows_no_direction(before: dict, after: dict):
    share = changed_share(before, after)
    assert 0 <= share <= 1
    assert share == changed_share(after, before)
    assert (share == 0) == (before == after)
    assert decode_learned(encode_learned(before)) == before


def test_a_title_a_body_and_an_id_each_make_a_change():
    document = TrainingDocument("1", "休暇規程", "三日前までに申請します。")
    learned = learned_from([document])
    for other in (
        TrainingDocument("1", "休暇規定", document.body),
        TrainingDocument("1", document.title, "前日までに申請します。"),
        TrainingDocument("2", document.title, document.body),
    ):
        assert changed_share(learned, learned_from([other])) == 1


def test_what_was_learned_may_be_unreadable():
    for data in (b"", b"[1]", b"{", b"\xff"):
        assert decode_learned(data) == {}


def test_minutes_are_those_of_the_month_running_ones_included():
    records = [
        TrainingRecord(
            training_id=str(number), state=TrainingState.KEPT, started_at=begun, ended_at=ended
        )
        for number, (begun, ended) in enumerate(
            [
                ("2026-04-01T00:00:00.000Z", "2026-04-01T00:10:00.000Z"),
                ("2026-04-30T23:00:00.000Z", None),
                ("2026-03-31T23:59:00.000Z", "2026-04-01T00:30:00.000Z"),
                ("", None),
            ]
        )
    ]
    assert minutes_spent(records, "2026-04-30T23:05:00.000Z") == 15


def test_labelled_lines_are_read_and_wrong_ones_counted():
    lines = [
        json.dumps(
            {"query": "休み", "passage": "休暇は三日前まで。", "document": "rules/leave.md"}
        ),
        "",
        json.dumps({"query": "", "passage": "x"}),
        json.dumps(["query"]),
        "[" * 100_000,
        json.dumps({"query": " 経費 ", "passage": "月末に締める。"}),
    ]
    pairs, wrong = parse_labelled("\n".join(lines).encode())
    assert [(pair.query, pair.document_id) for pair in pairs] == [
        ("休み", document_id("rules/leave.md")),
        ("経費", ""),
    ]
    assert wrong == 3


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data: bytes):
    pairs, wrong = parse_labelled(data)
    assert len(pairs) + wrong <= data.count(b"\n") + 1
