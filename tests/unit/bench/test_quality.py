import pytest

from bench.quality import mean_reciprocal_rank, recall

TEN = [f"other-{number}" for number in range(10)]


def test_the_reciprocal_rank_is_the_place_of_the_relevant_id():
    assert mean_reciprocal_rank([["x", "y", "a"]], ["a"]) == pytest.approx(1 / 3)


def test_what_is_found_after_the_tenth_counts_for_nothing():
    assert mean_reciprocal_rank([[*TEN, "a"]], ["a"]) == 0
    assert recall([[*TEN, "a"]], ["a"]) == 0


def test_questions_without_an_answer_count_too():
    assert mean_reciprocal_rank([["a"], []], ["a", "b"]) == 0.5
    assert recall([["x", "a"], []], ["a", "b"]) == 0.5


def test_an_engine_that_answers_too_few_questions_is_an_error():
    with pytest.raises(ValueError, match="longer"):
        mean_reciprocal_rank([["a"]], ["a", "b"])
