"""Which lines of a plain text are headings, and which ask a question."""

import re

_LONGEST_HEADING = 40
_LONGEST_QUESTION = 80
_MARKED = re.compile(
    r"#{1,6}\s"  # Markdown
    r"|第\s?[0-9０-９一二三四五六七八九十百]+\s?[章節条編部項]"  # rules and contracts
    r"|[0-9０-９]+(?:[.．][0-9０-９]+)*[.．、)）]?\s"  # numbered sections
    r"|[■◆●◇□▼▽★☆【〔]"
)
_NOT_A_HEADING = re.compile(r"[。、，,；;：:！!？?]$|^[・\-*+|>「『(（]|https?://")
_QUESTION_MARK = re.compile(r"[？?][」』）)]?$|(?:でしょうか|ですか|ますか|ませんか)[。]?$")
_QUESTION_LABEL = re.compile(
    r"^\s*(?:[QＱ][0-9０-９]*\s?[.．:：、)）]|質問\s?[0-9０-９]*\s?[.．:：])\s*"
)
_ANSWER_LABEL = re.compile(r"^\s*(?:[AＡ][0-9０-９]*\s?[.．:：、)）]|(?:回答|答え)\s?[.．:：])\s*")
_HEADING_MARK = re.compile(r"^\s*(?:#{1,6}\s+|[■◆●◇□▼▽★☆]\s*)")


def is_heading(line: str, *, alone: bool = False) -> bool:
    """Tell whether `line` reads as a heading rather than as text.

    Args:
        line: one line, with or without surrounding blanks.
        alone: a blank line (or the beginning of the text) stands before it. A short line without a
            sentence's end is taken for a heading only then; marked and numbered lines always are.

    >>> is_heading("第３条 休暇"), is_heading("## 設定"), is_heading("お支払い方法", alone=True)
    (True, True, True)
    >>> is_heading("お支払い方法"), is_heading("休暇は前日までに申請します。", alone=True)
    (False, False)
    """
    line = line.strip()
    if not line or len(line) > _LONGEST_HEADING or _NOT_A_HEADING.search(line):
        return False
    return alone or _MARKED.match(line) is not None


def is_question(line: str) -> bool:
    """Tell whether `line` asks something: by its label, its mark or its ending.

    >>> is_question("Q: 返品できますか"), is_question("電源が入らない？"), is_question("質問する。")
    (True, True, False)
    """
    line = line.strip()
    if _QUESTION_LABEL.match(line):
        return True
    return len(line) <= _LONGEST_QUESTION and _QUESTION_MARK.search(line) is not None


def without_marks(line: str) -> str:
    """Return `line` without what only marks it as heading, question or answer.

    >>> without_marks("## 設定"), without_marks("Q1. 返品できますか"), without_marks("A: はい。")
    ('設定', '返品できますか', 'はい。')
    """
    for mark in (_HEADING_MARK, _QUESTION_LABEL, _ANSWER_LABEL):
        line = mark.sub("", line)
    return line.strip()
