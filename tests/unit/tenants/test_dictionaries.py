"""A user dictionary as people write it."""

import hashlib

import pytest

from kotogura.errors import InvalidDictionary
from kotogura.tenants.dictionaries import (
    COLUMN_COUNT,
    ENTRY_LIMIT,
    TEXT_LIMIT_BYTES,
    parse_dictionary,
)

LONG = "湊式,4786,4786,-32768,湊式,名詞,固有名詞,一般,*,*,*,ミナトシキ,湊式,*,*,*,*,*"


def changed(column: int, value: str) -> str:
    columns = LONG.split(",")
    columns[column] = value
    return ",".join(columns)


def test_a_word_and_its_reading_are_enough() -> None:
    (entry,) = parse_dictionary("湊式点検票,みなとしきてんけんひょう")
    assert len(entry) == COLUMN_COUNT
    assert entry[:5] == ("湊式点検票", "4786", "4786", "-32768", "湊式点検票")
    assert entry[5:11] == ("名詞", "固有名詞", "一般", "*", "*", "*")
    assert entry[11:13] == ("ミナトシキテンケンヒョウ", "湊式点検票")


def test_a_part_of_speech_may_be_told() -> None:
    (entry,) = parse_dictionary("湊花子,ミナトハナコ,名詞,固有名詞,人名,一般,*,*")
    assert entry[1] == "4787"
    assert entry[5:11] == ("名詞", "固有名詞", "人名", "一般", "*", "*")


def test_sudachis_own_columns_are_kept_as_they_are() -> None:
    assert parse_dictionary(LONG) == (tuple(LONG.split(",")),)


def test_what_says_nothing_is_left_out() -> None:
    text = "\ufeff# 用紙\r\n\r\n湊式点検票,みなとしきてんけんひょう\r\n"
    assert len(parse_dictionary(text)) == 1
    assert parse_dictionary("") == ()


def test_a_word_may_name_its_parts_by_number() -> None:
    parts = "\n".join([LONG, changed(15, "U0/U0").replace(",*,U0", ",C,U0")])
    assert parse_dictionary(parts)[1][15] == "U0/U0"


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("湊式点検票", "write a word, its reading"),
        ("湊式点検票,minato", "not in kana"),
        ("湊式点検票,", "not in kana"),
        ("湊,みなと", "one character"),
        ("。、,てん", "without any letter"),
        ("湊式点検票,みなと,動詞", "part of speech"),
        ("湊" * 101 + ",みなと", "above 100 characters"),
        ('"湊式点検票,みなと', "no CSV"),
        ("湊\\u0041,みなと", "backslash"),
        ("湊\x00式,みなと", "control character"),
        (changed(1, "5981"), "column 2"),
        (changed(2, "-1"), "column 3"),
        (changed(3, "40000"), "column 4"),
        (changed(5, ""), "6 to 11"),
        (changed(13, "12"), "14 and 18"),
        (changed(14, "D"), "column 15"),
        (changed(15, "12/13"), "columns 16 and 17"),
        (changed(16, "U7"), "isn't there"),
        (changed(15, "U0").replace(",*,U0", ",A,U0"), "type A"),
    ],
)
def test_a_wrong_line_is_told_by_number_and_never_quoted(line: str, remedy: str) -> None:
    with pytest.raises(InvalidDictionary, match="line 2: ") as refused:
        parse_dictionary(f"湊式点検票,みなと\n{line}")
    assert remedy in refused.value.detail
    assert "湊" not in refused.value.detail


def test_the_first_wrong_lines_are_told_and_the_rest_counted() -> None:
    with pytest.raises(InvalidDictionary, match=r"line 5: .*; and 2 more$"):
        parse_dictionary("\n".join(["湊"] * 7))


def test_too_much_is_refused() -> None:
    with pytest.raises(InvalidDictionary, match="10,000 words"):
        parse_dictionary("湊式,ミナト\n" * (ENTRY_LIMIT + 1))
    with pytest.raises(InvalidDictionary, match="1,000,000 bytes"):
        parse_dictionary("#" * (TEXT_LIMIT_BYTES + 1))
    noise = hashlib.shake_256(b"minato").hexdigest(450_000)
    with pytest.raises(InvalidDictionary, match="even compressed"):
        parse_dictionary(f"#{noise}")
    with pytest.raises(InvalidDictionary, match="no Unicode"):
        parse_dictionary("湊\ud800,みなと")
