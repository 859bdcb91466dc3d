"""Titles and bodies of web pages."""

import pytest

from kotogura.documents.formats import declared_charset, read_text


def page(text, name="rules/規程.html"):
    found = read_text(text, "text/html", name)
    return found.title, found.body


def test_a_pages_first_heading_is_its_title():
    text = "<html><head><title>窓の題</title></head><body><h1>題</h1><p>本文</p></body></html>"
    assert page(text) == ("題", "本文")


def test_a_page_without_a_heading_is_titled_by_its_title_element():
    assert page("<head><title>窓の\n題</title></head><p>本文</p>") == ("窓の 題", "本文")


def test_a_heading_without_words_leaves_the_title_to_the_title_element():
    assert page("<title>社名</title><h1><img alt='ロゴ'></h1><p>本文</p>") == ("社名", "本文")


def test_a_page_without_either_is_titled_by_its_file():
    assert page("<p>本文</p>") == ("規程", "本文")


def test_only_the_first_of_several_headings_is_taken_out():
    assert page("<p>前</p><h1>題</h1><h1>次</h1><p>後</p>") == ("題", "前\n\n次\n\n後")


def test_markup_within_a_heading_is_not_in_the_title():
    assert page("<h1>第<em>1</em>章<br>総則<sup>*</sup></h1><p>本文</p>") == ("第1章 総則*", "本文")


def test_a_title_is_one_line_of_at_most_two_hundred_characters():
    title, body = page("<title>" + "長" * 300 + "</title><p>本文</p>")
    assert (title, body) == ("長" * 200, "本文")


def test_no_word_of_a_very_long_heading_is_lost():
    title, body = page("<h1>" + "長" * 250 + "終</h1><p>本文</p>")
    assert title == "長" * 200
    assert body == "長" * 250 + "終\n\n本文"


def test_a_heading_that_is_never_closed_swallows_nothing():
    title, body = page("<title>題</title><h1>章</h2><p>本文" + "です。" * 100 + "</p>")
    assert title == "題"
    assert body.startswith("章\n")
    assert body.endswith("です。")


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><html><head><title>題</title><body><p>本文",
        "<!DOCTYPE html><title>題</title><p>本文",
        "<html><title>題</title><body>本文</body></html>",
        "<HTML><HEAD><TITLE>題</TITLE></HEAD><BODY>本文</BODY></HTML>",
    ],
)
def test_elements_whose_ends_html_lets_one_leave_out_may_be_left_out(text):
    assert page(text) == ("題", "本文")


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>秘密</script>",
        "<SCRIPT type='text/javascript'>var a = '<p>秘密</p>';</SCRIPT>",
        "<style>p::before { content: '秘密' }</style>",
        "<template><p>秘密</p></template>",
        "<noscript><p>秘密</p></noscript>",
        "<head><meta name='description' content='秘密'><style>秘密</style></head>",
        "<!-- 秘密 -->",
        "<!--[if IE]><p>秘密</p><![endif]-->",
        "<?php echo '秘密' ?>",
        "<!DOCTYPE 秘密>",
        "<p title='秘密'></p>",
        "<input value='秘密'><img alt='秘密'>",
        "<svg><title>秘密</title></svg>",
        "<script>秘密",
    ],
)
def test_what_a_reader_does_not_see_is_not_text(hidden):
    assert page("<h1>題</h1><p>本文</p>" + hidden) == ("題", "本文")


def test_a_scripts_words_do_not_join_those_around_it():
    assert page("<p>東京<script>x</script>都</p>")[1] == "東京都"


def test_readings_over_kanji_do_not_cut_words():
    text = "<p><ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt></ruby>都</p>"
    assert page(text)[1] == "東京都"


def test_blocks_stand_on_lines_of_their_own_and_spans_do_not():
    text = "<div>一<span>二</span></div><ul><li>三<li>四</ul>五<br>六<option>七<option>八"
    assert page(text)[1].split() == ["一二", "三", "四", "五", "六", "七", "八"]


def test_a_tables_cells_are_parted_by_tabs_and_its_rows_by_lines():
    text = (
        "<table><tr><th>製品</th><th>料金</th></tr><tr><td>洗濯機</td><td>880円</td></tr></table>"
    )
    assert page(text)[1] == "製品\t料金\n\n洗濯機\t880円"


def test_a_table_within_a_table_keeps_every_word():
    text = "<table><tr><td>外<table><tr><td>内</td></tr></table></td><td>右</td></tr></table>"
    assert page(text)[1].split() == ["外", "内", "右"]


def test_entities_are_the_characters_they_stand_for():
    assert page("<p>Q&amp;A &lt;重要&gt; &#x9ad8; &hearts;</p>")[1] == "Q&A <重要> 高 ♥"


def test_preformatted_lines_stay_lines():
    assert page("<pre>一\n二</pre>")[1] == "一\n二"


def test_the_text_of_a_cdata_section_is_text():
    assert page("<p>一<![CDATA[二]]></p>")[1] == "一二"


def test_declarations_that_no_parser_knows_hide_nothing():
    assert "本文" in page("<![foo[x]]><p>本文</p>")[1]


def test_a_page_that_holds_only_an_address_is_read_without_a_warning():
    assert page("https://example.com/") == ("規程", "https://example.com/")


def test_xml_under_the_name_of_a_page_is_read_without_a_warning():
    assert page("<?xml version='1.0'?><rss><item>記事</item></rss>")[1] == "記事"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "row", ["<p>段落</p>", "<table><tr><td>段落</td></tr></table>", "段落<br>"]
)
def test_a_page_of_twenty_thousand_rows_is_read_in_seconds(row):
    assert page(row * 20_000)[1].count("段落") == 20_000


@pytest.mark.timeout(60)
def test_a_heading_that_is_never_closed_ends_where_the_next_begins():
    found = read_text("<title>題</title><h2>一<b>章</b><p>甲<h2>二章<p>乙", "text/html", "a.html")
    assert [section.heading for section in found.sections] == ["一章 甲", "二章 乙"]


def test_a_break_within_a_heading_parts_its_words():
    found = read_text("<h1>題</h1><h2>第1章<br>総則</h2><p>本文", "text/html", "a.html")
    assert [section.heading for section in found.sections] == ["第1章 総則"]


@pytest.mark.timeout(20)
def test_twenty_thousand_headings_that_are_never_closed_are_read_in_seconds():
    found = read_text("<p>序" + "<h2>節<p>本文" * 20_000, "text/html", "a.html")
    assert len(found.sections) == 20_000


def test_a_page_that_is_twenty_thousand_elements_deep_is_read():
    assert page("<div>" * 20_000 + "底" + "</div>" * 20_000)[1] == "底"


# What a page declares


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (b'<meta charset="Shift_JIS">', "shift_jis"),
        (b"<META CHARSET=euc-jp>", "euc-jp"),
        (b"<meta charset = 'UTF-8' >", "utf-8"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=x-sjis">', "x-sjis"),
        (b"<p>charset=utf-8</p>", None),
        (b"", None),
        (b" " * 1100 + b'<meta charset="Shift_JIS">', None),
        (b"<meta charset=\xff>", None),
    ],
)
def test_a_page_declares_its_character_set_in_the_first_kilobyte(data, charset):
    assert declared_charset(data, "text/html") == charset


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown"])
def test_only_a_page_declares_one(media_type):
    assert declared_charset(b'<meta charset="Shift_JIS">', media_type) is None
