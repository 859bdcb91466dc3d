"""What people opened teaches by the passage that they were likely after."""

from kotogura.semantics.opened_pairs import MOST_PER_DOCUMENT, opened_pairs
from kotogura.semantics.token_measure import CharacterMeasure
from kotogura.semantics.training_pairs import TrainingDocument
from kotogura.tenants.openings import Opening

BODY = """# 日当
空港へ出張した者には日当を払います。

# 宿泊
宿泊の費用は領収書のとおりに払います。
"""
RULES = TrainingDocument("1", "旅費規程", BODY)
MEASURE = CharacterMeasure(200)


def test_a_query_is_paired_with_the_passage_that_shares_most_with_it() -> None:
    asked = [Opening("ホテルの費用 領収書", "1", 2), Opening("空港 日当", "1", 1)]
    pairs = opened_pairs(asked, [RULES], MEASURE)
    assert [(pair.query, pair.passage) for pair in pairs] == [
        ("ホテルの費用 領収書", "宿泊の費用は領収書のとおりに払います。"),
        ("空港 日当", "空港へ出張した者には日当を払います。"),
    ]
    assert {pair.document_id for pair in pairs} == {"1"}


def test_a_query_that_shares_nothing_is_taken_for_the_beginning() -> None:
    [pair] = opened_pairs([Opening("いくらもらえる", "1", 1)], [RULES], MEASURE)
    assert pair.passage.startswith("空港へ")


def test_what_is_gone_too_short_or_no_words_teaches_nothing() -> None:
    asked = [Opening("日当", "gone", 9), Opening("日", "1", 9), Opening("x=1;{}()", "1", 9)]
    assert not opened_pairs(asked, [RULES], MEASURE)
    assert not opened_pairs([Opening("日当", "2", 1)], [TrainingDocument("2", "空", "")], MEASURE)


def test_one_document_teaches_no_more_than_its_share() -> None:
    asked = [Opening(f"日当について{number}", "1", 9 - number) for number in range(9)]
    pairs = opened_pairs(asked, [RULES], MEASURE)
    assert [pair.query for pair in pairs] == [one.query for one in asked[:MOST_PER_DOCUMENT]]
