"""Titles and bodies of plain text and of Markdown, and what holds for every format."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotogura.documents.formats import format_of, read_text
from kotogura.errors import UnsupportedDocument

MARKUP = st.lists(
    st.sampled_from(
        ["<h1>", "</h1>", "<p>", "</p>", "<td>", "<!--", "-->", "<![", "]]>", "<?", "<script>",
         "</script>", "&amp;", "&#xD800;", "&#0;", "<br/>", "<", ">", "休暇", " ", "\n", "# ", "|",
         "```", "*", "[", "](", ")", "---\n", "<title>", "</title>", "<svg>", '<a href="', "\r"]
    ),
    max_size=25,
).map("".join)  # fmt: skip
MEDIA_TYPES = st.sampled_from(["text/plain", "text/markdown", "text/html"])


def plain(text, name="rules/規程.txt"):
    found = read_text(text, "text/plain", name)
    return found.title, found.body


def markdown(text, name="rules/規程.md"):
    found = read_text(text, "text/markdown", name)
    return found.title, found.body


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a.TXT", "text/plain"),
        ("a.text", "text/plain"),
        ("a.md", "text/markdown"),
        ("A.MD", "text/markdown"),
        ("a.markdown", "text/markdown"),
        ("a.html", "text/html"),
        ("a.HtM", "text/html"),
        ("rules/v1.2/旅費 規程.txt", "text/plain"),
        ("a.md.txt", "text/plain"),
    ],
)
def test_the_extension_tells_the_format_in_either_case(name, media_type):
    assert format_of(name) == media_type


@pytest.mark.parametrize(
    "name",
    ["a", "a.", "a.exe", "a.png", "a.txt.zip", ".txt", "a.txt/b", "a.ｔｘｔ", "a.txt "],
)
def test_any_other_extension_is_refused_with_the_ones_that_are_read(name):
    with pytest.raises(UnsupportedDocument) as refused:
        format_of(name)
    assert ".html" in refused.value.detail
    assert ".txt" in refused.value.detail


# Plain text


def test_a_short_first_line_is_a_plain_texts_title_and_not_in_its_body():
    assert plain("旅費規程\n\n第1条 目的\n第2条 範囲\n") == ("旅費規程", "第1条 目的\n第2条 範囲")


def test_a_plain_text_of_one_line_is_titled_by_its_file():
    assert plain("来週は休みです") == ("規程", "来週は休みです")


def test_a_first_line_that_is_a_sentence_is_no_title():
    assert plain("これは文です。\n本文") == ("規程", "これは文です。\n本文")


def test_a_first_line_above_eighty_characters_is_no_title():
    assert plain("長" * 80 + "\n本文")[0] == "長" * 80
    assert plain("長" * 81 + "\n本文")[0] == "規程"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system(ends):
    assert plain(ends.join(["題", "", "本文", "続き", ""])) == ("題", "本文\n続き")


def test_full_width_blanks_are_trimmed_at_the_ends_of_lines_and_kept_inside():
    assert plain("　　題　\n　本文　です　\n") == ("題", "本文　です")


def test_blank_lines_before_the_title_are_passed_over():
    assert plain("\ufeff\n　\n\n題\n本文") == ("題", "本文")


def test_at_most_one_blank_line_is_kept_between_two():
    assert plain("題\n一\n\n\n　\n\n二") == ("題", "一\n\n二")


def test_what_looks_like_markup_stays_in_a_plain_text():
    assert plain("題\n<b>太字</b> &amp; # 見出し") == ("題", "<b>太字</b> &amp; # 見出し")


# Markdown


def test_a_markdown_files_first_heading_is_its_title_and_not_in_its_body():
    assert markdown("# 休暇\n\n年に*十日*。\n\n## 届け\n\n総務部へ。") == (
        "休暇",
        "年に十日。\n\n届け\n\n総務部へ。",
    )


def test_a_heading_underlined_with_equals_signs_is_one_too():
    assert markdown("休暇\n====\n\n十日。") == ("休暇", "十日。")


def test_a_markdown_file_without_a_heading_is_titled_by_its_file():
    assert markdown("十日。\n\n## 届け\n\n総務部へ。") == ("規程", "十日。\n\n届け\n\n総務部へ。")


def test_a_heading_alone_is_both_title_and_text():
    assert markdown("# 休業日のお知らせ\n") == ("休業日のお知らせ", "休業日のお知らせ")


def test_a_byte_order_mark_hides_no_heading():
    assert markdown("\ufeff# 題\r\n\r\n本文\r\n") == ("題", "本文")


def test_a_link_is_its_text_and_an_image_is_not_text():
    assert markdown("[社内規程](https://example.com/a)と![図](a.png)。") == ("規程", "社内規程と。")


def test_code_is_kept_as_it_is_and_marks_are_not():
    body = markdown("`kotogura up` と **強調**。\n\n```sh\nmake demo <x>\n```\n")[1]
    assert body == "kotogura up と 強調。\n\nmake demo <x>"


def test_a_markdown_tables_cells_are_words_of_their_own():
    body = markdown("|製品|料金|\n|--|--|\n|洗濯機|880円|\n")[1]
    assert body.split() == ["製品", "料金", "洗濯機", "880円"]


def test_lists_and_quotes_keep_their_words_line_by_line():
    body = markdown("- 一\n  - 二\n    1. 三\n\n> 四\n> > 五\n")[1]
    assert body.split("\n") == ["一", "", "二", "", "三", "", "四", "", "五"]


def test_deep_quotes_lose_no_words():
    assert "深い" in markdown("> " * 40 + "深い")[1]


def test_markup_in_markdown_is_read_as_html_is():
    assert markdown("# 題\n\n本<b>文</b>\n\n<script>秘密</script>\n") == ("題", "本文")


def test_words_in_angle_brackets_that_are_no_markup_stay():
    assert markdown("<重要> 5 < 6 & 7") == ("規程", "<重要> 5 < 6 & 7")


def test_a_footnotes_text_without_blanks_is_no_links_address():
    body = markdown("本文[^1]です。\n\n[^1]: 就業規則第十条による。\n")[1]
    assert body == "本文[^1]です。\n\n[^1]: 就業規則第十条による。"


# All formats


@given(MARKUP, MEDIA_TYPES)
def test_any_text_has_a_title_of_one_line_and_a_body_that_can_be_stored(text, media_type):
    found = read_text(text, media_type, "規程.x")
    assert found.title
    assert len(found.title) <= 200
    assert found.title == " ".join(found.title.split())
    assert found.body.encode("utf-8").decode("utf-8") == found.body
    assert "\r" not in found.body
    assert "\n\n\n" not in found.body


@given(st.text(max_size=200))
def test_a_plain_text_loses_blanks_alone(text):
    found = read_text(text, "text/plain", "無題.txt")
    kept = found.body if found.title == "無題" else found.title + found.body
    assert visible(kept) == visible(text)


def visible(text):
    return "".join(re.findall(r"[^\s\x00-\x1f\x7f-\x9f\ufeff]", text))


def test_control_characters_do_not_get_into_a_title():
    assert plain("題\x00\x1b[1m\x0b名\n本文")[0] == "題 [1m 名"


@pytest.mark.parametrize("name", ["　.txt", " .txt", "\u2003.md"])
def test_a_file_without_a_name_to_speak_of_has_a_title_all_the_same(name):
    assert read_text("一行", "text/plain", name).title.strip()
