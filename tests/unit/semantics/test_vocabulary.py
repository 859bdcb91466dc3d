import pytest

from kotogura.semantics.vocabulary import content_words


@pytest.mark.parametrize("term", ["会議", "税", "サーバー", "pdf", "2次元", "髙", "々々"])
def test_words_with_content_stay(term: str):
    assert content_words([(term, 1)]) == [(term, 1)]


@pytest.mark.parametrize("term", ["", "は", "ア", "2024", "１２", "--", "…", "a", "あ" * 41])
def test_words_without_content_go(term: str):
    assert content_words([(term, 1)]) == []


def test_the_most_frequent_stay_when_there_are_too_many():
    terms = [("会議", 1), ("休暇", 5), ("出張", 5), ("経費", 3)]
    assert content_words(terms, limit=3) == [("休暇", 5), ("出張", 5), ("経費", 3)]
