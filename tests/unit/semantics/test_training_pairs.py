from hypothesis import given
from hypothesis import strategies as st

from kotogura.semantics.token_measure import CharacterMeasure
from kotogura.semantics.training_pairs import (
    TrainingDocument,
    bare_passages,
    held_out,
    held_out_ids,
    make_pairs,
)

MEASURE = CharacterMeasure(300)
BODY = "この規程は、年次有給休暇の取り方を定めるものです。"


def test_a_title_asks_for_the_opening_without_itself():
    document = TrainingDocument("1", "休暇規程", f"休暇規程\n\n{BODY}")
    assert [(pair.query, pair.passage) for pair in make_pairs([document], MEASURE)] == [
        ("休暇規程", BODY)
    ]


def test_a_heading_asks_for_the_passage_below():
    document = TrainingDocument("1", "規程", f"## 休暇\n{BODY}")
    assert ("休暇", BODY) in [
        (pair.query, pair.passage) for pair in make_pairs([document], MEASURE)
    ]


def test_a_question_asks_for_its_answer():
    document = TrainingDocument("1", "窓口", f"Q: 休暇はどう取りますか？\nA: {BODY}")
    pairs = [(pair.query, pair.passage) for pair in make_pairs([document], MEASURE)]
    assert ("休暇はどう取りますか？", BODY) in pairs


def test_a_heading_that_documents_share_is_asked_with_the_title():
    documents = [
        TrainingDocument(name, title, f"# 概要\n{BODY}{title}")
        for name, title in (("1", "休暇規程"), ("2", "旅費規程"))
    ]
    queries = {pair.query for pair in make_pairs(documents, MEASURE)}
    assert {"休暇規程 概要", "旅費規程 概要"} <= queries
    assert "概要" not in queries


def test_a_list_is_text_and_no_row_of_headings():
    body = "1. 電源を入れる\n2. 蓋を開ける\n3. 紙を置く\n4. 蓋を閉じる\n" + BODY
    (passage,) = bare_passages(TrainingDocument("1", "複写機", body), MEASURE)
    assert passage.leads == ()
    assert "紙を置く" in passage.text


def test_queries_without_letters_and_short_passages_are_left_out():
    documents = [
        TrainingDocument("1", "2024-04", BODY),
        TrainingDocument("2", "休暇規程", "短い文。"),
        TrainingDocument("3", "", BODY),
    ]
    assert make_pairs(documents, MEASURE) == []


@given(st.lists(st.builds(TrainingDocument, st.text(max_size=3), st.text(), st.text()), max_size=4))
def test_pairs_are_unlike_complete_and_repeatable(documents: list[TrainingDocument]):
    pairs = make_pairs(documents, MEASURE)
    assert pairs == make_pairs(documents, MEASURE)
    assert len(set(pairs)) == len(pairs)
    ids = {document.document_id for document in documents}
    assert all(pair.query and pair.passage and pair.document_id in ids for pair in pairs)


@given(st.sets(st.text(max_size=5), max_size=60))
def test_held_out_is_a_tenth_to_two_fifths_and_never_all(ids: set[str]):
    chosen = held_out_ids(ids)
    assert chosen <= ids
    assert len(chosen) < len(ids) or not ids
    if len(ids) > 1:
        assert len(ids) / 10 <= len(chosen) <= max(1, len(ids) * 2 / 5)


def test_a_fifth_of_a_large_corpus_is_held_out():
    ids = [f"documents/{number}.txt" for number in range(2000)]
    share = sum(map(held_out, ids)) / len(ids)
    assert 0.17 < share < 0.23
    assert held_out_ids(ids) == set(filter(held_out, ids))
