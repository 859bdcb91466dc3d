"""Snippets: a cut of the body, and what in it answers the query."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.search.snippets import SNIPPET_CHARACTERS, join_spans, make_snippet


def spans_of(body: str, *words: str) -> list[tuple[int, int]]:
    found = []
    for word in words:
        start = body.find(word)
        while start >= 0:
            found.append((start, start + len(word)))
            start = body.find(word, start + 1)
    return found


def shown(body: str, highlights: list[tuple[int, int]]) -> list[str]:
    return [body[start:end] for start, end in highlights]


def test_the_beginning_is_shown_where_nothing_is_to_be_highlighted() -> None:
    snippet = make_snippet("あ" * 500, [])
    assert (snippet.text, snippet.start, snippet.highlights) == ("あ" * SNIPPET_CHARACTERS, 0, [])


def test_a_short_body_is_shown_whole() -> None:
    body = "旅費は後日精算します。"
    snippet = make_snippet(body, spans_of(body, "精算"))
    assert (snippet.text, snippet.start) == (body, 0)
    assert shown(body, snippet.highlights) == ["精算"]


def test_an_empty_body_has_an_empty_snippet() -> None:
    snippet = make_snippet("", [])
    assert (snippet.text, snippet.start, snippet.highlights) == ("", 0, [])


def test_a_snippet_begins_with_the_sentence_of_its_first_highlight() -> None:
    body = "前置きが続きます。" * 30 + "旅費は後日精算します。" + "あとがきです。" * 30
    snippet = make_snippet(body, spans_of(body, "精算"))
    assert snippet.text.startswith("旅費は後日精算します。")
    assert shown(body, snippet.highlights) == ["精算"]


def test_the_cut_with_the_most_highlights_is_taken() -> None:
    body = "休暇。" + "あ" * 300 + "。休暇の申請は上長が承認する。" + "い" * 300 + "申請。"
    snippet = make_snippet(body, spans_of(body, "休暇", "申請", "承認"))
    assert shown(body, snippet.highlights) == ["休暇", "申請", "承認"]


def test_of_equal_cuts_the_first_is_taken() -> None:
    body = "休暇。" + "あ" * 300 + "休暇。"
    assert make_snippet(body, spans_of(body, "休暇")).start == 0


def test_a_sentence_longer_than_the_cut_begins_a_little_before_its_highlight() -> None:
    body = "あ" * 400 + "休暇" + "い" * 400
    snippet = make_snippet(body, spans_of(body, "休暇"))
    assert 0 < 400 - snippet.start <= SNIPPET_CHARACTERS // 4
    assert shown(body, snippet.highlights) == ["休暇"]


def test_a_passage_bounds_the_cut() -> None:
    body = "休暇の話。" * 20 + "ここからが本題で、精算の話をする。" + "休暇の話。" * 20
    start = body.index("ここから")
    passage = (start, start + 17)
    snippet = make_snippet(body, spans_of(body, "休暇"), passage)
    assert (snippet.text, snippet.start) == (body[start : start + 17], start)
    assert snippet.highlights == []


def test_spans_that_touch_or_overlap_are_one() -> None:
    assert join_spans([(4, 6), (0, 2), (2, 3), (4, 5)]) == [(0, 3), (4, 6)]
    assert join_spans([]) == []


def test_a_run_of_highlights_longer_than_the_cut_is_shown_as_far_as_it_fits() -> None:
    body = "申請" * 200
    snippet = make_snippet(body, spans_of(body, "申請"))
    assert snippet.highlights == [(0, SNIPPET_CHARACTERS)]


def test_a_word_on_every_line_of_a_long_document_costs_no_more_than_its_lines() -> None:
    body = "休暇、" * 100_000
    snippet = make_snippet(body, spans_of(body, "休暇"))
    assert len(snippet.highlights) == len(snippet.text) // 3 + 1


def test_blanks_at_the_end_of_a_cut_are_left_out() -> None:
    snippet = make_snippet("休暇  \n\n", [(0, 2)])
    assert (snippet.text, snippet.highlights) == ("休暇", [(0, 2)])


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]], tuple[int, int] | None, int]:
    body = draw(st.text(st.sampled_from("あい。\n 申請𠮷"), max_size=120))
    span = st.tuples(st.integers(0, len(body)), st.integers(1, 12))
    spans = [
        (start, start + length)
        for start, length in draw(st.lists(span, max_size=8))
        if start + length <= len(body) and not {body[start], body[start + length - 1]} & set(" \n")
    ]
    passage = draw(
        st.none()
        | st.tuples(st.integers(0, len(body)), st.integers(0, len(body))).map(
            lambda pair: (min(pair), max(pair))
        )
    )
    return body, spans, passage, draw(st.integers(12, 60))


@given(bodies())
def test_offsets_are_right_and_highlights_lie_apart_within_the_cut(
    example: tuple[str, list[tuple[int, int]], tuple[int, int] | None, int],
) -> None:
    body, spans, passage, limit = example
    snippet = make_snippet(body, spans, passage, limit)
    end = snippet.start + len(snippet.text)
    assert body[snippet.start : end] == snippet.text
    assert len(snippet.text) <= limit
    low, high = passage or (0, len(body))
    assert low <= snippet.start <= max(low, high)
    assert end <= max(low, high)
    last = snippet.start - 1
    covered = {place for start, stop in spans for place in range(start, stop)}
    for first, stop in snippet.highlights:
        assert last < first < stop <= end
        assert set(range(first, stop)) <= covered
        last = stop
    inside = [span for span in spans if low <= span[0] and span[1] <= high]
    assert bool(snippet.highlights) >= bool(inside)


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_highlight_longer_than_the_cut_still_begins_it(limit: int) -> None:
    snippet = make_snippet("あ。申請申請申請", [(2, 8)], limit=limit)
    assert snippet.text == "申請申請申請"[:limit]


def test_the_cut_that_shows_the_most_different_words_is_taken() -> None:
    body = "休暇と休暇と休暇。" + "あ" * 300 + "。休暇の申請。"
    spans = spans_of(body, "休暇", "申請")
    words = [body[start:end] for start, end in spans]
    snippet = make_snippet(body, spans, words=words)
    assert shown(body, snippet.highlights) == ["休暇", "申請"]
    assert snippet.more == []


def test_further_fragments_show_words_that_the_best_does_not() -> None:
    body = "承認。" + "あ" * 300 + "。休暇の申請。" + "い" * 300 + "。規程。" + "う" * 300 + "休暇"
    spans = spans_of(body, "休暇", "申請", "承認", "規程")
    words = [body[start:end] for start, end in spans]
    snippet = make_snippet(body, spans, words=words)
    assert shown(body, snippet.highlights) == ["休暇", "申請"]
    assert [shown(body, one.highlights) for one in snippet.more] == [["承認"], ["規程"]]


def test_html_is_safe_and_marks_what_is_highlighted() -> None:
    body = "<script>alert(1)</script> & 休暇"
    snippet = make_snippet(body, spans_of(body, "script", "休暇"))
    assert snippet.html == (
        "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; &amp; <mark>休暇</mark>"
    )


@given(
    body=st.text(st.sampled_from("ab<&。\n "), max_size=400),
    places=st.lists(st.tuples(st.integers(0, 399), st.integers(1, 9), st.sampled_from("xyz"))),
    limit=st.integers(10, 60),
)
def test_fragments_are_cuts_that_do_not_overlap(
    body: str, places: list[tuple[int, int, str]], limit: int
) -> None:
    some = [
        (start, start + size, word) for start, size, word in places if start + size <= len(body)
    ]
    spans = [(start, end) for start, end, _ in some]
    snippet = make_snippet(body, spans, limit=limit, words=[word for _, _, word in some])
    fragments = sorted([snippet, *snippet.more], key=lambda one: one.start)
    behind = 0
    for one in fragments:
        assert behind <= one.start
        assert one.text == body[one.start : one.start + len(one.text)]
        assert len(one.text) <= limit
        behind = one.start + len(one.text)
        plain = re.sub("</?mark>", "", one.html)
        assert html.unescape(plain) == one.text
        assert re.findall("<mark>(.*?)</mark>", one.html, re.DOTALL) == [
            html.escape(body[start:end]) for start, end in one.highlights
        ]


@pytest.mark.parametrize(
    ("before", "begins"),
    [
        ("関西大阪国際", "空港"),
        ("東京ターミナルビル", "空港"),
        ("airport", "空港"),
        ("のように", "空港"),
    ],
)
def test_a_cut_that_can_begin_at_no_sentence_begins_at_a_word(before: str, begins: str) -> None:
    body = "、" * 40 + before + "空港から先へ" + "、" * 40
    place = body.index("空港")
    snippet = make_snippet(body, [(place, place + 2)], limit=12)
    assert snippet.text.startswith(begins)
    assert snippet.highlights == [(place, place + 2)]
