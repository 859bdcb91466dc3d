import pytest

from kotogura.semantics.headings import is_heading, is_question, without_marks


@pytest.mark.parametrize(
    "line", ["# 概要", "第１２条 罰則", "3.2 設定", "【注意】電池の交換", "■連絡先"]
)
def test_a_marked_line_is_a_heading_anywhere(line: str):
    assert is_heading(line)


@pytest.mark.parametrize(
    "line", ["", "・牛乳", "- 項目", "はい。", "https://example.com", "あ" * 41]
)
def test_items_sentences_and_long_lines_are_no_headings(line: str):
    assert not is_heading(line, alone=True)


@pytest.mark.parametrize(
    "line",
    [
        "Q1：保証期間は",
        "質問：保証期間は",
        "いつ届きますか",
        "届かないのはなぜ？",
        "よいでしょうか。",
    ],
)
def test_questions_are_known_by_label_mark_or_ending(line: str):
    assert is_question(line)


@pytest.mark.parametrize("line", ["", "届きます。", "QRコードを読み取る", "あ" * 90 + "？"])
def test_other_lines_ask_nothing(line: str):
    assert not is_question(line)


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("### 概要 ", "概要"),
        ("■連絡先", "連絡先"),
        ("Ｑ：いつですか", "いつですか"),
        ("回答：明日", "明日"),
    ],
)
def test_marks_come_off(line: str, bare: str):
    assert without_marks(line) == bare
