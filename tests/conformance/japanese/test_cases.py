"""The suite itself: cases are checked strictly, told apart, judged rightly, and put to Kuromoji."""

from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.conformance.japanese.cases import Case, NumberedCase, all_cases
from tests.conformance.japanese.kuromoji import KuromojiMissing, find_jar, kuromoji_outcomes
from tests.conformance.japanese.outcomes import Answer, Outcome

_JARS = Path(__file__).parents[3] / ".bench" / "lucene"
_GOOD = {
    "query": "空港",
    "documents": {"a": "空港の売店", "b": {"title": "港", "body": "船の売店"}},
    "hits": ["a"],
    "misses": ["b"],
    "grade": "must",
    "reason": "A word is found where it stands.",
}


def test_there_are_more_than_five_hundred_cases() -> None:
    assert len(all_cases()) > 500


def test_no_case_is_asked_twice() -> None:
    asked = Counter(repr((one.case.query, one.case.documents)) for one in all_cases())
    assert [text for text, times in asked.items() if times > 1] == []


@pytest.mark.parametrize(
    "change",
    [
        {"grade": "may"},
        {"hits": ["a", "b"]},
        {"hits": []},
        {"hits": ["a", "c"]},
        {"misses": []},
        {"documents": {}},
        {"documents": {"a": "空港の売店", "b": {"title": "港"}}},
        {"documents": {"a": "空港の売店", "b": "\ud800"}},
        {"query": ""},
        {"query": {"repeat": "", "times": "9"}},
        {"reason": "Short."},
        {"note": "no such key"},
    ],
    ids=str,
)
def test_a_case_that_tells_too_little_or_too_much_is_refused(change: dict[str, object]) -> None:
    Case.model_validate(_GOOD)
    with pytest.raises(ValidationError):
        Case.model_validate(_GOOD | change)


@pytest.mark.parametrize("key", sorted(_GOOD))
def test_a_case_without_one_of_its_keys_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        Case.model_validate({name: value for name, value in _GOOD.items() if name != key})


def test_kuromoji_answers_the_same_cases(tmp_path: Path) -> None:
    try:
        jar = find_jar(_JARS)
        outcomes = kuromoji_outcomes(all_cases()[:3], jar, tmp_path)
    except KuromojiMissing as missing:
        pytest.skip(str(missing))
    assert [one.complaint for one in outcomes] == ["", "", ""]


def test_kuromoji_is_left_out_without_a_jar(tmp_path: Path) -> None:
    with pytest.raises(KuromojiMissing):
        find_jar(tmp_path)


def test_a_long_text_is_told_shortly() -> None:
    repeated = {"before": "甲は", "repeat": "乙", "times": "3", "after": "丙"}
    case = Case.model_validate(
        _GOOD | {"query": {"repeat": "港", "times": "2"}, "documents": {"a": repeated, "b": "船"}}
    )
    assert case.query == "港港"
    assert case.documents["a"].body == "甲は乙乙乙丙"


def test_an_outcome_complains_of_what_is_missing_wrong_or_broken() -> None:
    case = NumberedCase(group="any", number=1, case=Case.model_validate(_GOOD))
    assert Outcome(case, Answer(frozenset({"a"}))).passed
    assert Outcome(case, Answer()).complaint == "not found: a"
    assert Outcome(case, Answer(frozenset({"a", "b"}))).complaint == "found by mistake: b"
    assert "refused: why" in Outcome(case, Answer(refusal="why")).complaint
    broken = Outcome(case, Answer(frozenset({"a"}), failure="KeyError"))
    assert broken.complaint == "broke: KeyError"
